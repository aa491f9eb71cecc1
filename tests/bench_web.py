"""The web app's own time, on a real server: part of `make bench`. Ratios and differences are what counts."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
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
from tests.app.web.browsing import CHROMIUM, Site, serving
from tests.app.web.visitor import Visitor
from tests.fakes import picture, reference
from vision import faces
from vision.faces import DLIB, DLIB_SPACE, FaceModel
from vision.photo import Photo

UPLOADS = 7
RERUNS = 15
PEOPLE = 100_000
# The page's own clock, from the choice of a file to the frame that shows photo and cards.
# Playwright's waiting looks after 20, 70, 170, 270, 770 and 1270 ms only.
STOPWATCH = """
addEventListener("change", (event) => {
  if (event.target.type !== "file") return;
  const start = performance.now();
  const look = () => {
    for (const host of document.querySelectorAll("*")) {
      const card = host.shadowRoot?.querySelector(".cards .card");
      if (!card || !card.offsetHeight || !host.shadowRoot.querySelector(".frame img").complete) continue;
      requestAnimationFrame(() => { window.boxes_ms = performance.now() - start; });
      return;
    }
    requestAnimationFrame(look);
  };
  look();
}, true);
"""
QUESTIONS = ("Where was she born?", "When did she command a Space Shuttle?", "Who is this?")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that somebody waited, and that the process used of all processors together."""

    waited: float
    used: float

    def __str__(self) -> str:
        return f"{1000 * self.waited:.0f} ms (processor {1000 * self.used:.0f} ms)"


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
        alone = _both([partial(_look, model, photo) for _ in range(UPLOADS)])
        whole = _both([partial(_upload, site, browser, path) for _ in range(UPLOADS)])
        more = Spent(whole.waited - alone.waited, whole.used - alone.used)
        width, height = photo.size
        yield (
            f"| from upload to boxes, {width} x {height}, against the face model alone "
            f"| {whole} | {alone} | +{more} |"
        )


def _look(model: FaceModel, photo: Photo) -> Spent:
    start, used = time.perf_counter(), time.process_time()
    model.regions([photo])
    return Spent(time.perf_counter() - start, time.process_time() - used)


def _both(runs: Sequence[Callable[[], Spent]]) -> Spent:
    """The medians, after a run that does not count."""
    runs[0]()
    spent = [run() for run in runs]
    return Spent(statistics.median(one.waited for one in spent), statistics.median(one.used for one in spent))


def _upload(site: Site, browser: Browser, path: Path) -> Spent:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)  # a busy machine takes its time
    page.add_init_script(STOPWATCH)
    page.goto(site.url)
    page.wait_for_selector("[data-test-script-state=notRunning] input[type=file]", state="attached")
    used = _processor_s(site.process)
    page.locator("input[type=file]").first.set_input_files(path)
    took_ms: float = page.wait_for_function("window.boxes_ms").json_value()
    spent = Spent(took_ms / 1000, _processor_s(site.process) - used)
    context.close()
    return spent


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


def _told(site: Site, function: Callable[[], object]) -> Spent:
    """The time that a session waits (median), and what the server uses of the processors for it (mean)."""
    function()
    before, waited = _processor_s(site.process), []
    for _ in range(RERUNS):
        start = time.perf_counter()
        function()
        waited.append(time.perf_counter() - start)
    return Spent(statistics.median(waited), (_processor_s(site.process) - before) / RERUNS)


def _processor_s(process: int) -> float:
    """Seconds that a process has used, of all processors together."""
    text = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
