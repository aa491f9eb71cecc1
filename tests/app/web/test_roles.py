"""Who may look, who may change: the rule, and what each page offers to whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
import streamlit.config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest

from app.settings import Settings, read_settings
from app.web.editing import Texts, save
from app.web.roles import NotAnEditorError, is_named, may_edit
from app.web.server import check_sign_in, refuse_lists_without_sign_in
from gallery.gallery import Gallery
from tests.conftest import ROOT
from vision.errors import UserError

WAIT_S = 60
AUTH = {
    "redirect_uri": "http://localhost:8501/oauth2callback",
    "cookie_secret": "x" * 32,
    "client_id": "placard",
    "client_secret": "y" * 32,
    "server_metadata_url": "http://localhost:1/.well-known/openid-configuration",
}
# The methods that change something, by name.
CHANGES = {
    *("write", "forget", "ingest"),
    *("begin", "remove"),  # of runs
    *("switch_on", "switch_off", "ignore", "stop_ignoring"),  # of unknown faces
}
ANN: dict[str, Any] = {"is_logged_in": True, "email": "ann@example.org", "email_verified": True}
BOB: dict[str, Any] = {**ANN, "email": "bob@example.org"}


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A sign-in is configured, and Ann is an editor."""
    secrets: dict[str, Any] = {"auth": dict(AUTH)}
    monkeypatch.setattr(secrets_singleton, "_secrets", secrets)
    monkeypatch.setenv("PLACARD_WEB_EDITORS", "Ann@Example.org, groups=curators")
    return secrets


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    """The gallery of the home."""
    with Gallery.open(read_settings().gallery_url) as opened:
        yield opened
    st.cache_resource.clear()


def script() -> None:
    """What Streamlit runs."""
    from app.web.site import show

    show()


def person_script() -> None:
    """What the site runs for a person."""
    from app.web.gallery_page import gallery_page

    gallery_page()


def add_script() -> None:
    """What the site runs for the page Add."""
    from app.web.add_page import add_page

    add_page()


def status_script() -> None:
    """What the site runs for the page Status."""
    from app.web.status_page import status_page

    status_page()


def visit(drawn: Any, user: dict[str, Any] | None = None) -> AppTest:
    page = AppTest.from_function(drawn, default_timeout=WAIT_S)
    page.query_params["person"] = "1"
    page.user = user or {}
    return page.run()


def labels(page: AppTest) -> set[str]:
    """What can be pressed or typed into."""
    return {part.label for part in (*page.button, *page.text_input, *page.text_area)}


def told(page: AppTest) -> str:
    parts = [*page.title, *page.info, *page.error, *page.text, *page.caption]
    return "\n".join(part.value for part in parts)


@pytest.mark.parametrize(
    ("entries", "claims", "named"),
    [
        ("", {"email": "ann@example.org", "email_verified": True}, False),
        ("ann@example.org", {"email": "ANN@example.org", "email_verified": True}, True),
        ("ann@example.org", {"email": "ann@example.org", "email_verified": "true"}, True),
        ("ann@example.org", {"email": "ann@example.org", "email_verified": False}, False),
        ("ann@example.org", {"email": "ann@example.org"}, False),
        ("ann@example.org", {"email": "joann@example.org", "email_verified": True}, False),
        ("@example.org", {"email": "bob@example.org", "email_verified": True}, True),
        ("@example.org", {"email": "bob@badexample.org", "email_verified": True}, False),
        ("@example.org", {"email": "bob@example.org.evil.com", "email_verified": True}, False),
        ("bob@b.org, groups = curators", {"groups": ["staff", "curators"]}, True),
        ("groups=curators", {"groups": "curators"}, True),
        ("groups=curators", {"groups": "no-curators"}, False),
        ("groups=curators", {}, False),
        ("sub=None", {}, False),
    ],
)
def test_who_is_named_is_who_the_provider_vouches_for(
    entries: str, claims: dict[str, object], named: bool
) -> None:
    assert is_named(entries, claims) is named


def test_a_mistake_in_the_list_of_editors_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACARD_WEB_EDITORS", "ann@example.org, bob")
    with pytest.raises(UserError, match=r"WEB_EDITORS is .*'bob' is neither an e-mail address nor @domain"):
        read_settings()


