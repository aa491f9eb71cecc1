"""`placard doctor` finds what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import read_settings
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from tests.app.conftest import Run
from tests.fakes import reference
from vision.faces import DLIB, DLIB_SPACE


@pytest.mark.usefixtures("collins")
def test_a_whole_gallery_has_nothing_wrong(run: Run) -> None:
    result = run("doctor")
    assert result.code == 0
    assert "1 entities, 1 references" in result.out
    assert "Nothing is wrong." in result.out


def test_an_empty_gallery_has_nothing_wrong(run: Run) -> None:
    assert run("doctor").code == 0


def test_references_that_the_current_model_has_not_seen_are_found(run: Run) -> None:
    gallery = Gallery.open(read_settings().gallery_url)
    with gallery.write() as writer:
        writer.add_space("colour", 3, "colour")
        entity = writer.add(NewEntity(name="Anna"))
        writer.add_reference(entity, reference((1, 0, 0), "0" * 64), (100, 100))
        writer.add_space(DLIB_SPACE, 128, DLIB)
    result = run("doctor")
    assert result.code == 1
    assert "1 references have no embedding in dlib-resnet" in result.out
    assert "reembed" in result.out


def test_a_missing_model_is_found(run: Run) -> None:
    gallery = Gallery.open(read_settings().gallery_url)
    with gallery.write() as writer:
        writer.add_space("insightface-lost-123456789abc", 128, "/gone/lost")
    result = run("doctor")
    assert result.code == 1
    assert "insightface-lost-123456789abc" in result.out


@pytest.mark.usefixtures("collins")
def test_a_damaged_database_is_one_line(run: Run) -> None:
    path = read_settings().home / "gallery.db"
    data = bytearray(path.read_bytes())
    data[100:4096] = b"\xff" * 3996
    path.write_bytes(bytes(data))
    result = run("doctor")
    assert result.code == 1
    assert "Traceback" not in result.err


def test_a_file_that_is_no_database_is_one_line(run: Run) -> None:
    home: Path = read_settings().home
    home.mkdir(parents=True)
    (home / "gallery.db").write_bytes(b"x" * 5000)
    result = run("doctor")
    assert result.code == 1
    assert "cannot be used" in result.out
    assert "Restore a backup" in result.out
