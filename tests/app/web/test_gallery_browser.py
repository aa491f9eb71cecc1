"""The pages Gallery and Add in a real browser: a real server, real photos, ten thousand people."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from app.demo import COLLINS
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from tests.app.web.browsing import (
    Shot,
    Site,
    Visit,
    astronaut,
    four_people,
    needs_chromium,
    serving,
    settled,
    upload,
)
from tests.fakes import picture, reference
from vision.faces import DLIB, DLIB_SPACE

pytestmark = needs_chromium
PEOPLE = 10_000
HOSTILE = "Zara <img src=x onerror=window.hacked=1> $x^2$ **Bo** :smile:"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A gallery of ten thousand people who look like nobody."""
    folder = tmp_path_factory.mktemp("crowd")
    (folder / "home").mkdir()
    vectors = np.random.default_rng(7).normal(size=(PEOPLE, 128))
    crop = picture((120, 140, 160))
    with Gallery.open(f"sqlite:///{folder}/home/gallery.db") as gallery, gallery.write() as writer:
        writer.add_space(DLIB_SPACE, 128, DLIB)
        for number, vector in enumerate(vectors):
            name = f"Person {number:05d}" if number else HOSTILE
            entity_id = writer.add(NewEntity(name, biography="<b>Lives</b> in a town.", source="crowd"))
            photo = reference(vector.tolist(), f"{number:064x}", space=DLIB_SPACE, crop=crop)
            writer.add_reference(entity_id, photo, (100, 100))
    with serving(folder) as running:
        yield running


def go(page: Page, name: str) -> None:
    """Follows a link of the navigation."""
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    settled(page)


def search(page: Page, text: str) -> None:
    """Types as people type, without Enter."""
    page.get_by_label("Search among").fill("")
    page.get_by_label("Search among").press_sequentially(text)


def test_a_person_is_added_and_the_next_photo_is_answered_about(
    crowd: Site,
    visit: Visit,
    shot: Shot,
) -> None:
    page = visit(crowd.url)
    go(page, "Add")
    files: list[FilePayload] = [
        {"name": "four.jpg", "mimeType": "image/jpeg", "buffer": four_people()},
        {"name": "nasa.png", "mimeType": "image/png", "buffer": astronaut()},
    ]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text("4 faces, and none stands out")).to_be_visible()
    page.get_by_role("button", name="This one").first.click()
    expect(page.get_by_role("button", name="Chosen")).to_be_visible()
    page.get_by_label("Name").fill(COLLINS.name)
    page.get_by_label("Noun").fill(COLLINS.noun)
    page.get_by_label("Biography").fill(COLLINS.biography)
    settled(page)
    shot(page, "add")
    page.get_by_role("button", name="Add to the gallery").click()
    expect(page.get_by_text("Added 2 photos of Eileen Collins.")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Open Eileen Collins").click()
    expect(page.get_by_label("Biography")).to_have_value(COLLINS.biography)
    settled(page)
    shot(page, "person")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download pictures").click()
    assert download.value.suggested_filename == "Eileen Collins.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert len(archive.namelist()) == 3
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="Who is in this photo?")).to_be_visible()
    settled(page)
    cards = upload(page, astronaut(), "again.png")
    expect(cards).to_have_count(1)
    page.get_by_role("button", name="Where was Eileen Collins born?").click()
    expect(page.get_by_text("Elmira, New York").first).to_be_visible()


def test_ten_thousand_people_are_searched_while_one_types(
    crowd: Site,
    visit: Visit,
    shot: Shot,
) -> None:
    page = visit(crowd.url, width=390, height=844)
    page.goto(f"{crowd.url}/gallery")
    cards = page.locator(".st-key-people [data-testid=stImage]")
    expect(cards).to_have_count(24)
    shot(page, "gallery-phone")
    assert not page.locator("html").evaluate("e => e.scrollWidth > e.clientWidth")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_text("Page 2")).to_be_visible()
    search(page, "person 0777")
    expect(cards).to_have_count(11)  # 00777 is the eleventh
    expect(page.get_by_role("button", name="Person 07770", exact=True)).to_be_visible()
    search(page, "zara")
    expect(cards).to_have_count(1)
    settled(page)
    page.locator(".st-key-people").get_by_role("button", name=HOSTILE, exact=True).click()
    expect(page.get_by_label("Biography")).to_have_value("<b>Lives</b> in a town.")
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    settled(page)
    shot(page, "person-phone")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x], .katex").count() == 0
    assert not page.locator("html").evaluate("e => e.scrollWidth > e.clientWidth")


def test_forgetting_says_what_goes_and_needs_the_number(
    crowd: Site,
    visit: Visit,
    shot: Shot,
) -> None:
    page = visit(crowd.url)
    go(page, "Gallery")
    search(page, "person 04444")
    page.get_by_role("button", name="Person 04444", exact=True).click()
    page.get_by_text("Forget", exact=True).click()
    expect(page.get_by_text("This deletes Person 04444 with the biography, 1 photo")).to_be_visible()
    gone = page.get_by_role("button", name="Forget for good")
    expect(gone).to_be_disabled()
    page.get_by_label("Type 4445 to go on").fill("4445")
    page.get_by_label("Type 4445 to go on").press("Enter")
    expect(gone).to_be_enabled()
    settled(page)
    shot(page, "forget")
    gone.click()
    expect(page.get_by_text("Forgotten, with 1 photo.")).to_be_visible()
    search(page, "person 04444")
    expect(page.get_by_text("Nobody is named person 04444.")).to_be_visible()
