"""Signing in at a real OpenID Connect provider, in a real browser, as editor and as reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.demo import COLLINS
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from tests.app.web.browsing import (
    Shot,
    Site,
    needs_chromium,
    serving,
    settled,
)
from tests.app.web.provider import provider
from vision.faces import FaceModel

pytestmark = needs_chromium

SECRETS = """[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "a-long-random-word-for-this-test-alone"
client_id = "placard"
client_secret = "hush"
server_metadata_url = "{url}/.well-known/openid-configuration"
"""


@pytest.fixture
def site(tmp_path: Path, nasa: Path, dlib_faces: FaceModel) -> Iterator[Site]:
    """A server with one person in its gallery, where Ann is the editor."""
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / "home").mkdir()
    row = Labelled(nasa.name, COLLINS, None, True, nasa.read_bytes)
    with Gallery.open(f"sqlite:///{tmp_path}/home/gallery.db") as gallery:
        assert [outcome.status.value for outcome in ingest(gallery, dlib_faces, [row])] == ["added"]
    with provider() as url:
        (tmp_path / ".streamlit" / "secrets.toml").write_text(SECRETS.format(url=url))
        with serving(tmp_path, HOME=str(tmp_path), PLACARD_WEB_EDITORS="ann@example.org") as running:
            yield running


def sign_in(browser: Browser, site: Site, who: str) -> Page:
    """Signs in, in a browser that has no cookies yet."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{site.url}/status")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.get_by_role("link").filter(has_text="Gallery").count() == 0
    settled(page)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=who, exact=True).click()
    expect(page.get_by_role("heading", name="Who is in this photo?")).to_be_visible()
    settled(page)
    return page


def test_an_editor_may_change_and_a_reader_and_an_impostor_may_look(
    site: Site, chromium: Browser, shot: Shot
) -> None:
    page = sign_in(chromium, site, "ann")
    expect(page.get_by_role("link", name="Add", exact=True)).to_be_visible()
    page.goto(f"{site.url}/gallery?person=1")
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    page.goto(f"{site.url}/status")
    expect(page.get_by_text("Editor: may look, ask, and change the gallery.")).to_be_visible()
    settled(page)
    shot(page, "signed-in")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.context.close()
    # One says the truth; the other has an account that claims an address which nobody has verified.
    for who in ("bob", "eve"):
        page = sign_in(chromium, site, who)
        for name in ("Add", "Unknown"):
            assert page.get_by_role("link", name=name, exact=True).count() == 0
        page.goto(f"{site.url}/gallery?person=1")
        expect(page.get_by_text("Elmira", exact=False)).to_be_visible()
        settled(page)
        for name in ("Save", "Forget for good", "Not this one?", "Add to the gallery"):
            assert page.get_by_role("button", name=name).count() == 0
        page.goto(f"{site.url}/status")
        expect(page.get_by_text("Reader: may look and ask.")).to_be_visible()
        page.context.close()
