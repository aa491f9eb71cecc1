"""The thresholds that were estimated on a gallery, and what they rest on."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from gallery.entity import SpaceKind
from gallery.tables import CalibrationRow, SpaceRow


@dataclass(frozen=True, slots=True)
class Calibration:
    """The numbers of one space, estimated on the gallery's own people."""

    space: str
    threshold: float  # cosine
    margin: float
    fpir: float  # the share of strangers that was to be named, (0, 1)
    people: int  # whom it was estimated on
    gallery_size: int  # people among whom that share holds; more than `people` where growth was planned
    references: int
    method: str
    made_at: str  # UTC, ISO 8601

    def __post_init__(self) -> None:
        if not -1.0 <= self.threshold <= 1.0:
            raise ValueError(f"A threshold is a cosine in [-1, 1], but got {self.threshold}")
        if not 0.0 < self.fpir < 1.0:
            raise ValueError(f"A rate lies between 0 and 1, but got {self.fpir}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A calibration and the gallery's revision in which it was stored."""

    calibration: Calibration
    revision: int
    kind: SpaceKind  # of what its entities are recognised by


_COLUMNS = tuple(getattr(CalibrationRow, field.name) for field in fields(Calibration))


def stored_calibration(connection: Connection, space: str) -> Stored | None:
    """What is stored for a space."""
    columns = (CalibrationRow.revision, SpaceRow.kind, *_COLUMNS)
    own = select(*columns).join(SpaceRow, SpaceRow.name == CalibrationRow.space)
    row = connection.execute(own.where(CalibrationRow.space == space)).first()
    return None if row is None else Stored(Calibration(*row[2:]), row[0], SpaceKind(row[1]))


def store_calibration(connection: Connection, calibration: Calibration, revision: int) -> None:
    """Let a calibration take the place of the one before."""
    drop_calibration(connection, calibration.space)
    names = [field.name for field in fields(Calibration)]
    values: dict[str, Any] = dict(zip(names, astuple(calibration), strict=True))
    connection.execute(insert(CalibrationRow).values(**values, revision=revision))


def drop_calibration(connection: Connection, space: str) -> bool:
    """Remove the calibration of a space; whether there was one."""
    return connection.execute(delete(CalibrationRow).where(CalibrationRow.space == space)).rowcount > 0