@pytest.mark.usefixtures("sign_in")
def test_who_is_not_signed_in_sees_nothing(gallery: Gallery) -> None:
    page = visit(script)
    assert labels(page) == {"Sign in"}
    assert not page.exception


@pytest.mark.usefixtures("sign_in")
def test_with_a_list_of_readers_others_are_turned_away(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACARD_WEB_READERS", "cleo@example.org")
    assert "not among those who may look" in told(visit(script, BOB))
    assert labels(visit(script, BOB)) == {"Sign out"}
    # Editors need not be named twice.
    assert "Who is in this photo?" in told(visit(script, ANN))


@pytest.mark.usefixtures("sign_in", "collins")
def test_a_reader_sees_a_person_and_can_change_nothing(gallery: Gallery) -> None:
    page = visit(person_script, BOB)
    assert "Elmira" in told(page)
    assert labels(page) == {"Everybody"}
    assert not page.expander
    assert not page.exception
    assert "Save" in labels(visit(person_script, ANN))


@pytest.mark.usefixtures("sign_in")
def test_a_reader_adds_nobody(gallery: Gallery) -> None:
    page = visit(add_script, BOB)
    assert "only editors add people" in told(page)
    assert labels(page) == set()
    assert "Add to the gallery" in labels(visit(add_script, ANN))


@pytest.mark.usefixtures("sign_in", "collins")
def test_a_change_that_is_asked_for_all_the_same_is_refused(gallery: Gallery) -> None:
    entity = gallery.entity(1)
    with pytest.raises(NotAnEditorError, match="only editors change the gallery"):
        save(gallery, entity, Texts("Somebody Else", entity.noun, entity.biography))
    assert gallery.entity(1) == entity


def test_the_page_status_says_who_may_do_what(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, sign_in: dict[str, Any]
) -> None:
    assert "Editor: may look, ask, and change the gallery." in told(visit(status_script, ANN))
    assert "Reader: may look and ask." in told(visit(status_script, BOB))
    monkeypatch.delenv("PLACARD_WEB_EDITORS")
    st.cache_resource.clear()
    assert "PLACARD_WEB_EDITORS names no editor" in told(visit(status_script, ANN))
    sign_in.clear()
    assert "without a sign-in: everybody who reaches it may change" in told(visit(status_script))


def test_a_sign_in_that_nobody_could_use_is_said_at_the_start(sign_in: dict[str, Any]) -> None:
    assert check_sign_in()
    del sign_in["auth"]["client_secret"]
    with pytest.raises(UserError, match=r"lacks client_secret\."):
        check_sign_in()
    sign_in.clear()
    assert not check_sign_in()


@pytest.mark.parametrize("mistake", [b'[auth]\nclient_id = "placard', b'[auth]\nclient_id = "\xff"'])
def test_a_sign_in_that_cannot_be_read_is_not_none(
    mistake: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_bytes(mistake)
    monkeypatch.setattr(secrets_singleton, "_secrets", None)
    monkeypatch.setattr(streamlit.config, "get_option", {"secrets.files": [str(secrets)]}.get)
    with pytest.raises(UserError, match=r"secrets cannot be read, so nobody is let in"):
        check_sign_in()
    with pytest.raises(UserError, match=r"nobody is let in"):
        may_edit()
    secrets.unlink()
    assert not check_sign_in()


def test_editors_and_readers_without_a_sign_in_are_refused_at_the_start() -> None:
    with pytest.raises(UserError, match=r"^PLACARD_WEB_EDITORS would .*: no sign-in .*secrets\.toml\.$"):
        refuse_lists_without_sign_in(Settings(web_editors="ann@example.org"), sign_in=False)
    with pytest.raises(UserError, match=r"^PLACARD_WEB_READERS would count for nothing"):
        refuse_lists_without_sign_in(Settings(web_readers="@example.org"), sign_in=False)
    refuse_lists_without_sign_in(Settings(web_editors="ann@example.org"), sign_in=True)
    refuse_lists_without_sign_in(Settings(), sign_in=False)


def test_whatever_writes_in_the_web_app_asks_first_whether_it_may() -> None:
    careless = []
    for path in sorted((ROOT / "app/web").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            calls = {called(node) for node in ast.walk(function) if isinstance(node, ast.Call)}
            if calls & CHANGES and "ensure_editor" not in calls:
                careless.append(f"{path.name}: {function.name}")
    assert careless == []


def called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
