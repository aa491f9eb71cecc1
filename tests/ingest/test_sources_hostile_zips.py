"""Archives that attack, lie about themselves or are damaged."""

from __future__ import annotations

import struct
from pathlib import Path
from zipfile import ZipInfo

import pytest

from ingest.sources.archive import ZipLimits
from ingest.sources.row import Labelled, SourceError
from tests.ingest.test_sources_zips import (
    CENTRAL_HEADER,
    FIRST_LOCAL_HEADER,
    labels,
    packed,
    patched,
    rows_of,
)
from vision.photo import MAX_PHOTO_BYTES


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("/etc/1.jpg", "absolute path"),
        ("C:/1.jpg", "absolute path"),
        ("c:1.jpg", "absolute path"),
        ("ada\\1.jpg", "backslash"),
        ("../1.jpg", "leads out"),
        ("ada/../../1.jpg", "leads out"),
        ("..", "leads out"),
        ("ada/../", "leads out"),
        (".", "no name"),
        ("/".join("a" * 20) + "/1.jpg", "nested 21 deep"),
    ],
)
def test_a_member_with_a_hostile_name_refuses_the_archive(tmp_path: Path, name: str, fault: str) -> None:
    with pytest.raises(SourceError, match=rf"set\.zip is refused: .*{fault}"):
        rows_of(packed(tmp_path / "set.zip", [("ada/1.jpg", b""), (name, b"")]))


def test_a_member_with_a_nul_in_its_name_refuses_the_archive(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", [("ada/1.jpg", b""), ("ada/2.jpg!", b"")])
    patched(path, CENTRAL_HEADER, 46 + 5, b"\0")
    with pytest.raises(SourceError, match="NUL in its name"):
        rows_of(path)


def test_members_twenty_deep_and_the_folder_itself_are_fine(tmp_path: Path) -> None:
    deep = "/".join("a" * 19) + "/1.jpg"
    rows = rows_of(packed(tmp_path / "set.zip", [("./", b""), ("b/", b""), (deep, b""), ("b/1.jpg", b"")]))
    assert labels(rows) == {deep: "a", "b/1.jpg": "b"}


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        (0o120777, "symbolic link"),
        (0o010644, "neither a file nor a folder"),
    ],
)
def test_a_link_or_pipe_refuses_the_archive(tmp_path: Path, mode: int, fault: str) -> None:
    link = ZipInfo("ada/2.jpg")
    link.external_attr = mode << 16
    with pytest.raises(SourceError, match=fault):
        rows_of(packed(tmp_path / "set.zip", [("ada/1.jpg", b""), (link, b"/etc/passwd")]))


def test_an_encrypted_member_refuses_the_archive(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", [("ada/1.jpg", b"x")])
    with pytest.raises(SourceError, match="is encrypted"):
        rows_of(patched(path, CENTRAL_HEADER, 8, b"\x01\x00"))


@pytest.mark.parametrize("second", ["ada/1.jpg", "./ada/1.jpg", "ada//1.jpg"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_refuses_the_archive(tmp_path: Path, second: str) -> None:
    with pytest.raises(SourceError, match="is there twice"):
        rows_of(packed(tmp_path / "set.zip", [("ada/1.jpg", b"good"), (second, b"bad")]))


def test_limits_hold_for_members_total_and_ratio(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", [("ada/1.jpg", bytes(2_000)), ("ada/2.jpg", bytes(2_000))])
    assert len(rows_of(path, ZipLimits(members=2, total_bytes=4_000))) == 2
    with pytest.raises(SourceError, match="has 2 members; at most 1 are read"):
        rows_of(path, ZipLimits(members=1))
    with pytest.raises(SourceError, match="unpacks to 4,000 bytes; at most 3,999 are"):
        rows_of(path, ZipLimits(total_bytes=3_999))
    with pytest.raises(SourceError, match="more than 50 times its size"):
        rows_of(path, ZipLimits(ratio=50, ratio_from_bytes=1_999))
    assert len(rows_of(path, ZipLimits(ratio=50, ratio_from_bytes=2_000))) == 2


def test_a_bomb_of_zeros_is_refused_by_default(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="more than 200 times its size"):
        rows_of(packed(tmp_path / "set.zip", [("ada/1.jpg", bytes(3_000_000))]))


def test_a_member_that_lies_about_its_size_fails_alone_when_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", [("ada/1.jpg", b"good"), ("ada/2.jpg", bytes(500_000))])
    patched(path, CENTRAL_HEADER, 24, struct.pack("<I", 10))
    good, bad = rows_of(path)
    assert isinstance(good, Labelled)
    assert isinstance(bad, Labelled)
    assert good.read() == b"good"
    with pytest.raises(OSError, match=r"ada/2\.jpg in the archive is damaged"):
        bad.read()


def test_a_member_that_ends_early_fails_when_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", [("ada/1.jpg", b"four")])
    patched(path, CENTRAL_HEADER, 24, struct.pack("<I", 10))
    [row] = rows_of(path)
    assert isinstance(row, Labelled)
    with pytest.raises(OSError, match="should have 10 bytes, but 4 came"):
        row.read()


@pytest.mark.parametrize(("offset", "value"), [(14 + 30, b"\xff\xff\xff"), (0, b"XX"), (8, b"\x63\x00")])
def test_a_damaged_member_fails_alone_when_read(tmp_path: Path, offset: int, value: bytes) -> None:
    path = packed(tmp_path / "set.zip", [("ada/1.jpg", b"good"), ("ada/2.jpg", b"a photo of some length")])
    patched(path, FIRST_LOCAL_HEADER, offset, value)
    if offset == 8:
        patched(path, CENTRAL_HEADER, 10, value)
    good, bad = rows_of(path)
    assert isinstance(good, Labelled)
    assert isinstance(bad, Labelled)
    assert good.read() == b"good"
    with pytest.raises(OSError, match="is damaged"):
        bad.read()


def test_a_photo_over_the_limit_is_not_even_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", [("ada/1.jpg", b"small")])
    patched(path, CENTRAL_HEADER, 24, struct.pack("<I", MAX_PHOTO_BYTES + 1))
    [row] = rows_of(path, ZipLimits(ratio=2**40))
    assert isinstance(row, Labelled)
    with pytest.raises(OSError, match="larger than the 268,435,456 bytes"):
        row.read()


def test_a_damaged_table_is_an_error_of_the_whole_source(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", [("metadata.csv", b"file_name,name\n1.jpg,Ada\n")])
    patched(path, FIRST_LOCAL_HEADER, 30 + len("metadata.csv") + 3, b"\xff\xff\xff")
    with pytest.raises(SourceError, match=r"Cannot read metadata\.csv"):
        rows_of(path)
