"""Archives: every form inside one, wrapped or not, with names in any encoding."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipInfo

import pytest

from ingest.sources.archive import ZipLimits
from ingest.sources.opening import open_source
from ingest.sources.row import Labelled, Row, SourceError, SourceProblem, Unusable
from ingest.sources.source import SourceOptions

FIRST_LOCAL_HEADER = b"PK\x03\x04"
CENTRAL_HEADER = b"PK\x01\x02"


def packed(path: Path, members: Iterable[tuple[str | ZipInfo, bytes]]) -> Path:
    """An archive with these members, in order; nothing is checked."""
    with zipfile.ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data)
    return path


def patched(path: Path, signature: bytes, offset: int, value: bytes) -> Path:
    """The archive with bytes of its last header of a kind replaced."""
    data = bytearray(path.read_bytes())
    at = data.rindex(signature) + offset
    data[at : at + len(value)] = value
    path.write_bytes(data)
    return path


def rows_of(path: Path, limits: ZipLimits | None = None) -> list[Row]:
    return list(open_source(path, SourceOptions(zip_limits=limits or ZipLimits())).rows())


def labels(rows: list[Row]) -> dict[str, str]:
    return {row.where: row.entity.label for row in rows if isinstance(row, Labelled)}


def problems(rows: list[Row]) -> dict[str, SourceProblem]:
    return {row.where: row.reason for row in rows if isinstance(row, Unusable)}


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all"])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "set.zip").write_bytes(data)
    with pytest.raises(SourceError, match=r"Expected a zip archive, but set\.zip is none"):
        rows_of(tmp_path / "set.zip")


def test_an_empty_archive_has_no_photos(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No photos found"):
        rows_of(packed(tmp_path / "set.zip", []))


@pytest.mark.parametrize("wrapper", ["", "people/", "./people/"])
def test_folders_per_label_are_read_with_and_without_a_wrapper(tmp_path: Path, wrapper: str) -> None:
    path = packed(
        tmp_path / "crew.zip",
        [
            (f"{wrapper}ada/1.jpg", b"one"),
            (f"{wrapper}ada/biography.txt", b"Counts."),
            (f"{wrapper}ben/1.jpg", b"two"),
            ("__MACOSX/ada/x.jpg", b""),
            (f"{wrapper}ada/.2.jpg", b""),
            ("README.txt", b""),
        ],
    )
    with open_source(path) as source:
        first, second = source.rows()
        assert isinstance(first, Labelled)
        assert isinstance(second, Labelled)
        assert (source.name, first.where, first.read(), first.entity.biography) == (
            "crew",
            "ada/1.jpg",
            b"one",
            "Counts.",
        )
        assert (second.entity.label, second.entity.source) == ("ben", "crew")
    with pytest.raises(OSError, match="closed"):
        first.read()


def test_nothing_is_unpacked_to_disk(tmp_path: Path) -> None:
    path = packed(tmp_path / "crew.zip", [("ada/1.jpg", b"one"), ("ben/1.jpg", b"two")])
    for row in rows_of(path):
        assert isinstance(row, Labelled)
        row.read()
    assert [place.name for place in tmp_path.rglob("*")] == ["crew.zip"]


@pytest.mark.parametrize("wrapper", ["", "set/"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metadata.csv", b"file_name,name\n1.jpg,Ada\n"),
        ("metadata.jsonl", b'{"file_name": "1.jpg", "name": "Ada"}'),
        ("crew.csv", b"photo;name\n1.jpg;Ada\n"),
        ("crew.tsv", b"photo\tname\n1.jpg\tAda\n"),
    ],
)
def test_tables_in_an_archive_are_read(tmp_path: Path, wrapper: str, name: str, text: bytes) -> None:
    rows = rows_of(
        packed(
            tmp_path / "set.zip",
            [(f"{wrapper}{name}", text), (f"{wrapper}1.jpg", b"one"), (f"{wrapper}2.jpg", b"two")],
        )
    )
    assert (labels(rows), problems(rows)) == ({"1.jpg": "Ada"}, {"2.jpg": SourceProblem.NOT_LISTED})


def test_a_table_in_an_archive_cannot_lead_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "out.jpg").write_bytes(b"")
    table = b"file_name,name\n../out.jpg,Ada\nout.jpg,Ada\n"
    rows = rows_of(packed(tmp_path / "set.zip", [("metadata.csv", table), ("1.jpg", b"")]))
    assert [row.reason for row in rows if isinstance(row, Unusable)] == [
        SourceProblem.OUTSIDE_SOURCE,
        SourceProblem.MISSING_FILE,
        SourceProblem.NOT_LISTED,
    ]


@pytest.mark.parametrize(
    "members",
    [
        ["ada/1.jpg", "ada/2.jpg"],
        ["ada/1.jpg", "ada/2.jpg", "ada/biography.txt"],
        ["ada/biography.txt", "ada/x/1.jpg"],
    ],
)
def test_the_one_folder_of_one_person_is_no_wrapper(tmp_path: Path, members: list[str]) -> None:
    rows = rows_of(packed(tmp_path / "set.zip", [(member, b"text") for member in members]))
    assert set(labels(rows).values()) == {"ada"}


@pytest.mark.parametrize(
    "members",
    [
        ["people/stray.jpg", "people/ada/1.jpg"],
        ["people/biography.txt", "people/ada/1.jpg", "people/ada/biography.txt"],
    ],
)
def test_a_folder_that_could_be_a_label_or_a_wrapper_is_refused(tmp_path: Path, members: list[str]) -> None:
    with pytest.raises(SourceError, match=r"one folder per label in set\.zip, but people has"):
        rows_of(packed(tmp_path / "set.zip", [(member, b"text") for member in members]))


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("Zoe\u0301/1.jpg", "Zo\u00e9/1.jpg"),
        ("Zo\u00e9/1.jpg", "Zoe\u0301/1.jpg"),
    ],
)
def test_names_in_utf8_are_found_composed_and_decomposed(tmp_path: Path, held: str, asked: str) -> None:
    rows = rows_of(
        packed(tmp_path / "set.zip", [("metadata.csv", f"file_name,name\n{asked},Z\n".encode()), (held, b"")])
    )
    assert labels(rows) == {held: "Z"}


@pytest.mark.parametrize(("stored", "label"), [("Zoé".encode(), "Zoé"), (b"Zo\x82", "Zoé")])
def test_names_without_the_utf8_flag_are_utf8_or_dos(tmp_path: Path, stored: bytes, label: str) -> None:
    plain = "x" * len(stored)
    path = packed(tmp_path / "set.zip", [(f"{plain}/1.jpg", b"one"), ("ada/1.jpg", b"")])
    path.write_bytes(path.read_bytes().replace(plain.encode() + b"/", stored + b"/"))
    row = next(row for row in rows_of(path) if row.where != "ada/1.jpg")
    assert isinstance(row, Labelled)
    assert (unicodedata.normalize("NFC", row.entity.label), row.read()) == (label, b"one")


def test_a_root_makes_no_sense_for_an_archive(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", [("ada/1.jpg", b"")])
    with pytest.raises(SourceError, match="leave the root out"):
        open_source(path, SourceOptions(root=tmp_path))
