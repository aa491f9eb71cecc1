"""`placard ingest` as the process of a run that the web app shows."""

from __future__ import annotations

import io
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PIL import Image

from app.archives import drop_archives
from app.bulk import Bulk, enrolling, opened
from app.settings import Settings
from app.things import wants_things
from gallery.database import GalleryUnavailableError
from gallery.gallery import Gallery
from gallery.jobs import BEAT_S, Job, JobLine, Jobs, JobState, Tally
from ingest.outcome import Outcome, Status
from ingest.reason import Reason
from ingest.sources.row import Labelled, Row
from ingest.sources.source import Source
from vision.errors import UserError
from vision.photo import Photo

_TELL_S = 0.5  # how often it is written how far the run is
_MOST_PICTURES = 200  # of refused photos
_SIDE = 96  # pixels
_FAILED = "It failed for a reason that the program's output names."


def run_job(settings: Settings, bulk: Bulk, job_id: int) -> int:
    """Work through a queued run, writing how far it is into the gallery; the exit code.

    Nothing is printed about photos: the output is the web server's, and names do not belong there.
    """
    with Gallery.open(settings.gallery_url) as gallery:
        jobs = gallery.jobs
        job = jobs.start(job_id)
        state, error = JobState.FAILED, _FAILED
        try:
            with _living(jobs, job.id) as unwanted:
                asked = replace(bulk, name=job.source, dry_run=job.trial)
                state, error = _work(settings, gallery, asked, _Follower(jobs, job, settings, unwanted)), ""
        except UserError as mistake:
            error = str(mistake).replace(job.path, job.source)
        finally:
            jobs.end(job.id, state, error)
            drop_archives(settings.home, jobs)
        return 0 if state is JobState.DONE else 1


@contextmanager
def _living(jobs: Jobs, job_id: int) -> Iterator[threading.Event]:
    """Say again and again that the process is alive; what is yielded is set when it should end."""
    unwanted, over = threading.Event(), threading.Event()

    def live() -> None:
        while not over.wait(BEAT_S):
            try:
                if not jobs.beat(job_id):
                    unwanted.set()
            except GalleryUnavailableError:  # the next beat may get through
                continue

    before = signal.signal(signal.SIGTERM, lambda *_: unwanted.set())
    thread = threading.Thread(target=live, name="beat", daemon=True)
    thread.start()
    try:
        yield unwanted
    finally:
        over.set()
        thread.join()
        signal.signal(signal.SIGTERM, before)


def _work(settings: Settings, gallery: Gallery, bulk: Bulk, follower: _Follower) -> JobState:
    with opened(bulk) as source:
        rows = follower.rows(source)
        things = wants_things(source.rows())
        with enrolling(settings, gallery, rows, bulk, things=things) as outcomes:
            return follower.follow(source, outcomes)


class _Follower:
    """Writes how far a run is, and ends it when nobody wants it any more."""

    def __init__(self, jobs: Jobs, job: Job, settings: Settings, unwanted: threading.Event) -> None:
        self._jobs = jobs
        self._job = job
        self._max_pixels = settings.max_pixels
        self._unwanted = unwanted
        self._pictures = 0

    def rows(self, source: Source) -> Iterator[Row]:
        """The rows while they are wanted: what was read before is still enrolled, and counted."""
        for row in source.rows():
            if self._unwanted.is_set():
                return
            yield row

    def follow(self, source: Source, outcomes: Iterator[Outcome]) -> JobState:
        """Write how far the run is, until its end; return how it ended."""
        counted: Counter[Status] = Counter()
        lines: list[JobLine] = []
        self._tell(source, counted, lines)
        told = time.monotonic()
        for number, (row, outcome) in enumerate(zip(source.rows(), outcomes, strict=False)):
            counted[outcome.status] += 1
            lines += self._noted(number, row, outcome)
            if time.monotonic() - told >= _TELL_S:
                if not self._tell(source, counted, lines):
                    return JobState.STOPPED
                told = time.monotonic()
        whole = self._tell(source, counted, lines) and counted.total() == source.total
        return JobState.DONE if whole else JobState.STOPPED

    def _tell(self, source: Source, counted: Counter[Status], lines: list[JobLine]) -> bool:
        tally = Tally(**{status.value: counted[status] for status in Status})
        kept = self._jobs.report(self._job.id, source.total, tally, lines)
        lines.clear()
        return kept

    def _noted(self, number: int, row: Row, outcome: Outcome) -> list[JobLine]:
        """What is to be known about a photo, if anything is."""
        if outcome.status is not Status.SKIPPED and not outcome.detail:
            return []
        status, reason = outcome.status.value, outcome.reason or ""
        if reason == Reason.FORGOTTEN:  # neither the name nor the face of who is not to be known any more
            return [JobLine(number, "", status, reason, outcome.detail, "")]
        picture = self._picture(row) if outcome.status is Status.SKIPPED else None
        return [JobLine(number, outcome.photo, status, reason, outcome.detail, outcome.name or "", picture)]

    def _picture(self, row: Row) -> bytes | None:
        """A small picture of a refused photo; None where there is none to show, or enough are kept."""
        if self._pictures >= _MOST_PICTURES or not isinstance(row, Labelled):
            return None
        try:
            photo = Photo.open(row.read(), name=row.where, max_pixels=self._max_pixels)
        except (UserError, OSError):  # that is why it was refused
            return None
        self._pictures += 1
        image = Image.fromarray(photo.pixels)
        image.thumbnail((_SIDE, _SIDE))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=80)
        return buffer.getvalue()
