"""The process of a bulk run: `placard ingest` that tells the gallery how far it is."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app import bulk
from app.archives import TRIAL_KEPT_S, drop_archives, keep_archive, place_for_archive, waits_for_an_answer
from app.settings import read_settings
from gallery.gallery import Gallery
from gallery.jobs import Job, JobState, Tally
from tests.app.conftest import Run
from tests.fakes import ColourFaces, write_people
from tests.labelled import write_crowd
from vision.photo import Photo
from vision.region import Region


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    """The gallery of the home."""
    with Gallery.open(read_settings().gallery_url) as opened:
        yield opened


class Watched(ColourFaces):
    """Does something the first time that it looks at photos."""

    def __init__(self, happening: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self._happening = happening

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """As the fake."""
        if not self.looked_at:
            self._happening()
        return super().regions(photos)


@pytest.fixture
def work(run: Run, gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    """Queues a run and works through it in this process."""

    def work_(
        source: Path, *, trial: bool = False, happening: Callable[[Job], object] = lambda _: None
    ) -> Job:
        job = gallery.jobs.begin("people", str(source), trial=trial)
        monkeypatch.setattr(bulk, "_faces", lambda *_: Watched(lambda: happening(job)))
        monkeypatch.setattr("app.job.BEAT_S", 0.01)
        result = run("ingest", source, "--job", job.id)
        # The output is the web server's: nothing in it is about people.
        assert (result.out, result.err) == ("", "")
        ended = gallery.jobs.job(job.id)
        assert result.code == (0 if ended.state is JobState.DONE else 1)
        return ended

    return work_


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Ann, a photo without a face, and a file that is no photo."""
    folder = write_people(tmp_path / "people", {"Ann": [(200, 0, 0)], "Nobody": [(0, 0, 0)]})
    (folder / "Bad").mkdir()
    (folder / "Bad" / "bad.jpg").write_bytes(b"no photo")
    return folder


def test_a_run_says_what_it_added_and_shows_what_it_refused(
    work: Callable[..., Job], gallery: Gallery, people: Path
) -> None:
    trial = work(people, trial=True)
    assert (trial.state, trial.total) == (JobState.DONE, 3)
    assert trial.tally == Tally(added=1, skipped=2)
    assert gallery.counts().entities == gallery.revision() == 0
    tried = gallery.jobs.lines(trial.id)
    assert [(line.photo, line.reason) for line in tried] == [
        ("Bad/bad.jpg", "unreadable"),
        ("Nobody/0.png", "no_face"),
    ]
    assert [line.picture is not None for line in tried] == [False, True]
    done = work(people)
    assert (done.state, done.tally) == (JobState.DONE, trial.tally)
    assert [entity.name for entity in gallery.iterate()] == ["Ann"]
    assert work(people).tally == Tally(unchanged=1, skipped=2)


@pytest.mark.parametrize("how", ["page", "signal"])
def test_a_run_that_is_stopped_ends_cleanly_and_goes_on_from_there(
    work: Callable[..., Job], gallery: Gallery, tmp_path: Path, how: str
) -> None:
    crowd = write_crowd(tmp_path / "crowd", 10, 10)

    def stop(job: Job) -> None:
        if how == "signal":
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            gallery.jobs.stop(job.id)
            while gallery.jobs.beat(job.id):
                pass
            time.sleep(0.1)  # ten beats of the process

    stopped = work(crowd, happening=stop)
    assert (stopped.state, stopped.error) == (JobState.STOPPED, "")
    assert 0 < stopped.tally.added < 100
    assert gallery.counts().references == stopped.tally.added
    rest = work(crowd)
    assert rest.state is JobState.DONE
    assert (rest.tally.unchanged, rest.tally.added) == (stopped.tally.added, 100 - stopped.tally.added)


def test_forgetting_somebody_ends_a_run_and_nothing_that_it_found_is_kept(
    work: Callable[..., Job], gallery: Gallery, people: Path, tmp_path: Path
) -> None:
    work(write_people(tmp_path / "known", {"Zoe": [(0, 0, 200)]}))
    (zoe,) = gallery.find("Zoe")
    ended = work(people, trial=True, happening=lambda _: gallery.forget(zoe.id))
    assert (ended.state, ended.error, ended.source) == (
        JobState.STOPPED,
        "Somebody was forgotten while it ran.",
        "",
    )
    assert gallery.jobs.lines(ended.id) == []
    again = work(people)
    assert again.state is JobState.DONE


