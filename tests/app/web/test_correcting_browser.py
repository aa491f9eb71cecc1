"""Correcting names, merges and two tabs in a real browser."""
# ruff: noqa: F811  # fixtures of the neighbouring module are parameters here

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.app.web.test_browser import (  # noqa: F401  # fixtures
    CHROMIUM,
    Shot,
    Site,
    Visit,
    chromium,
    four_people,
    settled,
    shot,
    site,
    upload,
    visit,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


def test_a_wrong_name_is_corrected_both_ways(site: Site, visit: Visit, shot: Shot) -> None:
    page = visit(site.url)
    cards = upload(page, four_people())
    collins = page.locator(".card", has_text="Eileen Collins").first
    collins.get_by_role("button", name="This is not Eileen Collins").click()
    expect(page.get_by_text("This is not Eileen Collins: remembered for this photo.")).to_be_visible()
    expect(page.locator(".card.accepted")).to_have_count(1)
    expect(page.get_by_text("Somebody said that this is not Eileen Collins.")).to_be_visible()
    settled(page)
    shot(page, "corrected")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card.accepted")).to_have_count(2)
    expect(page.get_by_text("Somebody said that")).to_have_count(0)
    settled(page)
    # By keyboard, and the answer is a new person.
    who = page.locator(".card.unknown").first.get_by_role("button", name="Who is this?")
    who.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").press_sequentially("Nora <b>Ray</b>")
    settled(page)
    shot(page, "who")
    dialog.get_by_role("button", name="A new person").click()
    expect(page.get_by_text("Added 1 photo of Nora <b>Ray</b>.")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(page.locator(".card.accepted")).to_have_count(3)
    expect(cards.filter(has_text="Nora <b>Ray</b>")).to_have_count(1)
    settled(page)
    shot(page, "named")
    cards.filter(has_text="Nora").get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Nora <b>Ray</b>")).to_be_visible()
