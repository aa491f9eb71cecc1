"""Bulk runs in the gallery: one at a time, watched, and gone with the forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from gallery import database
from gallery.gallery import Gallery
from gallery.jobs import KEPT_S, LOST_AFTER_S, JobLine, JobRunningError, JobState, Tally
from gallery.tables import Table
from tests.gallery.people import people
from vision.errors import UserError

LINE = JobLine(3, "Anna/2.jpg", "skipped", "no_face", "no face was found", "Anna", b"\xff\xd8picture")


def change(gallery: Gallery, statement: str) -> None:
    """Let time pass, or something else happen that no method does."""
    with database.writing(gallery._engine) as connection:
        connection.execute(text(statement))


def all_rows(gallery: Gallery) -> str:
    """Everything in every table, as one text."""
    with database.reading(gallery._engine) as connection:
        tables = [table.name for table in Table.metadata.sorted_tables]
        return repr([connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in tables])


def test_a_run_is_queued_runs_reports_and_ends(gallery: Gallery) -> None:
    jobs, revision = gallery.jobs, gallery.revision()
    queued = jobs.begin("people", "/tmp/people.zip", trial=True)
    assert (queued.state, queued.active, queued.trial, queued.total) == (JobState.QUEUED, True, True, None)
    running = jobs.start(queued.id)
    assert (running.state, running.pid) == (JobState.RUNNING, os.getpid())
    assert jobs.report(running.id, 9, Tally(added=3, skipped=1), [LINE])
    assert jobs.beat(running.id)
    jobs.end(running.id, JobState.DONE)
    jobs.end(running.id, JobState.FAILED, "too late")
    (done,) = jobs.all()
    assert (done.state, done.error, done.total, done.tally.done) == (JobState.DONE, "", 9, 4)
    assert done.ended is not None
    (line,) = jobs.lines(done.id)
    assert (line.number, line.photo, line.reason, line.picture) == (3, LINE.photo, "no_face", LINE.picture)
    # A run that tells how far it is changes nothing that an index or another tab has to learn of.
    assert gallery.revision() == revision
    assert not jobs.beat(running.id)
    jobs.remove(done.id)
    assert jobs.all() == []
    assert "picture" not in all_rows(gallery)


def test_of_two_that_begin_at_once_one_is_refused(gallery: Gallery) -> None:
    refused = []

    def begin() -> None:
        try:
            gallery.jobs.begin("people", "/tmp/people.zip", trial=False)
        except JobRunningError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gallery.jobs.all()) == 1
    assert refused == ["Another run is going on; wait for its end, or stop it."] * 3


def test_a_process_works_only_on_what_is_queued(gallery: Gallery) -> None:
    job = gallery.jobs.begin("people", "/tmp/people.zip", trial=False)
    gallery.jobs.stop(job.id)
    assert gallery.jobs.job(job.id).state is JobState.STOPPED
    with pytest.raises(UserError, match="is not queued"):
        gallery.jobs.start(job.id)


def test_a_run_that_is_to_stop_learns_it_with_its_next_beat(gallery: Gallery) -> None:
    job = gallery.jobs.start(gallery.jobs.begin("people", "/tmp/people.zip", trial=False).id)
    gallery.jobs.stop(job.id)
    assert gallery.jobs.job(job.id).active
    assert not gallery.jobs.beat(job.id)
    gallery.jobs.remove(job.id)  # only what has ended can be removed
    assert gallery.jobs.job(job.id).stopping


def gone() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    "lost",
    [
        lambda: f"pid = {gone()}",
        lambda: f"host = 'elsewhere', beat = beat - {LOST_AFTER_S + 1}",
        lambda: f"state = 'queued', pid = NULL, beat = beat - {LOST_AFTER_S + 1}",
    ],
)
def test_a_run_whose_process_is_gone_has_failed(gallery: Gallery, lost: Callable[[], str]) -> None:
    job = gallery.jobs.start(gallery.jobs.begin("people", "/tmp/people.zip", trial=False).id)
    change(gallery, f"UPDATE jobs SET {lost()}")
    (found,) = gallery.jobs.all()
    assert (found.state, found.error) == (JobState.FAILED, "Its process ended before it was done.")
    assert not gallery.jobs.report(job.id, 9, Tally(added=1), [LINE])  # should it wake up after all
    assert gallery.jobs.begin("others", "/tmp/others.zip", trial=False).active


def test_a_process_elsewhere_that_beats_is_not_gone(gallery: Gallery) -> None:
    gallery.jobs.start(gallery.jobs.begin("people", "/tmp/people.zip", trial=False).id)
    change(gallery, f"UPDATE jobs SET host = 'elsewhere', pid = {gone()}, beat = beat - {LOST_AFTER_S / 2}")
    (found,) = gallery.jobs.all()
    assert found.state is JobState.RUNNING


def test_a_report_is_kept_until_the_next_run_and_no_longer_than_a_week(gallery: Gallery) -> None:
    first = gallery.jobs.start(gallery.jobs.begin("people", "/tmp/people.zip", trial=False).id)
    gallery.jobs.report(first.id, 9, Tally(skipped=1), [LINE])
    gallery.jobs.end(first.id, JobState.DONE)
    trial = gallery.jobs.start(gallery.jobs.begin("trial", "/tmp/others.zip", trial=True).id)
    gallery.jobs.end(trial.id, JobState.DONE)
    second = gallery.jobs.start(gallery.jobs.begin("others", "/tmp/others.zip", trial=False).id)
    assert gallery.jobs.lines(first.id) == []
    gallery.jobs.report(second.id, 9, Tally(skipped=1), [LINE])
    gallery.jobs.end(second.id, JobState.DONE)
    assert [job.source for job in gallery.jobs.all()] == ["others", "people"]
    change(gallery, f"UPDATE jobs SET ended = ended - {KEPT_S - 60}")
    assert len(gallery.jobs.all()) == 2
    change(gallery, "UPDATE jobs SET ended = ended - 120")
    assert gallery.jobs.all() == []
    assert "Anna" not in all_rows(gallery)


def test_a_report_goes_in_time_also_where_nobody_looks_at_it(
    gallery: Gallery, gallery_url: str, open_gallery: Callable[[str], Gallery]
) -> None:
    job = gallery.jobs.start(gallery.jobs.begin("people", "/tmp/people.zip", trial=False).id)
    gallery.jobs.report(job.id, 9, Tally(skipped=1), [LINE])
    gallery.jobs.end(job.id, JobState.DONE)
    change(gallery, f"UPDATE jobs SET ended = ended - {KEPT_S + 1}")
    open_gallery(gallery_url)  # as a server does that runs, every hour
    assert "Anna" not in all_rows(gallery)


def test_forgetting_deletes_every_report_and_ends_the_run_that_is_going_on(gallery: Gallery) -> None:
    anna, _ = people(gallery, "Anna", "Bert")
    old = gallery.jobs.start(gallery.jobs.begin("Anna Unique", "/tmp/Anna.zip", trial=True).id)
    gallery.jobs.report(old.id, 9, Tally(skipped=1), [LINE])
    gallery.jobs.end(old.id, JobState.DONE)
    job = gallery.jobs.start(gallery.jobs.begin("Anna Unique", "/tmp/Anna.zip", trial=False).id)
    gallery.jobs.report(job.id, 9, Tally(skipped=1), [LINE])
    gallery.forget(anna)
    (left,) = gallery.jobs.all()
    assert (left.id, left.state, left.tally.done) == (job.id, JobState.STOPPED, 1)
    assert left.error == "Somebody was forgotten while it ran."
    # What the process found before is not written after.
    assert not gallery.jobs.report(job.id, 9, Tally(skipped=2), [LINE])
    assert not gallery.jobs.beat(job.id)
    rows = all_rows(gallery)
    for trace in ("Anna", "picture"):
        assert trace not in rows


def test_a_sketch_knows_nothing_of_runs(gallery: Gallery) -> None:
    job = gallery.jobs.start(gallery.jobs.begin("people", "/tmp/people.zip", trial=True).id)
    gallery.jobs.report(job.id, 9, Tally(skipped=1), [LINE])
    sketch = gallery.sketch()
    assert sketch.jobs.all() == []
    sketch.close()
