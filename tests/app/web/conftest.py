"""A browser, and a server with a gallery, for tests of the web app."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from app.demo import COLLINS, write_photos
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from tests.app.web.browsing import CHROMIUM, HOSTILE, HOSTILE_NAME, Shot, Site, Visit, serving
from vision.faces import FaceModel


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
def visit(chromium: Browser) -> Iterator[Visit]:
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


def _is_fault(said: ConsoleMessage) -> bool:
    """Streamlit looks for itself under each part of the path: what it does not find there is no fault."""
    return said.type == "error" and not said.text.startswith("Failed to load resource")


@pytest.fixture
def shot(request: pytest.FixtureRequest, tmp_path: Path) -> Shot:
    """Saves screenshots under SCREENSHOTS, else where tests keep their files."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)

    def shot_(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return shot_
