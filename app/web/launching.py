"""Beginning a bulk run: a process of `placard ingest` that outlives the page, and the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path, PurePath

from app.archives import TRIAL_KEPT_S, drop_archives, keep_archive, place_for_archive
from app.web.resources import Workshop
from app.web.roles import ensure_editor
from gallery.database import GalleryUnavailableError
from gallery.jobs import Job, JobState
from vision.errors import UserError

# What the process has no use for.
_SECRETS = ("PLACARD_WEB_TOKEN", "PLACARD_SERVER_KEY")


def try_archive(shop: Workshop, name: str, data: memoryview) -> None:
    """Begin to try out an uploaded archive; raise `UserError` beside another run."""
    ensure_editor()
    path = place_for_archive(shop.settings.home, name)
    job = shop.gallery.jobs.begin(Path(name).stem, str(path), trial=True)
    try:
        keep_archive(path, data)
    except OSError as error:
        shop.gallery.jobs.end(job.id, JobState.FAILED, f"The archive cannot be kept: {error.strerror}.")
        return
    _launch(shop, job)


def try_folder(shop: Workshop, root: Path, text: str) -> None:
    """Begin to try out a folder or archive below `root`; raise `UserError` for one that is not there."""
    ensure_editor()
    path = below(root, text)
    _launch(shop, shop.gallery.jobs.begin(path.stem if path.is_file() else path.name, str(path), trial=True))


def add_for_good(shop: Workshop, trial: Job) -> None:
    """Begin to do for good what was tried out."""
    ensure_editor()
    _launch(shop, shop.gallery.jobs.begin(trial.source, trial.path, trial=False))


def stop(shop: Workshop, job: Job) -> None:
    """Ask a run to end; what it has added stays."""
    ensure_editor()
    shop.gallery.jobs.stop(job.id)


def remove(shop: Workshop, job: Job) -> None:
    """Delete a run with its report, and the archive that waits for an answer."""
    ensure_editor()
    shop.gallery.jobs.remove(job.id)
    drop_archives(shop.settings.home, shop.gallery.jobs)


def below(root: Path, text: str) -> Path:
    """The folder or archive that `text` calls below `root`, links followed; raise `UserError` for any other.

    What is elsewhere is not told from what is nowhere.
    """
    refusal = UserError(f"Expected a folder or zip archive below {root}, but '{text}' is none.")
    parts = PurePath(text.strip()).parts  # none for the root itself
    if not parts or ".." in parts:
        raise refusal
    try:
        top = root.expanduser().resolve(strict=True)
        found = (top / text.strip()).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:  # nothing there; a NUL; links in a circle
        raise refusal from error
    if not found.is_relative_to(top):
        raise refusal
    return found


def folders_below(root: Path, most: int = 200) -> list[str]:
    """What lies directly below `root` and could be ingested, by name."""
    try:
        top = root.expanduser().resolve(strict=True)
        found = sorted(path for path in top.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
    inside = (path for path in found if path.resolve().is_relative_to(top))
    return [path.name for path in inside if path.is_dir() or path.suffix.lower() == ".zip"][:most]


def _launch(shop: Workshop, job: Job) -> None:
    command = [sys.executable, "-P", "-m", "app", "ingest", job.path, "--job", str(job.id)]
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Control-C in the server's terminal is not for it
        )
    except OSError as error:
        shop.gallery.jobs.end(job.id, JobState.FAILED, f"No process can be started: {error.strerror}.")
        return
    threading.Thread(target=_see_off, args=(shop, job, process), name="run", daemon=True).start()


def ending_in_words(code: int) -> str:
    """Why a process ended that did not say so itself."""
    if code == -signal.SIGKILL:
        return "Its process was killed, perhaps for lack of memory."
    return f"Its process ended unexpectedly (code {code})."


def _see_off(shop: Workshop, job: Job, process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process, and say so where it could not; an archive goes when its time comes."""
    code = process.wait()
    _let_go(shop, job.id, ending_in_words(code))
    timer = threading.Timer(TRIAL_KEPT_S + 1, _let_go, (shop, job.id, ""))
    timer.daemon = True
    timer.start()


def _let_go(shop: Workshop, job_id: int, error: str) -> None:
    try:
        shop.gallery.jobs.end(job_id, JobState.FAILED, error)  # unless it has ended already
        drop_archives(shop.settings.home, shop.gallery.jobs)
    except GalleryUnavailableError:  # the next start cleans
        return
