"""Uploaded archives on disk: private, and only as long as a run needs them."""

from __future__ import annotations

import secrets
import shutil
import time
from pathlib import Path, PurePath

from gallery.jobs import Job, Jobs, JobState

# A trial that is done keeps its archive for so long, so that adding for good needs no second upload.
TRIAL_KEPT_S = 3600.0
_FOLDER = "uploads"
_MOST_LETTERS = 60  # of a name; a letter has up to four bytes, and a file name at most 255


def place_for_archive(home: Path, name: str = "") -> Path:
    """Where a new archive is to be, called as it was where it came from; nothing is there yet."""
    letters = (letter for letter in PurePath(name).stem if letter.isprintable() and letter not in "/\\")
    stem = "".join(letters).strip(". ")[:_MOST_LETTERS] or "archive"
    return home.expanduser() / _FOLDER / secrets.token_hex(8) / f"{stem}.zip"


def keep_archive(path: Path, data: memoryview | bytes) -> None:
    """Write an archive that only this user may read; raise OSError where that fails."""
    path.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(data)


def waits_for_an_answer(job: Job) -> bool:
    """Whether a run is a trial that can be done for good now, from what it was tried out on."""
    recent = job.ended is not None and time.time() - job.ended < TRIAL_KEPT_S
    return job.trial and job.state is JobState.DONE and recent and Path(job.path).exists()


def drop_archives(home: Path, jobs: Jobs) -> None:
    """Delete every archive that the latest run does not need."""
    job = jobs.latest()
    needed = job.path if job is not None and (job.active or waits_for_an_answer(job)) else None
    for path in (home.expanduser() / _FOLDER).glob("*/*.zip"):
        if str(path) != needed:
            shutil.rmtree(path.parent, ignore_errors=True)
