"""The web app in a real browser: a real server, real photos, real clicks."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from app.demo import COLLINS, query_photo, skimage_data, write_photos
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from tests.app.web.serving import ENDLESS
from tests.conftest import ROOT
from vision.faces import FaceModel

expect.set_options(timeout=60_000)  # two slow cores, shared
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

TOKEN = "open-sesame-4711"
HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked=2'> is an **actor** born in "
    "[Concord](javascript:window.hacked=3) ![photo](http://example.com/spy.png) for $\\frac{1}{2}$ :smile:."
)
HOSTILE_NAME = "Tom <img src=x onerror=window.hacked=4> $x^2$ Hanks"


@dataclass(frozen=True)
class Site:
    """A server that runs."""

    url: str
    gallery_url: str
    stopped: Path  # appears when the endless answer has ended
    process: int  # its id


@contextmanager
def serving(folder: Path, *, token: str = "", **variables: str) -> Iterator[Site]:
    """The web app in a process of its own, with its home in `folder`; SIGTERM must end it with code 0."""
    stopped, log = folder / "stopped", folder / "log.txt"
    environment = {
        **os.environ,
        "PLACARD_HOME": str(folder / "home"),
        "PLACARD_WEB_TOKEN": token,
        **variables,
    }
    command = [sys.executable, "-m", "tests.app.web.serving", "0", str(stopped)]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        try:
            assert found, f"no address in '{line}': {log.read_text()}"
            yield Site(found[0], f"sqlite:///{folder}/home/gallery.db", stopped, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            rest = process.stdout.read()
            code = process.wait(20)
    written = line + rest + log.read_text()
    assert code == 0, written
    # Nothing personal, and no token, in what the program writes.
    for secret in (TOKEN, "Collins", "Hanks", "Elmira", "query.jpg"):
        assert secret not in written
    assert "Traceback" not in written


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that fetches nothing by itself."""
    switches = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*switches.split(), "--disable-component-update", "--disable-sync"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, dlib_faces: FaceModel) -> Iterator[Site]:
    """A gallery of the astronaut and of an actor with a hostile name and biography."""
    folder = tmp_path_factory.mktemp("site")
    write_photos(folder / "demo")
    (folder / "home").mkdir()
    actor = NewEntity(name=HOSTILE_NAME, biography=HOSTILE, noun="man", source="demo")
    rows = []
    for person, name in ((COLLINS, "Eileen_Collins"), (actor, "Tom_Hanks")):
        photo = folder / "demo" / "people" / name / "portrait.png"
        rows.append(Labelled(photo.name, person, None, True, photo.read_bytes))
    with Gallery.open(f"sqlite:///{folder}/home/gallery.db") as gallery:
        assert [outcome.status.value for outcome in ingest(gallery, dlib_faces, rows)] == ["added", "added"]
    with serving(folder) as running:
        yield running


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Site]:
    """An empty gallery behind a token."""
    with serving(tmp_path, token=TOKEN) as running:
        yield running


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page; afterwards no request has left this machine and no script of the page has failed."""
    pages = []
    faults: list[str] = []

    def visit_(url: str, *, width: int = 1280, height: int = 900, scheme: str = "light") -> Page:
        own = "/".join(url.split("/")[:3])
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((own, "data:", "blob:")) else faults.append(request.url)
            ),
        )
        page.goto(url)
        pages.append(page)
        return page

    yield visit_
    for page in pages:
        page.context.close()
    assert faults == []


@pytest.fixture
def shot(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], None]:
    """Saves screenshots under SCREENSHOTS, else where tests keep their files."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)

    def shot_(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return shot_


Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]


def _is_fault(said: ConsoleMessage) -> bool:
    """Streamlit looks for itself under each part of the path: what it does not find there is no fault."""
    return said.type == "error" and not said.text.startswith("Failed to load resource")


def upload(page: Page, photo: bytes, name: str = "query.jpg") -> Locator:
    """Uploads a photo and returns the cards of who is in it."""
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": photo}
    )
    cards = page.locator(".cards .card")
    expect(cards.first).to_be_visible()
    settled(page)
    return cards


def settled(page: Page) -> None:
    """Waits until the page is drawn: what is typed into a part that is about to go is lost."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def four_people() -> bytes:
    buffer = io.BytesIO()
    query_photo().save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def astronaut() -> bytes:
    return (skimage_data() / "astronaut.png").read_bytes()


def type_question(page: Page, question: str) -> None:
    settled(page)
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")


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
