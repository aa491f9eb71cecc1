"""The web app's own time, on a real server: part of `make bench`. Ratios and differences are what counts."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from app.demo import COLLINS, skimage_data
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from tests.app.web.test_browser import CHROMIUM, Site, serving
from tests.app.web.visitor import Visitor
from tests.fakes import picture, reference
from vision import faces
from vision.faces import DLIB, DLIB_SPACE, FaceModel
from vision.photo import Photo

UPLOADS = 7
RERUNS = 15
PEOPLE = 100_000
QUESTIONS = ("Where was she born?", "When did she command a Space Shuttle?", "Who is this?")


def main() -> None:
    """Print every figure as a line of a table."""
    print("| what | measured | baseline | ratio |\n|---|---|---|---|")
    model = faces.load(DLIB, ())
    with tempfile.TemporaryDirectory() as folder:
        for line in _asking(Path(folder), model):
            print(line, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for line in _browsing(Path(folder)):
            print(line, flush=True)


def _asking(place: Path, model: FaceModel) -> Iterator[str]:
    """From an upload to its boxes in Chromium, and a rerun of a page with a conversation."""
    (place / "home").mkdir()
    nasa = skimage_data() / "astronaut.png"
    with Gallery.open(f"sqlite:///{place}/home/gallery.db") as gallery:
        list(ingest(gallery, model, [Labelled(nasa.name, COLLINS, None, True, nasa.read_bytes)]))
    large = place / "large.jpg"
    Image.open(nasa).convert("RGB").resize((3464, 3464)).save(large, quality=90)
    with serving(place) as site:
        if CHROMIUM is None:
            yield "| from upload to boxes | not measured: no Chromium is installed | | |"
        else:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                yield from _uploads(site, browser, model, nasa, large)
                browser.close()
        with Visitor(site.url) as visitor:
            visitor.choose("Example", among="way")
            visitor.click("An astronaut")
            for question in QUESTIONS:
                visitor.ask(question)
            before = visitor.received
            visitor.look()
            sent = (visitor.received - before) / 1024
            took = _told(site, visitor.look)
        yield f"| rerun of Ask with a photo and 3 answers, nothing changed ({sent:.0f} KiB) | {took} | | |"


def _uploads(site: Site, browser: Browser, model: FaceModel, *photos: Path) -> Iterator[str]:
    for path in photos:
        photo = Photo.open(path)
        models = _median(lambda photo=photo: model.regions([photo]), UPLOADS)  # type: ignore[misc]
        whole = statistics.median(_upload(site, browser, path) for _ in range(UPLOADS))
        width, height = photo.size
        yield (
            f"| from upload to boxes, {width} x {height}, against the face model alone "
            f"| {whole:.0f} ms | {models:.0f} ms | +{whole - models:.0f} ms |"
        )


def _upload(site: Site, browser: Browser, path: Path) -> float:
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.url)
    page.wait_for_selector("[data-test-script-state=notRunning] input[type=file]", state="attached")
    start = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(path)
    page.wait_for_selector(".cards .card")
    took = time.perf_counter() - start
    context.close()
    return 1000 * took


def _browsing(place: Path) -> Iterator[str]:
    """The page Gallery among many people, as a session sees it."""
    (place / "home").mkdir()
    _fill(f"sqlite:///{place}/home/gallery.db")
    with serving(place) as site:
        Visitor(site.url, "gallery").__exit__(None, None, None)  # the first visitor opens everything

        def first() -> None:
            with Visitor(site.url, "gallery"):
                pass

        yield f"| Gallery of {PEOPLE:,} people, first page of 24 | {_told(site, first)} | | |"
        with Visitor(site.url, "gallery") as visitor:
            yield f"| the next page | {_told(site, lambda: visitor.click('More'))} | | |"
            texts = iter(f"khan 0{number:02}" for number in range(99))
            took = _told(site, lambda: visitor.type(next(texts), into="Search"))
            yield f"| a search for two parts of a name | {took} | | |"
            took = _told(site, lambda: visitor.type(f"zz{next(texts)}", into="Search"))
            yield f"| a search that finds nobody | {took} | | |"


def _fill(url: str) -> None:
    first = ("Ann", "Bob", "Carla", "Dmitri", "Eva", "Farid", "Gita", "Hugo", "Ines", "Jun", "Kofi", "Lena")
    last = (
        "Smith",
        "Okafor",
        "Garcia",
        "Tanaka",
        "Novak",
        "Silva",
        "Meyer",
        "Rossi",
        "Khan",
        "Larsen",
        "Diaz",
    )
    chance, crop = np.random.default_rng(3), picture((120, 140, 160))
    with Gallery.open(url) as gallery:
        for start in range(0, PEOPLE, 10_000):
            vectors = chance.normal(size=(10_000, 128)).tolist()
            with gallery.write() as writer:
                if start == 0:
                    writer.add_space(DLIB_SPACE, 128, DLIB)
                for number, vector in enumerate(vectors, start):
                    name = f"{first[number % 12]} {last[number % 11]} {number:06}"
                    new = NewEntity(name, biography="Lives in a town. " * 20, source=f"source {number % 3}")
                    photo = reference(vector, f"{number:064x}", space=DLIB_SPACE, crop=crop)
                    writer.add_reference(writer.add(new), photo, (100, 100))


def _told(site: Site, function: Callable[[], object]) -> str:
    """The time that a session waits, and the processor time that the server takes for it."""
    function()
    before = _processor_s(site.process)
    waited = _median(function, RERUNS, warm=False)
    used = 1000 * (_processor_s(site.process) - before) / RERUNS
    return f"{waited:.0f} ms, of the server's processor {used:.0f} ms"


def _processor_s(process: int) -> float:
    """Seconds that a process has used, of all processors together."""
    text = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _median(function: Callable[[], object], runs: int, *, warm: bool = True) -> float:
    """Milliseconds."""
    if warm:
        function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    main()
