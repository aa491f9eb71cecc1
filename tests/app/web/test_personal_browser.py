"""The page Personal in a real browser: boxes drawn by pointer, by touch and by keys, and talked about."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.demo import COLLINS, skimage_data
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from tests.app.web.browsing import (
    Shot,
    Site,
    Visit,
    astronaut,
    four_people,
    needs_chromium,
    serving,
    settled,
    type_question,
)
from vision.faces import FaceModel

pytestmark = needs_chromium
HOSTILE = "<img src=x onerror=window.hacked=1> **b** $x$ [2]: Eve"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, dlib_faces: FaceModel) -> Iterator[Site]:
    """A gallery that knows the astronaut only."""
    folder = tmp_path_factory.mktemp("personal")
    (folder / "home").mkdir()
    photo = skimage_data() / "astronaut.png"
    with Gallery.open(f"sqlite:///{folder}/home/gallery.db") as gallery:
        (outcome,) = ingest(
            gallery, dlib_faces, [Labelled(photo.name, COLLINS, None, True, photo.read_bytes)]
        )
        assert outcome.entity_id == 1
    with serving(folder) as running:
        yield running


def begin(page: Page, photo: bytes) -> Locator:
    """Uploads a photo and returns what a box is drawn on."""
    page.locator("input[type=file]").first.set_input_files(
        {"name": "query.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    canvas = page.locator(".drawing svg")
    expect(canvas).to_be_visible()
    settled(page)
    return canvas


def drag(page: Page, canvas: Locator, *edges: float) -> None:
    """Draws a box from fractions of the photo's sides."""
    left, top, right, bottom = edges
    area = canvas.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + left * area["width"], area["y"] + top * area["height"])
    page.mouse.down()
    page.mouse.move(area["x"] + 0.6 * right * area["width"], area["y"] + bottom * area["height"])
    page.mouse.move(area["x"] + right * area["width"], area["y"] + bottom * area["height"])
    page.mouse.up()
    settled(page)


def write(page: Page, noun: str, name: str, text: str, button: str = "Talk about it") -> None:
    """Fills the form below the photo in and sends it."""
    page.get_by_label("What is in the box?").fill(noun)
    page.get_by_label("Its name, if it has one").fill(name)
    page.get_by_label("What do you know about it?").fill(text)
    page.get_by_role("button", name=button, exact=True).click()


def box_in_percent(page: Page) -> list[int]:
    words = page.locator(".drawing .box").get_attribute("aria-label") or ""
    return [int(number) for number in re.findall(r"(\d+) %", words)]


def test_a_box_is_drawn_told_about_and_asked_about_beside_who_is_recognised(
    site: Site, visit: Visit, shot: Shot
) -> None:
    page = visit(f"{site.url}/personal")
    expect(page.get_by_text("What only you know")).to_be_visible()
    settled(page)
    shot(page, "personal-first")
    canvas = begin(page, astronaut())
    expect(page.locator(".drawing .name")).to_have_text("Eileen Collins")
    page.get_by_role("button", name="Talk about it").click()
    expect(page.get_by_text("Draw a box on the photo first")).to_be_visible()
    drag(page, canvas, 0.66, 0.05, 0.98, 0.7)
    assert box_in_percent(page) == [66, 5, 32, 65]
    page.get_by_label("What is in the box?").fill("space shuttle")
    shot(page, "personal-draw")
    write(page, "space shuttle", "Endeavour", f"A model that my uncle built in 1992. {HOSTILE}")
    expect(page.locator(".card.given .title")).to_contain_text("Endeavour")
    expect(page.locator("svg .region")).to_have_count(2)
    page.get_by_role("button", name="Tell me about Endeavour.").click()
    expect(page.locator(".answer").first).to_contain_text("my uncle built in 1992")
    cite = page.get_by_role("button", name="Source 2: Endeavour")
    cite.hover()
    expect(page.locator("svg .region.given")).to_have_class(re.compile(r"\bhot\b"))
    type_question(page, "Where was Eileen Collins born?")
    expect(page.get_by_text("Elmira, New York", exact=False).first).to_be_visible()
    settled(page)
    shot(page, "personal")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x], .katex, b").count() == 0
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".card.given")).to_have_count(0)
    expect(page.locator(".answer")).to_have_count(0)


def test_a_box_is_put_and_changed_by_keys_alone(site: Site, visit: Visit) -> None:
    page = visit(f"{site.url}/personal")
    begin(page, astronaut())
    page.get_by_role("button", name="Put a box in the middle").focus()
    page.keyboard.press("Enter")
    settled(page)
    assert box_in_percent(page) == [35, 35, 30, 30]
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert box_in_percent(page) == [37, 34, 29, 31]
    for _ in range(60):
        page.keyboard.press("ArrowUp")
    assert box_in_percent(page) == [37, 0, 29, 31]
    page.wait_for_timeout(600)  # keys are told to the server when they rest
    settled(page)
    write(page, "patch", "", "She sewed it on herself.")
    card = page.locator(".card.given")
    expect(card).to_contain_text("She sewed it on herself.")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("What do you know about it?")).to_have_value("She sewed it on herself.")
    assert box_in_percent(page) == [37, 0, 29, 31]
    write(page, "patch", "", "Her mother sewed it on.", button="Save")
    expect(card).to_contain_text("Her mother sewed it on.")
    expect(card).to_have_count(1)


def test_a_person_who_was_told_about_is_kept_and_then_recognised(
    site: Site, visit: Visit, shot: Shot
) -> None:
    page = visit(f"{site.url}/personal")
    canvas = begin(page, four_people())
    drag(page, canvas, 0.75, 0.2, 0.995, 0.8)
    write(page, "man", "Tom Hanks", "An actor who came to the party.")
    told = page.locator(".card.given")
    expect(told).to_contain_text("An actor who came to the party.")
    expect(page.locator("svg .region")).to_have_count(4)  # nobody stands there twice
    settled(page)
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Tom Hanks is in the gallery now")).to_be_visible()
    expect(page.locator(".card.accepted")).to_have_count(2)
    expect(told).to_have_count(0)
    shot(page, "personal-kept")


def test_a_finger_draws_on_a_phone_in_the_dark(site: Site, chromium: Browser, shot: Shot) -> None:
    context = chromium.new_context(
        viewport={"width": 390, "height": 1500}, color_scheme="dark", has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{site.url}/personal")
    canvas = begin(page, astronaut())
    area = canvas.bounding_box()
    assert area is not None
    session = context.new_cdp_session(page)
    x, y = area["x"] + 0.1 * area["width"], area["y"] + 0.1 * area["height"]
    for kind, dx in (("touchStart", 0.0), ("touchMove", 40.0), ("touchMove", 80.0), ("touchEnd", 80.0)):
        points = [] if kind == "touchEnd" else [{"x": x + dx, "y": y + 1.5 * dx}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.locator(".drawing .box")).to_have_attribute("aria-label", re.compile("left 10 %, top 10 %"))
    settled(page)
    shot(page, "personal-phone-draw")
    write(page, "flag", "", "It hung in our kitchen.")
    expect(page.locator(".card.given")).to_be_visible()
    settled(page)
    shot(page, "personal-phone")
    for part in (page.locator("html"), page.get_by_test_id("stMain")):
        assert not part.evaluate("e => e.scrollWidth > e.clientWidth")
    context.close()
