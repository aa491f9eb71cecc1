"""Bulk runs: what each was asked to do, how far it is, and what is to be known about single photos."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from gallery import database
from gallery.tables import JobLineRow, JobRow, RevisionRow
from vision.errors import UserError

# How long a run that ended is remembered; its report goes earlier, when the next run begins.
KEPT_S = 7 * 24 * 3600
# A process says this often that it is alive.
BEAT_S = 2.0
# One that has said nothing for so long is gone: longer than it may wait for other writers.
LOST_AFTER_S = database.BUSY_TIMEOUT_S + 30
_LOST = "Its process ended before it was done."
_FORGOTTEN = "Somebody was forgotten while it ran."


class JobState(StrEnum):
    """How a run stands."""

    QUEUED = "queued"  # its process has not begun yet
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


_ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class JobRunningError(UserError):
    """A second run beside one that is not done."""

    def __init__(self) -> None:
        super().__init__("Another run is going on; wait for its end, or stop it.")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many photos had each outcome."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0

    @property
    def done(self) -> int:
        """How many photos were looked at."""
        return self.added + self.updated + self.unchanged + self.skipped


@dataclass(frozen=True, slots=True)
class Job:
    """A bulk run."""

    id: int
    state: JobState
    trial: bool  # whether the gallery stays as it is
    source: str  # what the archive or folder is called; its people come from there
    path: str  # where the process finds it
    total: int | None  # photos and rows; None before they are counted
    tally: Tally
    stopping: bool  # whether somebody asked it to end
    error: str  # why it failed or was stopped, in one line
    begun: float  # seconds since 1970, as the two below
    beat: float  # when its process last said that it is alive
    ended: float | None
    host: str
    pid: int | None  # of the process; None before it has begun

    @property
    def active(self) -> bool:
        """Whether it is not done yet."""
        return self.state in _ACTIVE

    @property
    def lost(self) -> bool:
        """Whether it says that it runs, but its process is gone."""
        silent = time.time() - self.beat > LOST_AFTER_S
        here = self.pid is not None and self.host == socket.gethostname()
        return self.active and (silent or (here and not _is_alive(self.pid or 0)))


@dataclass(frozen=True, slots=True, eq=False)
class JobLine:
    """What is to be known about one photo of a run: why it was refused, or a doubt."""

    number: int  # of its row in the source, from 0
    photo: str
    status: str
    reason: str
    detail: str
    name: str
    picture: bytes | None = None  # a small JPEG


class Jobs:
    """The bulk runs of a gallery. At most one is active; the report of the latest is kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, source: str, path: str, *, trial: bool) -> Job:
        """Queue a run, and drop earlier reports and trials; raise `JobRunningError` beside another."""
        now = time.time()
        values = {"state": JobState.QUEUED, "trial": trial, "source": source, "path": path, "begun": now}
        with self._locked() as connection:
            _settle(connection)
            if connection.execute(select(JobRow.id).where(JobRow.state.in_(_ACTIVE))).first():
                raise JobRunningError
            connection.execute(delete(JobLineRow))
            connection.execute(delete(JobRow).where(JobRow.trial))
            number = connection.execute(
                insert(JobRow).values(**values, beat=now, host=socket.gethostname()).returning(JobRow.id)
            ).scalar_one()
        return self.job(number)

    def start(self, job_id: int) -> Job:
        """Say that this process works on a run; raise `UserError` for one that is not queued."""
        mine = {"state": JobState.RUNNING, "host": socket.gethostname(), "pid": os.getpid()}
        queued = (JobRow.id == job_id, JobRow.state == JobState.QUEUED)
        with self._locked() as connection:
            found = connection.execute(update(JobRow).where(*queued).values(**mine, beat=time.time()))
        if found.rowcount == 0:
            raise UserError(f"Run {job_id} is not queued: it has begun already, or was taken back.")
        return self.job(job_id)

    def beat(self, job_id: int) -> bool:
        """Say that the process is alive; False where it should end."""
        with self._locked() as connection:
            running = (JobRow.id == job_id, JobRow.state == JobState.RUNNING)
            connection.execute(update(JobRow).where(*running).values(beat=time.time()))
            wanted = select(JobRow.id).where(*running, ~JobRow.stopping)
            return connection.execute(wanted).first() is not None

    def report(self, job_id: int, total: int, tally: Tally, lines: Sequence[JobLine]) -> bool:
        """Keep how far a run is; False, and nothing is kept, where it does not run any more.

        Nothing is written once somebody was forgotten: what was found before may name or show them.
        """
        values = {"total": total, "beat": time.time(), **_columns(tally)}
        with self._locked() as connection:
            running = (JobRow.id == job_id, JobRow.state == JobState.RUNNING)
            if connection.execute(update(JobRow).where(*running).values(**values)).rowcount == 0:
                return False
            if lines:
                connection.execute(insert(JobLineRow), [_line_values(job_id, line) for line in lines])
        return True

    def end(self, job_id: int, state: JobState, error: str = "") -> None:
        """Say how a run ended; one that has ended already stays as it is."""
        with self._locked() as connection:
            active = (JobRow.id == job_id, JobRow.state.in_(_ACTIVE))
            values = {"state": state, "error": error, "ended": time.time()}
            connection.execute(update(JobRow).where(*active).values(**values))

    def stop(self, job_id: int) -> None:
        """Ask the process of a run to end; one that has not begun does not begin."""
        with self._locked() as connection:
            connection.execute(update(JobRow).where(JobRow.id == job_id).values(stopping=True))
            queued = (JobRow.id == job_id, JobRow.state == JobState.QUEUED)
            ended = {"state": JobState.STOPPED, "ended": time.time()}
            connection.execute(update(JobRow).where(*queued).values(**ended))

    def remove(self, job_id: int) -> None:
        """Delete a run that has ended, with its report."""
        with self._locked() as connection:
            ended = (JobRow.id == job_id, JobRow.state.not_in(_ACTIVE))
            connection.execute(delete(JobRow).where(*ended))

    def job(self, job_id: int) -> Job:
        """A run; raise `UserError` where there is none."""
        with database.reading(self._engine) as connection:
            row = connection.execute(select(JobRow.__table__).where(JobRow.id == job_id)).first()
        if row is None:
            raise UserError(f"There is no run {job_id}, or not any more.")
        return _job_of(row)

    def all(self) -> list[Job]:
        """Every run that is remembered, the latest first; one whose process is gone has failed."""
        self.expire()
        return self._all()

    def expire(self) -> None:
        """Let runs whose process is gone have failed, and drop those that ended long ago."""
        too_old = time.time() - KEPT_S
        if any(job.lost or (job.ended or too_old) < too_old for job in self._all()):
            with self._locked() as connection:
                _settle(connection)

    def latest(self) -> Job | None:
        """The run that began last."""
        return next(iter(self.all()), None)

    def lines(self, job_id: int, *, limit: int | None = None) -> list[JobLine]:
        """What is to be known about single photos of a run, in their order."""
        columns = [column for column in JobLineRow.__table__.columns if column.name not in ("id", "job_id")]
        statement = select(*columns).where(JobLineRow.job_id == job_id).order_by(JobLineRow.id).limit(limit)
        with database.reading(self._engine) as connection:
            return [JobLine(**row) for row in connection.execute(statement).mappings()]

    def _all(self) -> list[Job]:
        with database.reading(self._engine) as connection:
            rows = connection.execute(select(JobRow.__table__).order_by(JobRow.id.desc()))
            return [_job_of(row) for row in rows]

    @contextmanager
    def _locked(self) -> Iterator[Connection]:
        """A writing transaction that waits for all other writers, but is no change of the gallery."""
        with database.writing(self._engine) as connection:
            connection.execute(select(RevisionRow.value).with_for_update())
            yield connection


