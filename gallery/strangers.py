"""Faces that were seen and not known: kept for a time where that is on, grouped, named, ignored, deleted."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from gallery import database
from gallery.purge import PURGE_WAIT_S, ask_for_purge, finish_purge
from gallery.records import packed
from gallery.tables import IgnoredRow, StrangerRow, WatchLineRow, WatchRow
from gallery.watch import (
    PROGRAM,
    SAME_PICTURE,
    NewStranger,
    Stranger,
    Watch,
    WatchLine,
    clear,
    drop_expired,
    unpacked,
    watch_of,
    write_line,
)
from vision.errors import UserError

# So many faces are kept at most; what comes later is not.
MOST_FACES = 5000


class Strangers:
    """The unknown faces of a gallery. Nothing is kept unless it is switched on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def watch(self) -> Watch | None:
        """What faces are kept for and how long; None where it is off."""
        with database.reading(self._engine) as connection:
            return watch_of(connection)

    def switch_on(self, purpose: str, days: int, *, who: str) -> Watch:
        """Begin to keep unknown faces; raise `UserError` without purpose, for too long, or if it is on."""
        watch = Watch(purpose.strip(), days, time.time(), who)
        with database.writing(self._engine) as connection:
            if watch_of(connection, lock=True) is not None:
                raise UserError("It is on already; switch it off to state another purpose or another time.")
            values = {"purpose": watch.purpose, "days": days, "since": watch.since, "by": who}
            connection.execute(insert(WatchRow).values(id=1, **values))
            write_line(connection, who, f"switched on for {days} days: {watch.purpose}")
        return watch

    def switch_off(self, *, who: str) -> int:
        """End it and delete every face, what is ignored included; how many faces went."""
        with self._deleting() as connection:
            if watch_of(connection, lock=True) is None:
                raise UserError("It is off already.")
            connection.execute(delete(WatchRow))
            gone = clear(connection)
            write_line(connection, who, f"switched off; {_faces(gone)} deleted")
        return gone

    def note(self, faces: Sequence[NewStranger], *, alike_from: float) -> int:
        """Keep faces that were just seen, if it is on; how many were kept.

        A face joins the group of the most similar one that is kept, if their cosine is at least `alike_from`,
        else it begins a group. What is ignored, and the same picture again, is not kept.
        """
        if not faces:
            return 0
        with database.writing(self._engine) as connection:
            if watch_of(connection, lock=True) is None:
                return 0
            return sum(_keep(connection, face, alike_from) for face in faces)

    def groups(self) -> list[list[Stranger]]:
        """The faces by group, the largest group first; in a group the latest face first."""
        with database.reading(self._engine) as connection:
            columns = select(StrangerRow.id, StrangerRow.group, StrangerRow.seen)
            rows = connection.execute(columns.order_by(StrangerRow.id.desc())).all()
        groups: dict[int, list[Stranger]] = {}
        for row in rows:
            groups.setdefault(row.group, []).append(Stranger(*row))
        return sorted(groups.values(), key=lambda group: (-len(group), group[0].group))

    def crops(self, ids: Collection[int]) -> dict[int, bytes]:
        """The JPEG of each of these faces that is still kept."""
        with database.reading(self._engine) as connection:
            columns = select(StrangerRow.id, StrangerRow.crop).where(StrangerRow.id.in_(list(ids)))
            return {row.id: row.crop for row in connection.execute(columns)}

    def ignored(self) -> int:
        """How many faces are ignored for good."""
        with database.reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(IgnoredRow)).scalar_one())

    def delete(self, ids: Collection[int], *, who: str, why: str = "deleted") -> int:
        """Delete faces, every byte of them; how many."""
        with self._deleting() as connection:
            gone = connection.execute(delete(StrangerRow).where(StrangerRow.id.in_(list(ids)))).rowcount
            write_line(connection, who, f"{_faces(gone)} {why}")
        return gone

    def ignore(self, group: int, *, who: str) -> None:
        """Keep no face of a group from now on: one vector stays to know it by, no picture and no time."""
        with self._deleting() as connection:
            watch_of(connection, lock=True)
            here = StrangerRow.group == group
            rows = connection.execute(select(StrangerRow.space, StrangerRow.vector).where(here)).all()
            if not rows:
                raise UserError("These faces are gone by now.")
            space = rows[-1].space
            mean = np.mean([unpacked(row.vector) for row in rows if row.space == space], axis=0)
            vector = packed(mean / np.linalg.norm(mean))
            connection.execute(insert(IgnoredRow).values(space=space, vector=vector))
            gone = connection.execute(delete(StrangerRow).where(here)).rowcount
            write_line(connection, who, f"{_faces(gone)} deleted, to be ignored from now on")

    def stop_ignoring(self, *, who: str) -> int:
        """Delete what the ignored are known by: they may be kept again when they are seen; how many."""
        with self._deleting() as connection:
            gone = connection.execute(delete(IgnoredRow)).rowcount
            write_line(connection, who, f"{gone} no longer ignored")
        return gone

    def expire(self, now: float | None = None) -> int:
        """Delete the faces whose time is over; how many."""
        at = time.time() if now is None else now
        with database.reading(self._engine) as connection:
            first = connection.execute(select(func.min(StrangerRow.seen))).scalar()
            watch = watch_of(connection)
        if first is None or (watch is not None and first > at - watch.seconds):
            return 0
        with self._deleting() as connection:
            gone = drop_expired(connection, at)
            write_line(connection, PROGRAM, f"{_faces(gone)} deleted: their time was over")
        return gone

    def lines(self, *, limit: int = 50) -> list[WatchLine]:
        """The latest of who did what, the latest first."""
        columns = select(WatchLineRow.at, WatchLineRow.who, WatchLineRow.what)
        with database.reading(self._engine) as connection:
            rows = connection.execute(columns.order_by(WatchLineRow.id.desc()).limit(limit))
            return [WatchLine(*row) for row in rows]

    @contextmanager
    def _deleting(self) -> Iterator[Connection]:
        """A transaction that deletes; then the bytes leave the files, at the next opening if not now."""
        with database.writing(self._engine) as connection:
            yield connection
            ask_for_purge(connection, secrets.token_hex(8))
        finish_purge(self._engine, wait_s=PURGE_WAIT_S)


def _keep(connection: Connection, face: NewStranger, alike_from: float) -> bool:
    """Keep one face, unless it is ignored, there already, or one too many."""
    ignored = select(IgnoredRow.vector).where(IgnoredRow.space == face.space)
    if any(_similarity(row.vector, face) >= alike_from for row in connection.execute(ignored)):
        return False
    columns = select(StrangerRow.group, StrangerRow.vector).where(StrangerRow.space == face.space)
    near = [
        (_similarity(row.vector, face), -row.group)
        for row in connection.execute(columns.order_by(StrangerRow.id))
    ]
    best, group = max(near, default=(-1.0, 0))
    if best >= SAME_PICTURE or len(near) >= MOST_FACES:
        return False
    values = {"space": face.space, "vector": packed(face.embedding), "crop": face.crop, "seen": time.time()}
    joined = -group if best >= alike_from else 0
    row = insert(StrangerRow).values(group=joined, **values).returning(StrangerRow.id)
    number = int(connection.execute(row).scalar_one())
    if not joined:
        own = update(StrangerRow).where(StrangerRow.id == number)
        connection.execute(own.values(group=number))
    return True


def _similarity(vector: bytes, face: NewStranger) -> float:
    return float(unpacked(vector) @ face.embedding)


def _faces(count: int) -> str:
    return f"{count} face{'' if count == 1 else 's'}"
