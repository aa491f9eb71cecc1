"""The page Ask in a real browser: a real server, real photos, real clicks."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from app.demo import skimage_data
from app.web import photo_view
from tests.app.web.browsing import (
    HOSTILE_NAME,
    TOKEN,
    Shot,
    Site,
    Visit,
    astronaut,
    four_people,
    needs_chromium,
    serving,
    settled,
    type_question,
    upload,
)
from tests.app.web.serving import ENDLESS

pytestmark = needs_chromium
PARTS = Path(photo_view.__file__).parent / "parts"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Site]:
    """An empty gallery behind a token."""
    with serving(tmp_path, token=TOKEN) as running:
        yield running


def test_a_first_visit_with_an_empty_gallery_asks_for_the_token_and_says_what_to_do(
    guarded: Site, visit: Visit, shot: Shot
) -> None:
    page = visit(guarded.url)
    token = page.get_by_label("Token")
    token.fill("a wrong one")
    token.press("Enter")
    expect(page.get_by_text("This is not the token")).to_be_visible()
    assert page.get_by_text("Who is in this photo?").count() == 0
    token.fill(TOKEN)
    token.press("Enter")
    expect(page.get_by_text("The gallery is empty")).to_be_visible()
    assert TOKEN not in page.url
    settled(page)
    shot(page, "first-visit")
    page.get_by_role("radio", name="Example").click()
    page.get_by_role("button", name="An astronaut").click()
    expect(page.locator(".card.unknown").first).to_be_visible()
    expect(page.get_by_text("The gallery is empty").first).to_be_visible()
    settled(page)
    shot(page, "empty-gallery")
    # Another session has to give the token on every page as well.
    other = visit(f"{guarded.url}/status")
    expect(other.get_by_label("Token")).to_be_visible()
    assert other.get_by_text("Face model").count() == 0


def test_a_photo_of_two_people_is_asked_about_and_a_citation_shows_whom_it_means(
    site: Site, visit: Visit, shot: Shot
) -> None:
    page = visit(site.url)
    cards = upload(page, four_people())
    expect(cards).to_have_count(4)
    regions = page.locator("svg .region")
    decisions = ["accepted", "unknown", "unknown", "accepted"]
    labels = [regions.nth(index).get_attribute("aria-label") or "" for index in range(4)]
    assert [label.rsplit(", ", 1)[1] for label in labels] == decisions
    settled(page)
    shot(page, "photo")
    page.get_by_role("button", name="Where was Eileen Collins born?").click()
    expect(page.get_by_text("Elmira, New York").first).to_be_visible()
    cite = page.get_by_role("button", name="Source 1: Eileen Collins")
    cite.hover()
    expect(regions.first).to_have_class(re.compile(r"\bhot\b"))
    expect(regions.nth(1)).not_to_have_class(re.compile(r"\bhot\b"))
    cite.click()
    expect(regions.first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".card.selected .title")).to_contain_text("Eileen Collins")
    expect(page.get_by_text("Answered by the reader", exact=False)).to_be_visible()
    shot(page, "answer")
    # By keyboard: a box is chosen and its card is marked, without a word to the server.
    regions.nth(3).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card.selected .title")).to_contain_text("Hanks")
    page.keyboard.press("Escape")
    expect(page.locator(".card.selected")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the conversation").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sorted(archive.namelist()) == ["conversation.md", "photo.jpg"]
        assert "Elmira" in archive.read("conversation.md").decode()
    # The way to another photo is out of its way once it has come.
    for number, photo in enumerate((astronaut(), (skimage_data() / "chelsea.png").read_bytes()), start=2):
        page.get_by_role("button", name="Another photo").click()
        page.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(
            {"name": "query.png", "mimeType": "image/png", "buffer": photo}
        )
        expect(page.get_by_role("radio", name=f"Photo {number}")).to_be_checked()
        expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)


def test_text_from_people_stays_text(site: Site, visit: Visit, shot: Shot) -> None:
    page = visit(site.url)
    upload(page, four_people())
    card = page.locator(".card", has_text="Hanks")
    expect(card.locator(".title")).to_contain_text(HOSTILE_NAME)
    type_question(page, "<b>Who</b> is $x$ on the right? ![](http://example.com/a.png)")
    expect(page.get_by_text("<b>Who</b> is $x$ on the right?", exact=False).first).to_be_visible()
    type_question(page, "What is number 2?")
    expect(page.locator(".answer .text").nth(1)).to_contain_text("actor")
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()
    shot(page, "hostile")
    assert page.evaluate("window.hacked") is None
    for markup in (".katex", "a[href^=javascript]", "img[src*='example.com']", "img[src=x]", "b"):
        assert page.locator(markup).count() == 0
    assert page.get_by_text("http://example.com/spy.png", exact=False).count() >= 1


def test_a_stopped_answer_keeps_what_was_written_and_its_work_ends(
    site: Site, visit: Visit, shot: Shot
) -> None:
    page = visit(site.url)
    upload(page, astronaut(), "nasa.png")
    type_question(page, ENDLESS)
    expect(page.get_by_text("word20 ", exact=False)).to_be_visible()
    shot(page, "streaming")
    # A rerun in the middle loses nothing.
    page.get_by_role("button", name="Another photo").click()
    expect(page.get_by_text("word60 ", exact=False)).to_be_visible()
    page.keyboard.press("Escape")
    assert not site.stopped.exists()
    page.get_by_role("button", name="Stop").click()
    answer = page.locator(".answer")
    expect(answer).to_contain_text("Stopped; this is what was written.")
    expect(answer).to_contain_text("word1 word2 word3")
    assert site.stopped.exists()
    type_question(page, "Where was she born?")
    expect(page.get_by_text("Elmira, New York", exact=False).first).to_be_visible()
    # Who closes the page reads no further, so that the work ends too.
    site.stopped.unlink()
    type_question(page, ENDLESS)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.close()
    while not site.stopped.exists():  # else the limit of the test ends it
        time.sleep(0.05)


def test_a_phone_in_the_dark_shows_everything_in_one_column(site: Site, visit: Visit, shot: Shot) -> None:
    page = visit(site.url, width=390, height=2000, scheme="dark")
    upload(page, four_people())
    page.get_by_role("button", name="Where was Eileen Collins born?").click()
    expect(page.locator(".cite").first).to_be_visible()
    settled(page)
    shot(page, "phone")
    wide = "e => e.scrollWidth > e.clientWidth"
    assert not page.locator("html").evaluate(wide)
    assert not page.get_by_test_id("stMain").evaluate(wide)
    # Every name is in view, and none lies on another.
    labels = page.locator("svg .region .label").all()
    boxes = [box for label in labels if (box := label.bounding_box())]
    frame = page.locator(".frame").bounding_box()
    assert frame is not None
    assert len(boxes) == 4
    for index, box in enumerate(boxes):
        assert box["x"] >= frame["x"] - 1
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert box["height"] >= 18
        for other in boxes[:index]:
            apart = (
                box["x"] >= other["x"] + other["width"]
                or other["x"] >= box["x"] + box["width"]
                or box["y"] >= other["y"] + other["height"]
                or other["y"] >= box["y"] + box["height"]
            )
            assert apart


def test_a_persons_body_is_shown_while_the_face_is_pointed_at(chromium: Browser) -> None:
    page = chromium.new_page()
    styles, script = ((PARTS / f"photo.{form}").read_text(encoding="utf-8") for form in ("css", "js"))
    page.set_content(f"<style>{styles}</style><main style='width: 640px'><div class='seen'></div></main>")
    silent: dict[str, Any] = {"number": None, "title": "unknown", "decision": "unknown", "entity": None}
    silent |= {"crop": "", "why": "", "biography": "", "references": [], "rejected": [], "names": []}
    known = {**silent, "box": [0.5, 0.125, 0.625, 0.375], "body": [0.375, 0.05, 0.75, 1.0]}
    cards = [known, {**silent, "box": [0.1, 0.1, 0.2, 0.3], "body": None}]
    data = {"photo": "1", "uri": "", "label": "", "width": 800, "height": 400, "cards": cards}
    page.add_script_tag(content=script.replace("export default", "window.draw ="))
    page.evaluate("(data) => draw({ data, parentElement: document, setTriggerValue: () => {} })", data)
    body = page.locator("rect.body")  # the second has none
    expect(body).to_be_hidden()
    page.locator(".region .hit").first.hover()
    expect(body).to_be_visible()
    assert (body.get_attribute("x"), body.get_attribute("width")) == ("240", "240")
    page.close()
