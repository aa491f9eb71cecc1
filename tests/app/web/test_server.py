"""Starting the web app, and who may reach it."""

from __future__ import annotations

import socket

import pytest
from pydantic import SecretStr

from app.settings import GeneratorKind, Settings, read_settings
from app.web.server import access_in_words, as_environment, refuse_exposure, serve
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