def test_of_who_was_forgotten_a_report_says_neither_name_nor_face(
    work: Callable[..., Job], gallery: Gallery, people: Path
) -> None:
    work(people)
    gallery.forget(gallery.find("Ann")[0].id)
    job = work(people)
    (line,) = [line for line in gallery.jobs.lines(job.id) if line.reason == "forgotten"]
    assert (line.photo, line.name, line.picture) == ("", "", None)
    assert "Ann" not in line.detail


def test_a_source_that_cannot_be_read_is_one_line_that_names_no_folder_of_ours(
    work: Callable[..., Job], gallery: Gallery, tmp_path: Path
) -> None:
    path = place_for_archive(read_settings().home)
    keep_archive(path, b"no archive")
    job = work(path)
    assert job.state is JobState.FAILED
    assert "archive.zip is none or is damaged" in job.error
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme.md", "nothing")
    keep_archive(path, (tmp_path / "empty.zip").read_bytes())
    job = work(path)
    assert job.error.startswith("No photos found in people; expected")
    assert not path.exists()


def test_a_run_that_somebody_else_began_is_not_begun_again(run: Run, gallery: Gallery, people: Path) -> None:
    job = gallery.jobs.start(gallery.jobs.begin("people", str(people), trial=False).id)
    result = run("ingest", people, "--job", job.id)
    assert result.code == 1
    assert "is not queued" in result.err
    assert gallery.jobs.job(job.id).state is JobState.RUNNING


def test_an_archive_is_private_and_kept_only_while_it_is_needed(gallery: Gallery) -> None:
    home = read_settings().home
    path = place_for_archive(home)
    job = gallery.jobs.begin("people", str(path), trial=True)
    keep_archive(path, b"zip")
    for place, mode in ((path, 0o600), (path.parent, 0o700), (path.parent.parent, 0o700)):
        assert stat.S_IMODE(place.stat().st_mode) == mode
    other = place_for_archive(home)
    keep_archive(other, b"left by a run that was killed")
    drop_archives(home, gallery.jobs)
    assert (path.exists(), other.parent.exists()) == (True, False)
    gallery.jobs.end(job.id, JobState.DONE)
    drop_archives(home, gallery.jobs)
    done = gallery.jobs.job(job.id)
    assert path.exists()  # it can be added for good now
    assert waits_for_an_answer(done)
    assert done.ended is not None
    assert not waits_for_an_answer(replace(done, ended=done.ended - TRIAL_KEPT_S))
    gallery.jobs.remove(job.id)
    drop_archives(home, gallery.jobs)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("people.zip", "people.zip"),
        ("../../a/b.zip", "b.zip"),
        ("..", "archive.zip"),
        ("a\\b\0c.zip", "abc.zip"),
        ("\U0001f600" * 90 + ".zip", "\U0001f600" * 60 + ".zip"),
    ],
)
def test_an_archive_keeps_the_name_that_it_came_with_where_it_can(name: str, kept: str) -> None:
    home = read_settings().home
    path = place_for_archive(home, name)
    assert (path.name, path.parents[2]) == (kept, home)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.STOPPED])
def test_the_archive_of_a_trial_that_failed_goes_at_once(gallery: Gallery, state: JobState) -> None:
    path = place_for_archive(read_settings().home)
    job = gallery.jobs.begin("people", str(path), trial=True)
    keep_archive(path, b"zip")
    gallery.jobs.end(job.id, state)
    drop_archives(read_settings().home, gallery.jobs)
    assert not path.exists()


def test_forgetting_on_the_command_line_drops_an_archive_that_waits(
    run: Run, work: Callable[..., Job], gallery: Gallery, people: Path
) -> None:
    work(people)
    path = place_for_archive(read_settings().home)
    keep_archive(path, Path(shutil.make_archive(str(people), "zip", people)).read_bytes())
    work(path, trial=True)
    assert path.exists()
    assert run("gallery", "forget", "Ann", "--yes").code == 0
    assert not path.exists()
