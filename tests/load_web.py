"""Twenty sessions at once ask the web app five hundred questions: `make load`. On this machine only."""

from __future__ import annotations

import resource
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from app.demo import write_photos
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.opening import open_source
from tests.app.web.browsing import serving
from tests.app.web.visitor import Visitor
from vision import faces

SESSIONS = 20
EACH = 25  # questions of a session
PHOTO_EVERY = 5  # questions; then the other photo
PHOTOS = ("An astronaut", "Four people")
QUESTIONS = (
    "Where was Eileen Collins born?",
    "Who is in this photo?",
    "When did she command a Space Shuttle?",
    "What is her favourite colour?",
    "How many people are in this photo?",
)
_REPORT_EVERY = 50


class Tally:
    """What all sessions have done so far."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._lock = threading.Lock()
        self.asked: list[float] = []  # seconds
        self.looked: list[float] = []

    def memory(self) -> str:
        """Resident memory of the server."""
        pages = int(Path(f"/proc/{self._process}/statm").read_text(encoding="ascii").split()[1])
        return f"{pages * resource.getpagesize() / 2**20:.0f} MiB"

    def took(self, seconds: float) -> None:
        """Count an answer."""
        with self._lock:
            self.asked.append(seconds)
            if len(self.asked) % _REPORT_EVERY == 0:
                print(f"| after {len(self.asked)} questions | {self.memory()} |", flush=True)


def main() -> None:
    """Print memory and times; end with an error where any session saw one."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_photos(place / "demo")
        (place / "home").mkdir()
        with (
            Gallery.open(f"sqlite:///{place}/home/gallery.db") as gallery,
            open_source(place / "demo" / "people") as source,
        ):
            list(ingest(gallery, faces.load(faces.DLIB, ()), source.rows()))
        with serving(place) as site:
            tally = Tally(site.process)
            print("| when | memory of the server |\n|---|---|")
            print(f"| started | {tally.memory()} |", flush=True)
            together = threading.Barrier(SESSIONS)
            start = time.perf_counter()
            with ThreadPoolExecutor(SESSIONS) as pool:
                for done in [pool.submit(_visit, site.url, tally, together) for _ in range(SESSIONS)]:
                    done.result()
            whole = time.perf_counter() - start
            print(f"| all sessions closed | {tally.memory()} |")
    p50, p95 = np.percentile(tally.asked, [50, 95])
    photo50, photo95 = np.percentile(tally.looked, [50, 95])
    print(
        f"\n{SESSIONS} sessions, {len(tally.asked)} questions and {len(tally.looked)} photos "
        f"in {whole:.0f} s, no error. A question took {p50:.2f} s (median; 95 %: {p95:.2f} s), "
        f"a photo {photo50:.2f} s ({photo95:.2f} s)."
    )


def _visit(url: str, tally: Tally, together: threading.Barrier) -> None:
    with Visitor(url) as visitor:
        together.wait()
        visitor.choose("Example", among="way")
        said = dict.fromkeys(PHOTOS, 0)  # a photo that comes again goes on with its conversation
        for number in range(EACH):
            photo = PHOTOS[number // PHOTO_EVERY % len(PHOTOS)]
            if number % PHOTO_EVERY == 0:
                start = time.perf_counter()
                visitor.click(photo)
                tally.looked.append(time.perf_counter() - start)
                visitor.choose("Example", among="way")
            start = time.perf_counter()
            visitor.ask(QUESTIONS[number % len(QUESTIONS)])
            tally.took(time.perf_counter() - start)
            answers = visitor.data("answer")
            said[photo] += 1
            if visitor.faults() or len(answers) != said[photo]:
                raise RuntimeError(f"{len(answers)} answers, and {visitor.faults()}")
        together.wait()  # so that all are there at once


if __name__ == "__main__":
    main()
