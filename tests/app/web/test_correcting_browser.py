"""Correcting names, merges and two tabs in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from ingest.outcome import Status
from ingest.run import ingest
from ingest.sources.row import Labelled
from tests.app.web.browsing import (
    Shot,
    Site,
    Visit,
    astronaut,
    four_people,
    needs_chromium,
    settled,
    type_question,
    upload,
)
from tests.conftest import ASSETS, need
from vision.faces import FaceModel

pytestmark = needs_chromium


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


def test_two_tabs_and_an_ingest_beside_lose_no_edit_and_show_what_is_so_now(
    site: Site, visit: Visit, shot: Shot, dlib_faces: FaceModel
) -> None:
    one, other = visit(f"{site.url}/gallery?person=1"), visit(f"{site.url}/gallery?person=1")
    asking = visit(site.url)
    upload(asking, astronaut(), "nasa.png")
    other.get_by_label("Biography").fill("Written in the other tab.")
    # Somebody else's ingest meanwhile: the page that is being written on is not in its way.
    stranger = NewEntity("Astrid Nova", biography="She was born in Oslo.", source="beside")
    photo = sorted(need(ASSETS / "data/congress/portraits").glob("*.jpg"))[0]
    with Gallery.open(site.gallery_url) as gallery:
        (outcome,) = ingest(gallery, dlib_faces, [Labelled("a.jpg", stranger, None, True, photo.read_bytes)])
    assert outcome.status is Status.ADDED
    one.get_by_label("Biography").fill("Written in the first tab.")
    one.get_by_role("button", name="Save").click()
    expect(one.get_by_text("Saved Eileen Collins.")).to_be_visible()
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("nothing was saved")).to_be_visible()
    expect(other.get_by_text("Written in the first tab.")).to_be_visible()
    settled(other)
    shot(other, "conflict")
    # The third tab knows what was written, and the new one is found.
    type_question(asking, "Who is this?")
    expect(asking.get_by_text("Written in the first tab.").first).to_be_visible()
    one.goto(f"{site.url}/gallery")
    one.get_by_label("Search among").press_sequentially("astrid")
    expect(one.get_by_role("button", name="Astrid Nova", exact=True)).to_be_visible()


def test_a_merge_is_taken_back_on_the_page(site: Site, visit: Visit, shot: Shot) -> None:
    page = visit(f"{site.url}/gallery?person=1")
    page.get_by_text("Another entry is the same person").click()
    page.get_by_label("Name or number of the other entry").press_sequentially("2")
    expect(page.get_by_role("radio")).to_be_checked()
    settled(page)  # who was found moves the button down, and a press meanwhile is lost
    page.get_by_role("button", name="Make it part of this one").click()
    expect(page.get_by_text("is now part of Eileen Collins")).to_be_visible()
    settled(page)
    # What was opened stays open while messages come and go above it.
    expect(page.get_by_text("(number 2) is part of this one.")).to_be_visible()
    shot(page, "merged")
    page.get_by_role("button", name="Take this back").first.click()
    expect(page.get_by_text("is an entry of its own again.")).to_be_visible()
    with Gallery.open(site.gallery_url) as gallery:
        assert gallery.merged(1) == []
        assert len(gallery.references(2)) == 1