def clear_jobs(connection: Connection) -> None:
    """Delete all runs with their reports, and stop the one that is active: any may name or show somebody.

    A refused photo can show anybody, and what a process has in memory is from before; so none of it stays.
    """
    connection.execute(delete(JobLineRow))
    connection.execute(delete(JobRow).where(JobRow.state.not_in(_ACTIVE)))
    ended = {"state": JobState.STOPPED, "error": _FORGOTTEN, "ended": time.time()}
    connection.execute(update(JobRow).values(**ended, source="", path=""))


def _settle(connection: Connection) -> None:
    now = time.time()
    connection.execute(delete(JobRow).where(JobRow.ended < now - KEPT_S))
    active = connection.execute(select(JobRow.__table__).where(JobRow.state.in_(_ACTIVE)))
    lost = [job.id for job in map(_job_of, active) if job.lost]
    failed = {"state": JobState.FAILED, "error": _LOST, "ended": now}
    connection.execute(update(JobRow).where(JobRow.id.in_(lost)).values(**failed))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _columns(tally: Tally) -> dict[str, int]:
    return {name: getattr(tally, name) for name in ("added", "updated", "unchanged", "skipped")}


def _line_values(job_id: int, line: JobLine) -> dict[str, int | str | bytes | None]:
    names = ("number", "photo", "status", "reason", "detail", "name", "picture")
    return {"job_id": job_id, **{name: getattr(line, name) for name in names}}


def _job_of(row: Row[tuple[object, ...]]) -> Job:
    values = dict(row._mapping)
    tally = Tally(**{name: values.pop(name) for name in ("added", "updated", "unchanged", "skipped")})
    return Job(**{**values, "state": JobState(values["state"]), "tally": tally})
