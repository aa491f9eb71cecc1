"""Starting the web app, and who may reach it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.settings import GeneratorKind, Settings, read_settings
from app.web.server import access_in_words, as_environment, refuse_exposure, serve
from gallery.database import GalleryUnavailableError
from tests.conftest import ROOT
from vision.device import Device
from vision.errors import UserError


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_this_machine_alone_needs_no_token(address: str) -> None:
    refuse_exposure(address, guarded=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.7", "placard.example"])
def test_an_address_that_others_reach_needs_a_token(address: str) -> None:
    with pytest.raises(UserError, match=r"anybody could .*; set PLACARD_WEB_TOKEN"):
        refuse_exposure(address, guarded=False)
    refuse_exposure(address, guarded=True)


@pytest.mark.parametrize(
    ("settings", "address", "sign_in", "said"),
    [
        (
            Settings(web_token=SecretStr("")),
            "127.0.0.1",
            False,
            "From this machine only, without a sign-in; whoever opens it may change the gallery.",
        ),
        (
            Settings(web_token=SecretStr("hush")),
            "0.0.0.0",
            False,
            "From wherever 0.0.0.0 is reached, for whoever knows the token; they may all change the gallery.",
        ),
        (
            Settings(web_editors=""),
            "0.0.0.0",
            True,
            "From wherever 0.0.0.0 is reached, for who signs in; nobody may change the gallery.",
        ),
        (
            Settings(web_editors="ann@example.org"),
            "::1",
            True,
            "From this machine only, for who signs in; those whom PLACARD_WEB_EDITORS names may change the "
            "gallery.",
        ),
    ],
)
def test_the_start_says_who_may_do_what(settings: Settings, address: str, sign_in: bool, said: str) -> None:
    assert access_in_words(settings, address, sign_in=sign_in) == said


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError) as error:
            serve(read_settings(), address="127.0.0.1", port=port, browser=False)
    said = str(error.value)
    assert (
        said
        == f"Port {port} of 127.0.0.1 cannot be used: Address already in use. Choose another one with --port."
    )


def test_a_gallery_that_cannot_be_opened_is_said_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database " * 1000)
    monkeypatch.setenv("PLACARD_DATABASE_URL", f"sqlite:///{broken}")
    with pytest.raises(GalleryUnavailableError):
        serve(read_settings(), address="127.0.0.1", port=0, browser=False)


def test_the_start_says_where_it_is_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "app", "web", "--port", "0", "--no-browser"]
    environment = {**os.environ, "HOME": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.kill()
    assert first.startswith("Placard is at http://127.0.0.1:")


def test_the_script_gets_the_same_settings_as_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        faces="dlib",
        device=Device.CPU,
        generator=GeneratorKind.READER,
        one_each=False,
        threshold=0.5,
        server_key=SecretStr("key"),
        web_token=SecretStr("token"),
    )
    environment = as_environment(settings)
    assert environment["PLACARD_WEB_TOKEN"] == "token"
    assert "PLACARD_MARGIN" not in environment
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert read_settings() == settings
