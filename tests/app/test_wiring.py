"""Which face model is chosen, and settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import placard
from app.settings import read_settings
from app.wiring import choose_faces, match_rules
from gallery.gallery import Gallery
from vision import faces
from vision.errors import UserError
from vision.faces import DLIB, DLIB_SPACE, FacesUnavailableError


def put_pack(pack: Path, name: str) -> Path:
    """Copies a pack to where `models fetch` would put it."""
    place = read_settings().pack_roots[0] / name
    place.mkdir(parents=True)
    for file in pack.glob("*.onnx"):
        shutil.copy(file, place)
    return place


@pytest.fixture(autouse=True)
def _own_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))


def made_with(gallery: Gallery, space: str, hint: str, dimension: int = 128) -> None:
    with gallery.write() as writer:
        writer.add_space(space, dimension, hint)


def test_an_empty_gallery_takes_dlib_where_no_pack_is_on_disk(lite: Gallery) -> None:
    choice = choose_faces(read_settings(), lite)
    assert (choice.spec, choice.space) == (DLIB, DLIB_SPACE)
    assert "no InsightFace pack is on disk" in str(choice)


def test_an_empty_gallery_takes_the_default_pack_where_it_is_on_disk(lite: Gallery, mini_pack: Path) -> None:
    place = put_pack(mini_pack, faces.DEFAULT_PACK)
    assert choose_faces(read_settings(), lite).spec == str(place.resolve())


def test_a_pack_that_appears_later_does_not_change_the_choice(lite: Gallery, mini_pack: Path) -> None:
    made_with(lite, DLIB_SPACE, DLIB)
    put_pack(mini_pack, faces.DEFAULT_PACK)
    assert choose_faces(read_settings(), lite).spec == DLIB


def test_a_pack_that_moved_is_found_by_its_weights(lite: Gallery, mini_pack: Path) -> None:
    made_with(lite, faces.space_of(str(mini_pack), ()), "/gone/mini")
    place = put_pack(mini_pack, "renamed")
    assert choose_faces(read_settings(), lite).spec == str(place)


def test_a_gallery_whose_model_is_gone_says_which_it_was(lite: Gallery) -> None:
    made_with(lite, "insightface-lost-123456789abc", "/gone/lost")
    with pytest.raises(FacesUnavailableError, match=r"insightface-lost-123456789abc.*--faces"):
        choose_faces(read_settings(), lite)


def test_thresholds_can_be_set_by_hand(monkeypatch: pytest.MonkeyPatch, lite: Gallery) -> None:
    monkeypatch.setenv("PLACARD_THRESHOLD", "0.7")
    monkeypatch.setenv("PLACARD_ONE_EACH", "false")
    rules = match_rules(read_settings(), lite, DLIB_SPACE)
    assert (rules.threshold, rules.one_each, rules.reason) == (0.7, False, "set by hand")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLACARD_FACE", "dlib"),
        ("PLACARD_THRESHOLD", "high"),
        ("PLACARD_THRESHOLD", "2"),
        ("PLACARD_DEVICE", "tpu"),
    ],
)
def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match=name):
        read_settings()


def test_help_and_the_public_api_import_nothing_heavy() -> None:
    code = (
        "import sys, placard, app.cli\n"
        "heavy = {'torch', 'numpy', 'insightface', 'faiss', 'sqlalchemy', 'rich', 'dlib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    assert set(placard.__all__) == set(dir(placard))
    assert all(getattr(placard, name) is not None for name in placard.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = placard.nonsense


def test_the_console_command_is_installed() -> None:
    command = Path(sys.executable).parent / "placard"
    done = subprocess.run(
        [command, "--help"], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert "Recognise the people of a labelled gallery" in done.stdout
