"""Keeping faces that were seen and not known: whether it is on, and the rows of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, insert, select

from gallery.tables import EmbeddingRow, IgnoredRow, ReferenceRow, StrangerRow, WatchLineRow, WatchRow
from vision.errors import UserError

# A face of somebody who is not in the gallery is kept at most so long.
MOST_DAYS = 30
# From this cosine on two faces come from one picture, or from copies of it.
SAME_PICTURE = 0.995
# With the forgotten go the unknown faces that are so alike; lower than any threshold, as one too many that
# goes does no harm.
FORGOTTEN_ALIKE = 0.4
DAY_S = 24 * 3600.0
PROGRAM = "Placard"  # who did what nobody asked for just then


@dataclass(frozen=True, slots=True)
class Watch:
    """What unknown faces are kept for, and how long."""

    purpose: str
    days: int  # after which a face goes
    since: float  # seconds since 1970
    by: str  # who switched it on

    @property
    def seconds(self) -> float:
        """How long a face is kept."""
        return self.days * DAY_S

    def __post_init__(self) -> None:
        if not self.purpose.strip():
            raise UserError("Say what unknown faces are kept for: without a purpose they may not be kept.")
        if not 1 <= self.days <= MOST_DAYS:
            raise UserError(f"Expected a retention time of 1 to {MOST_DAYS} days, but got {self.days}.")


@dataclass(frozen=True, slots=True, eq=False)
class NewStranger:
    """A face that was seen and not known."""

    space: str
    embedding: NDArray[np.float32]  # (d,), unit length
    crop: bytes  # JPEG


@dataclass(frozen=True, slots=True)
class Stranger:
    """A face that is kept."""

    id: int
    group: int
    seen: float  # seconds since 1970


@dataclass(frozen=True, slots=True)
class WatchLine:
    """Who did what, and when."""

    at: float  # seconds since 1970
    who: str
    what: str


def watch_of(connection: Connection, *, lock: bool = False) -> Watch | None:
    """Whether unknown faces are kept; with `lock` nobody else changes that or any face until the end."""
    columns = select(WatchRow.purpose, WatchRow.days, WatchRow.since, WatchRow.by)
    row = connection.execute(columns.with_for_update() if lock else columns).first()
    return None if row is None else Watch(*row)


def write_line(connection: Connection, who: str, what: str) -> None:
    """Remember who did what; texts of people and names do not belong here."""
    connection.execute(insert(WatchLineRow).values(at=time.time(), who=who, what=what))


def clear(connection: Connection) -> int:
    """Delete everything that is known of strangers; how many faces that were."""
    connection.execute(delete(IgnoredRow))
    return connection.execute(delete(StrangerRow)).rowcount


def drop_expired(connection: Connection, now: float) -> int:
    """Delete the faces whose time is over, and all where it is off; how many."""
    watch = watch_of(connection)
    if watch is None:
        return clear(connection)
    over = StrangerRow.seen <= now - watch.seconds
    return connection.execute(delete(StrangerRow).where(over)).rowcount


def drop_alike(connection: Connection, entity_ids: Iterable[int]) -> int:
    """Delete the unknown faces that are very like those of entities that are about to go; how many."""
    kept = connection.execute(select(StrangerRow.id, StrangerRow.space, StrangerRow.vector)).all()
    ignored = connection.execute(select(IgnoredRow.id, IgnoredRow.space, IgnoredRow.vector)).all()
    if not kept and not ignored:
        return 0
    own = connection.execute(
        select(EmbeddingRow.space, EmbeddingRow.vector)
        .join(ReferenceRow, ReferenceRow.id == EmbeddingRow.reference_id)
        .where(ReferenceRow.entity_id.in_(list(entity_ids)))
    ).all()
    gone = 0
    for table, rows in ((StrangerRow, kept), (IgnoredRow, ignored)):
        alike = [
            row.id
            for row in rows
            if any(
                one.space == row.space
                and float(unpacked(one.vector) @ unpacked(row.vector)) >= FORGOTTEN_ALIKE
                for one in own
            )
        ]
        if alike:
            gone += connection.execute(delete(table).where(table.id.in_(alike))).rowcount
    return gone


def unpacked(vector: bytes) -> NDArray[np.float32]:
    """An embedding (d,) from little-endian float16."""
    return np.frombuffer(vector, dtype="<f2").astype(np.float32)
