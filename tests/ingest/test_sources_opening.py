"""What can be opened, and what a source is called."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ingest.sources.opening import open_source
from ingest.sources.row import Labelled, Row, SourceError, SourceProblem, Unusable
from ingest.sources.source import SourceOptions


def written(root: Path, files: dict[str, str]) -> Path:
    """A folder with these files; a photo's content is of no matter here."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return root


def rows_of(path: Path) -> list[Row]:
    return list(open_source(path).rows())


def labelled(rows: list[Row]) -> dict[str, Labelled]:
    return {row.where: row for row in rows if isinstance(row, Labelled)}


def problems(rows: list[Row]) -> dict[str, SourceProblem]:
    return {row.where: row.reason for row in rows if isinstance(row, Unusable)}


def crew(root: Path) -> Path:
    """A folder of one label and a table beside it."""
    (root / "ada").mkdir(parents=True)
    (root / "ada/1.jpg").write_bytes(b"one")
    return root


@pytest.mark.parametrize("name", ["gone", "gone.csv", "gone.zip", "x" * 5000, "a\0b"])
def test_a_path_where_nothing_is_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=r"nothing at|Cannot look at"):
        open_source(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ada.JPG", "is a single photo without a label"),
        ("crew.xml", "is none of them"),
        ("crew", "is none of them"),
    ],
)
def test_a_file_that_is_no_source_is_an_error_with_the_forms_that_are(
    tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(SourceError, match=rf"one folder of photos per person.*\.zip of any.*{message}"):
        open_source(tmp_path / name)


def test_errors_are_one_line_whatever_they_quote(tmp_path: Path) -> None:
    (tmp_path / "crew.csv").write_text('photo,"full\n\x1b[2Jname"\n1.jpg,Ada\n')
    with pytest.raises(SourceError, match=r"but it has photo, full \[2Jname; say") as caught:
        open_source(tmp_path / "crew.csv")
    assert str(caught.value).isprintable()


def test_details_are_one_line_whatever_they_quote(tmp_path: Path) -> None:
    (tmp_path / "crew.csv").write_text('photo,name\n"../a\nb",Ada\n')
    (tmp_path / "crew.jsonl").write_text('"a\x7f"\n{"photo": "1.jpg", "name": "Ada"}\n')
    for name in ("crew.csv", "crew.jsonl"):
        row = next(open_source(tmp_path / name).rows())
        assert isinstance(row, Unusable)
        assert row.detail.isprintable()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("crew", "crew"),
        ("crew.v2", "crew.v2"),
        ("Zoe\u0301", "Zo\u00e9"),
    ],
)
def test_a_source_is_called_like_its_folder(tmp_path: Path, folder: str, name: str) -> None:
    assert open_source(crew(tmp_path / folder)).name == name


def test_the_current_folder_has_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(crew(tmp_path / "crew"))
    assert open_source(Path()).name == "crew"
    assert open_source(Path("ada/..")).name == "crew"


def test_a_link_to_a_folder_is_called_like_the_link_and_read(tmp_path: Path) -> None:
    crew(tmp_path / "crew-2024")
    (tmp_path / "crew").symlink_to(tmp_path / "crew-2024")
    source = open_source(tmp_path / "crew")
    assert (source.name, source.total) == ("crew", 1)


def test_a_name_can_be_given_but_not_an_empty_one(tmp_path: Path) -> None:
    [row] = open_source(crew(tmp_path / "crew"), SourceOptions(name=" staff ")).rows()
    assert isinstance(row, Labelled)
    assert row.entity.identity == "label:staff\x1fada"
    with pytest.raises(SourceError, match="a name for the source, but it is empty"):
        open_source(tmp_path / "crew", SourceOptions(name=" "))


def test_a_root_makes_no_sense_for_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="leave the root out"):
        open_source(crew(tmp_path / "crew"), SourceOptions(root=tmp_path))


def test_a_table_in_a_linked_folder_finds_its_photos(tmp_path: Path) -> None:
    (crew(tmp_path / "crew-2024") / "crew.csv").write_text("photo,name\nada/1.jpg,Ada\n")
    (tmp_path / "crew").symlink_to(tmp_path / "crew-2024")
    assert set(labelled(rows_of(tmp_path / "crew"))) == {"ada/1.jpg"}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="lists open files the Linux way")
def test_an_archive_that_is_no_source_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "crew.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.pdf", b"")
    with pytest.raises(SourceError, match="No photos found") as caught:
        open_source(path)
    assert path not in {file.resolve() for file in Path("/proc/self/fd").iterdir()}, caught


def test_rows_can_be_asked_for_again_and_keep_their_order(tmp_path: Path) -> None:
    (crew(tmp_path / "crew") / "ada/0.jpg").write_bytes(b"")
    with open_source(tmp_path / "crew") as source:
        assert [row.where for row in source.rows()] == ["ada/0.jpg", "ada/1.jpg"]
        assert list(source.rows()) == list(source.rows())
