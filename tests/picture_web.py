"""The pictures of the web app in README, anew: `python tests/picture_web.py docs`. NASA's photo only."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from app.demo import COLLINS, write_photos
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from tests.app.web.browsing import CHROMIUM, astronaut, serving, settled, type_question, upload
from tests.app.web.test_many_browser import choose, mixed
from tests.app.web.test_personal_browser import begin, drag, write
from vision import faces

RUN_MS = 120_000


def ask(page: Page, folder: Path) -> None:
    """Who is in the photo of the demo, and an answer whose citation is pointed at."""
    upload(page, (folder / "demo/collins.jpg").read_bytes())
    page.get_by_role("button", name="Where was Eileen Collins born?").click()
    page.get_by_role("button", name="Source 1: Eileen Collins").hover()
    expect(page.locator("svg .region").first).to_have_class("region accepted hot")


def gallery(page: Page, folder: Path) -> None:
    """The page of a person with two pictures."""
    page.goto(f"{page.url.rstrip('/')}/gallery?person=1")
    expect(page.get_by_label("Biography")).to_be_visible()


def personal(page: Page, folder: Path) -> None:
    """A thing that is told about beside a person who is recognised."""
    page.goto(f"{page.url.rstrip('/')}/personal")
    drag(page, begin(page, astronaut()), 0.66, 0.05, 0.98, 0.7)
    write(page, "space shuttle", "Endeavour", "A model that my uncle built in 1992.")
    page.get_by_role("button", name="Tell me about Endeavour.").click()
    expect(page.locator(".answer").first).to_contain_text("my uncle built in 1992")
    type_question(page, "Where was Eileen Collins born?")
    expect(page.get_by_text("Elmira, New York").first).to_be_visible()
    page.get_by_role("button", name="Source 2: Endeavour").hover()


def add(page: Page, folder: Path) -> None:
    """What would become of an archive."""
    choose(page, "people.zip", mixed())
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_text("This was a trial: nothing was written yet.")).to_be_visible(timeout=RUN_MS)


def picture(page: Page, path: Path) -> None:
    """Save what a page shows."""
    settled(page)
    page.wait_for_timeout(600)  # what moves comes to rest
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(path, optimize=True)


def main(folder: Path) -> None:
    """Make all of them, each of a gallery of its own kind."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as place:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        _one(browser, Path(place, "empty"), folder, "add", 960)
        for name, height in (("ask", 900), ("gallery", 900), ("personal", 990)):
            home = Path(place, name)
            write_photos(home / "demo")
            photos = (home / "demo/people/Eileen_Collins/portrait.png", home / "demo/collins.jpg")
            rows = [Labelled(photo.name, COLLINS, None, True, photo.read_bytes) for photo in photos]
            rows = rows if name == "gallery" else rows[:1]
            (home / "home").mkdir()
            with Gallery.open(f"sqlite:///{home}/home/gallery.db") as opened:
                list(ingest(opened, faces.load(faces.DLIB, ()), rows))
            _one(browser, home, folder, name, height)
        browser.close()


def _one(browser: Browser, home: Path, folder: Path, name: str, height: int) -> None:
    steps = {"ask": ask, "gallery": gallery, "personal": personal, "add": add}
    (home / "home").mkdir(parents=True, exist_ok=True)
    with serving(home) as site:
        page = browser.new_page(viewport={"width": 1280, "height": height})
        page.goto(site.url)
        expect(page.get_by_text("Who is in this photo?")).to_be_visible()
        steps[name](page, home)
        picture(page, folder / f"web-{name}.png")
        page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
