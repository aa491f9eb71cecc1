"""What must not happen on a user's machine, whatever the gallery or the photo holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import read_settings
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from tests.app.conftest import Run
from vision.photo import MAX_PHOTO_BYTES

ESCAPES = "Evil \x1b[2J\x07\u202e\u2028Name"


def placard(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the console command in a process of its own."""
    command = [str(Path(sys.executable).parent / "placard"), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


@pytest.fixture
def evil() -> None:
    """The home's gallery holds a name and a biography that would steer a terminal."""
    with Gallery.open(read_settings().gallery_url) as gallery, gallery.write() as writer:
        writer.add(NewEntity(name=ESCAPES, biography=f"First line.\n{ESCAPES}", source=ESCAPES, label="x"))


@pytest.mark.usefixtures("evil")
@pytest.mark.parametrize("arguments", [("list",), ("show", 1), ("rename", 1, ESCAPES)])
def test_nothing_from_the_gallery_steers_the_terminal(run: Run, arguments: tuple[object, ...]) -> None:
    printed = run("gallery", *arguments).out
    assert "Evil" in printed
    assert not any(character in printed for character in "\x1b\x07\u202e\u2028")


def test_looking_at_a_photo_writes_nothing_outside_the_home(
    nasa: Path, mini_pack: Path, tmp_path: Path
) -> None:
    user = tmp_path / "user"
    user.mkdir()
    done = placard("who", nasa, "--faces", mini_pack, HOME=str(user))
    assert done.returncode == 0, done.stderr
    assert list(user.rglob("*")) == []


def test_names_reach_an_output_that_knows_ascii_only(run: Run) -> None:
    with Gallery.open(read_settings().gallery_url) as gallery, gallery.write() as writer:
        writer.add(NewEntity(name="Zoë", source="test"))
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert "Zo\\xeb" in placard("gallery", "list", **ascii_only).stdout
    assert '"Zo\\u00eb"' in placard("gallery", "list", "--json", **ascii_only).stdout


def test_a_full_disk_behind_the_output_is_one_line(nasa: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [str(Path(sys.executable).parent / "placard"), "models", "list"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_a_device_or_pipe_is_no_photo(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", tmp_path / "pipe"):
        result = run("who", path)
        assert (result.code, "not a file" in result.err) == (1, True)


def test_a_disk_image_is_no_photo(run: Run, tmp_path: Path) -> None:
    (tmp_path / "image.jpg").touch()
    os.truncate(tmp_path / "image.jpg", MAX_PHOTO_BYTES + 1)
    assert "at most" in run("who", tmp_path / "image.jpg").err


def test_a_home_that_cannot_be_written_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACARD_HOME", "/proc/nowhere")
    for arguments in (("demo",), ("gallery", "list")):
        result = run(*arguments)
        assert result.code == 1
        assert len(result.err.splitlines()) == 1


def test_an_empty_setting_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACARD_HOME", "")
    assert read_settings().home.is_absolute()


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").out.startswith("placard 0.")
