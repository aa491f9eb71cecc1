"""What cannot be opened says so in one line, without a password."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gallery.database import GalleryUnavailableError
from gallery.gallery import Gallery
from tests.gallery.people import people
from vision.errors import UserError

Opener = Callable[[str], Gallery]
NOBODY = 65534


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "Not a database URL"),
        ("nonsense", "got 'nonsense'"),
        ("gallery.db", "got 'gallery.db'"),
        ("postgresql//me:secret@host/name", "got 'host/name'"),
        ("postgresql://me:secret@host:port/name", "Not a database URL"),
        ("mysql://me:secret@host/name", "not in mysql"),
        ("postgresql+nonsense://me:secret@host/name", "not in postgresql"),
        ("postgresql+psycopg2://me:secret@host/name", "not in postgresql"),
        ("sqlite+aiosqlite:///file.db", "not in sqlite"),
        ("postgresql://me:secret@127.0.0.1:1/name", "refused"),
        ("postgres://me:sec%2Fret:secret@127.0.0.1:1/name", "refused"),
        ("postgresql://127.0.0.1:1/name?user=me&password=secret", "refused"),
        ("postgresql://me:secret@127.0.0.1:1/name?no_such_option=1", "no_such_option"),
    ],
)
def test_a_url_that_leads_nowhere_is_one_line_without_its_password(url: str, told: str) -> None:
    with pytest.raises(GalleryUnavailableError) as caught:
        Gallery.open(url)
    message = str(caught.value)
    assert isinstance(caught.value, UserError)
    assert told in message
    assert "secret" not in message
    assert len(message.splitlines()) == 1


def test_a_database_that_the_server_does_not_have_is_named(gallery_url: str) -> None:
    if not gallery_url.startswith("postgresql"):
        pytest.skip("only a server can lack a database")
    absent = gallery_url + "_absent"
    with pytest.raises(GalleryUnavailableError, match="does not exist") as caught:
        Gallery.open(absent)
    assert len(str(caught.value).splitlines()) == 1


def test_the_location_does_not_show_a_password(tmp_path: Path, open_gallery: Opener) -> None:
    gallery = open_gallery(f"sqlite:///{tmp_path / 'g.db'}")
    assert gallery.location == f"sqlite:///{tmp_path / 'g.db'}"


@pytest.mark.parametrize(
    "content",
    [b"not a database at all " * 99, b"\x89PNG\r\n\x1a\n" + bytes(500), b"SQLite format 3\0" + b"x" * 900],
)
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.db"
    path.write_bytes(content)
    with pytest.raises(GalleryUnavailableError, match=r"photo\.db cannot be used") as caught:
        Gallery.open(f"sqlite:///{path}")
    assert len(str(caught.value).splitlines()) == 1
    assert path.read_bytes() == content


def test_a_damaged_database_is_reported_and_not_a_traceback(tmp_path: Path, open_gallery: Opener) -> None:
    path = tmp_path / "gallery.db"
    gallery = open_gallery(f"sqlite:///{path}")
    people(gallery, *(f"Person {number}" for number in range(200)))
    gallery.close()
    data = bytearray(path.read_bytes())
    data[8192:-4096] = os.urandom(len(data) - 8192 - 4096)
    path.write_bytes(bytes(data))
    with pytest.raises(GalleryUnavailableError, match=r"cannot be used"):
        list(open_gallery(f"sqlite:///{path}").find("Person"))


def test_a_row_that_refers_to_nothing_is_found(tmp_path: Path, open_gallery: Opener) -> None:
    path = tmp_path / "gallery.db"
    gallery = open_gallery(f"sqlite:///{path}")
    people(gallery, "Anna")
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM entities")
    connection.close()
    assert gallery.integrity() == ["row 1 of references refers to a missing row of entities"]


@pytest.mark.parametrize("place", ["file/gallery.db", "file/deeper/gallery.db", "."])
def test_a_place_where_no_file_can_be_is_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(GalleryUnavailableError, match=r"cannot be (made|used)") as caught:
        Gallery.open(f"sqlite:///{tmp_path / place}")
    assert len(str(caught.value).splitlines()) == 1


def test_folders_are_made_on_the_way(tmp_path: Path, open_gallery: Opener) -> None:
    path = tmp_path / "Zoë's photos" / "100%" / "gallery.db"
    people(open_gallery(f"sqlite:///{path}"), "Anna")
    assert path.is_file()


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may write anywhere, so it becomes nobody for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can enter: those of pytest are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="placard-test-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are told differently on Windows")
def test_a_folder_or_file_without_the_right_to_write_is_one_line(
    open_folder: Path, lite: Gallery, open_gallery: Opener
) -> None:
    people(lite, "Anna")  # all that is imported late has been, before the rights are given up
    empty, full = open_folder / "empty.db", open_folder / "full.db"
    empty.touch(0o444)
    gallery = open_gallery(f"sqlite:///{full}")
    people(gallery, "Anna")
    gallery.close()
    full.chmod(0o444)
    open_folder.chmod(0o555)
    for path in (open_folder / "new.db", open_folder / "deeper" / "new.db", empty, full):
        with (
            without_rights(),
            pytest.raises(GalleryUnavailableError, match=r"cannot be (made|used)") as caught,
        ):
            Gallery.open(f"sqlite:///{path}")
        assert len(str(caught.value).splitlines()) == 1
    open_folder.chmod(0o777)  # a file that cannot be written in a folder that can
    with without_rights(), pytest.raises(GalleryUnavailableError, match=r"readonly") as caught:
        Gallery.open(f"sqlite:///{empty}")


def test_the_database_of_another_program_is_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
    connection.close()
    with pytest.raises(GalleryUnavailableError, match="another program's database"):
        Gallery.open(f"sqlite:///{path}")
