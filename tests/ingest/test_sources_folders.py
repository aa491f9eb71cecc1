"""A folder per label: names, biographies, links and what cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.sources.opening import open_source
from ingest.sources.row import Labelled, SourceError, SourceProblem
from ingest.sources.source import SourceOptions
from ingest.sources.tree import FolderTree
from tests.ingest.test_sources_opening import labelled, problems, rows_of, written
from vision.photo import MAX_PHOTO_BYTES


def test_an_empty_folder_is_an_error_that_says_which_forms_are_understood(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"No photos found.*metadata\.csv.*\.zip"):
        open_source(tmp_path)


def test_a_folder_of_other_files_has_no_photos(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No photos found"):
        open_source(written(tmp_path, {"anna/notes.pdf": "", "anna/biography.txt": "A physicist."}))


def test_a_folder_names_its_photos_and_underscores_are_spaces(tmp_path: Path) -> None:
    written(tmp_path / "crew", {"Ada_Lovelace/1.jpg": "one", "Ada_Lovelace/2.PNG": "two"})
    source = open_source(tmp_path / "crew")
    rows = list(source.rows())
    assert (source.name, source.total, len(source)) == ("crew", 2, 2)
    first = labelled(rows)["Ada_Lovelace/1.jpg"]
    assert (first.entity.name, first.entity.label) == ("Ada Lovelace", "Ada_Lovelace")
    assert first.entity.source == "crew"
    assert (first.read(), first.box, first.biography_given) == (b"one", None, False)
    assert labelled(rows)["Ada_Lovelace/2.PNG"].read() == b"two"


def test_photos_in_nested_folders_belong_to_the_label_above(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, {"anna/2019/spring/1.jpg": ""}))
    assert labelled(rows)["anna/2019/spring/1.jpg"].entity.label == "anna"


def test_a_folder_named_by_underscores_alone_keeps_them_as_name(tmp_path: Path) -> None:
    assert labelled(rows_of(written(tmp_path, {"__/1.jpg": ""})))["__/1.jpg"].entity.name == "__"


def test_photos_at_the_root_or_in_a_blank_folder_have_no_label(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, {"stray.jpg": "", " /2.jpg": "", "anna/1.jpg": ""}))
    assert problems(rows) == {"stray.jpg": SourceProblem.NO_LABEL, " /2.jpg": SourceProblem.NO_LABEL}
    assert set(labelled(rows)) == {"anna/1.jpg"}


def test_hidden_files_and_litter_are_no_rows(tmp_path: Path) -> None:
    litter = [".trash/1.jpg", "anna/._1.jpg", "__MACOSX/anna/1.jpg", "anna/Thumbs.db", "anna/.DS_Store"]
    rows = rows_of(written(tmp_path, dict.fromkeys(["anna/1.jpg", *litter], "")))
    assert [row.where for row in rows] == ["anna/1.jpg"]


def test_a_biography_beside_the_photos_is_given_without_its_byte_order_mark(tmp_path: Path) -> None:
    written(tmp_path, {"anna/1.jpg": "", "anna/biography.txt": "\ufeffA\r\npilot.\r\n"})
    row = labelled(rows_of(tmp_path))
    assert row["anna/1.jpg"].entity.biography == "A\npilot."
    assert row["anna/1.jpg"].biography_given


def test_a_biography_is_found_however_its_name_is_capitalised(tmp_path: Path) -> None:
    row = labelled(rows_of(written(tmp_path, {"anna/1.JPG": "", "anna/Biography.TXT": "A pilot."})))
    assert row["anna/1.JPG"].biography_given


def test_an_empty_biography_is_none(tmp_path: Path) -> None:
    row = labelled(rows_of(written(tmp_path, {"anna/1.jpg": "", "anna/biography.txt": " \n"})))["anna/1.jpg"]
    assert not row.biography_given


def test_a_biography_that_is_not_utf8_is_a_row_and_leaves_the_photos_usable(tmp_path: Path) -> None:
    written(tmp_path, {"anna/1.jpg": ""})
    (tmp_path / "anna/biography.txt").write_bytes("Zoë".encode("latin-1"))
    rows = rows_of(tmp_path)
    assert problems(rows) == {"anna/biography.txt": SourceProblem.UNREADABLE}
    assert not labelled(rows)["anna/1.jpg"].biography_given


def test_a_biography_with_a_nul_is_unreadable(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, {"anna/1.jpg": "", "anna/biography.txt": "A\0pilot"}))
    assert problems(rows) == {"anna/biography.txt": SourceProblem.UNREADABLE}


def test_a_biography_without_photos_is_a_row(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, {"anna/1.jpg": "", "ben/biography.txt": "A cook."}))
    assert problems(rows) == {"ben/biography.txt": SourceProblem.NO_PHOTO}


def test_biographies_and_people_where_nobody_reads_them_are_misplaced(tmp_path: Path) -> None:
    rows = rows_of(
        written(
            tmp_path,
            {
                "anna/1.jpg": "",
                "biography.txt": "x",
                "anna/deep/biography.txt": "x",
                "anna/people.csv": "label\nanna\n",
            },
        )
    )
    assert problems(rows) == dict.fromkeys(
        ["biography.txt", "anna/deep/biography.txt", "anna/people.csv"], SourceProblem.MISPLACED
    )


def test_a_name_that_is_not_unicode_can_be_stored_and_read(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/a\xff"
    Path(os.fsdecode(folder)).mkdir()
    Path(os.fsdecode(folder + b"/1.jpg")).write_bytes(b"x")
    [row] = rows_of(tmp_path)
    assert isinstance(row, Labelled)
    assert (row.where.encode(), row.read()) == (b"a\\udcff/1.jpg", b"x")
    assert row.entity.name.encode() == b"a\\udcff"


def test_links_are_followed_to_files_inside_only(tmp_path: Path) -> None:
    root = written(tmp_path / "set", {"anna/1.jpg": "one"})
    written(tmp_path, {"outside.jpg": "", "others/9.jpg": ""})
    (root / "anna/inside.jpg").symlink_to(root / "anna/1.jpg")
    (root / "anna/outside.jpg").symlink_to(tmp_path / "outside.jpg")
    (root / "anna/gone.jpg").symlink_to(tmp_path / "gone.jpg")
    (root / "anna/notes.pdf").symlink_to(tmp_path / "gone.pdf")
    (root / "ben").symlink_to(tmp_path / "others")
    rows = rows_of(root)
    assert labelled(rows)["anna/inside.jpg"].read() == b"one"
    assert problems(rows) == {
        "anna/gone.jpg": SourceProblem.MISSING_FILE,
        "anna/outside.jpg": SourceProblem.OUTSIDE_SOURCE,
        "ben": SourceProblem.OUTSIDE_SOURCE,
    }


def test_a_folder_that_cannot_be_listed_is_unread(tmp_path: Path) -> None:
    [row] = FolderTree(tmp_path / "gone").unread()
    assert (row.where, row.reason) == (".", SourceProblem.UNREADABLE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_may_not_be_listed_is_a_row(tmp_path: Path) -> None:
    written(tmp_path, {"anna/1.jpg": "", "ben/1.jpg": ""})
    (tmp_path / "ben").chmod(0)
    try:
        assert problems(rows_of(tmp_path)) == {"ben": SourceProblem.UNREADABLE}
    finally:
        (tmp_path / "ben").chmod(0o755)


def test_a_named_pipe_is_no_photo(tmp_path: Path) -> None:
    written(tmp_path, {"anna/1.jpg": ""})
    os.mkfifo(tmp_path / "anna/2.jpg")
    assert [row.where for row in rows_of(tmp_path)] == ["anna/1.jpg"]


def test_reading_a_photo_that_went_away_or_is_too_large_is_an_os_error(tmp_path: Path) -> None:
    rows = labelled(rows_of(written(tmp_path, {"anna/1.jpg": "", "anna/2.jpg": "", "anna/3.jpg": ""})))
    (tmp_path / "anna/1.jpg").unlink()
    os.truncate(tmp_path / "anna/2.jpg", MAX_PHOTO_BYTES + 1)
    (tmp_path / "anna/3.jpg").unlink()
    os.mkfifo(tmp_path / "anna/3.jpg")
    for where in ("anna/1.jpg", "anna/3.jpg"):
        with pytest.raises(FileNotFoundError, match="not there any more"):
            rows[where].read()
    with pytest.raises(OSError, match="larger than the 268,435,456 bytes"):
        rows["anna/2.jpg"].read()


def test_columns_without_a_table_are_an_error(tmp_path: Path) -> None:
    written(tmp_path, {"anna/1.jpg": ""})
    with pytest.raises(SourceError, match="Expected a table for the columns"):
        open_source(tmp_path, SourceOptions(columns={"photo": "a", "name": "b"}))


def test_a_folder_one_level_too_high_makes_nobody_out_of_many(tmp_path: Path) -> None:
    written(
        tmp_path, {"people/anna/1.jpg": "a", "people/ben/1.jpg": "b", "zoe/2019/1.jpg": "z", "zoe/2.jpg": "z"}
    )
    rows = list(open_source(tmp_path).rows())
    misplaced = SourceProblem.MISPLACED
    assert problems(rows) == {"people/anna/1.jpg": misplaced, "people/ben/1.jpg": misplaced}
    assert {row.entity.name for row in labelled(rows).values()} == {"zoe"}
