"""The page Unknown in a real browser: switched on, a stranger seen and named, switched off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gallery.gallery import Gallery
from tests.app.web.browsing import (
    Shot,
    Site,
    Visit,
    astronaut,
    needs_chromium,
    serving,
    settled,
    upload,
)
from tests.gallery.traces import found_in

pytestmark = needs_chromium


def go(page: Page, name: str) -> None:
    """Follows a link of the navigation."""
    page.get_by_role("link", name=name, exact=True).click()
    settled(page)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An empty gallery in tmp_path."""
    (tmp_path / "home").mkdir()
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def gallery(site: Site, tmp_path: Path) -> Iterator[Gallery]:
    """The gallery of the site."""
    with Gallery.open(f"sqlite:///{tmp_path}/home/gallery.db") as opened:
        yield opened


def test_a_stranger_is_kept_for_a_purpose_named_and_all_else_goes(
    site: Site, gallery: Gallery, tmp_path: Path, visit: Visit, shot: Shot
) -> None:
    page = visit(f"{site.url}/unknown")
    expect(page.get_by_text("Unknown people leave nothing behind")).to_be_visible()
    settled(page)
    shot(page, "unknown-off")
    page.get_by_label("What are unknown faces kept for?").fill("To add guests who agreed to it")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("On: each face is kept for 7 days.")).to_be_visible()
    go(page, "Ask")
    expect(page.get_by_text("kept for 7 days: To add guests who agreed to it")).to_be_visible()
    cards = upload(page, astronaut(), "nasa.png")
    expect(cards).to_have_class("card unknown")
    go(page, "Unknown")
    group = page.locator(".st-key-unknown-1")
    expect(group.get_by_role("img")).to_have_count(1)
    crop = gallery.strangers.crops([1])[1]
    assert found_in(tmp_path / "home", [crop[-24:]])
    settled(page)
    shot(page, "unknown")
    group.get_by_role("button", name="Name").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").press_sequentially("Eileen Collins")
    dialog.get_by_role("button", name="A new person: Eileen Collins").click()
    expect(page.get_by_text("Added 1 photo of Eileen Collins.")).to_be_visible()
    expect(group).to_have_count(0)
    settled(page)
    shot(page, "unknown-named")
    go(page, "Ask")
    expect(page.locator(".card.accepted .title")).to_contain_text("Eileen Collins")
    go(page, "Unknown")
    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("button", name="Switch off and delete everything").click()
    expect(page.get_by_text("Unknown people leave nothing behind")).to_be_visible()
    page.get_by_text("Who did what").click()
    expect(page.get_by_text("switched off; 0 faces deleted")).to_be_visible()
    assert (gallery.strangers.watch(), gallery.counts().references) == (None, 1)


def test_the_page_fits_a_phone_in_the_dark(site: Site, gallery: Gallery, visit: Visit, shot: Shot) -> None:
    gallery.strangers.switch_on("To add guests who agreed to it", 7, who="ann@example.org")
    page = visit(site.url, width=390, height=1200, scheme="dark")
    upload(page, astronaut(), "nasa.png")
    page.goto(f"{site.url}/unknown")
    expect(page.get_by_role("button", name="Ignore for good")).to_be_visible()
    settled(page)
    shot(page, "unknown-phone")
    for part in (page.locator("html"), page.get_by_test_id("stMain")):
        assert not part.evaluate("e => e.scrollWidth > e.clientWidth")
