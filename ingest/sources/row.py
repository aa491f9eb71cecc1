"""What a source yields: one row per photo or table row, usable or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from gallery.entity import NewEntity
from vision.box import Box
from vision.errors import UserError


class SourceProblem(StrEnum):
    """Why a row of a source cannot be used."""

    NO_LABEL = "no_label"  # nothing says who or what is in the photo
    NO_PHOTO = "no_photo"  # a label that has no photo
    TWO_BIOGRAPHIES = "two_biographies"  # different texts for one person
    MISSING_FILE = "missing_file"  # a row names a photo or folder that is not there
    OUTSIDE_SOURCE = "outside_source"  # a path or link that leads out of the source
    UNREADABLE = "unreadable"  # a folder or text file that cannot be read
    BAD_ROW = "bad_row"  # a table row that cannot be understood
    BAD_BOX = "bad_box"  # left, top, right, bottom that are no box
    NOT_LISTED = "not_listed"  # a photo that no row of the table names
    MISPLACED = "misplaced"  # a biography or table where none is read


# What would break a message into lines, or steer a terminal.
CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+")


def one_line(text: str) -> str:
    """The text with control characters as spaces: messages quote what strangers wrote."""
    return CONTROLS.sub(" ", text)


class SourceError(UserError):
    """A source that cannot be read at all, in one line."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class RowError(Exception):
    """A row that cannot be used; whoever reads the row turns it into `Unusable`."""

    def __init__(self, reason: SourceProblem, detail: str) -> None:
        self.reason = reason
        self.detail = one_line(detail)
        super().__init__(self.detail)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A photo and who or what it shows."""

    where: str  # how reports name the photo: its path in the source
    entity: NewEntity
    box: Box | None  # where the entity is; None where the source does not say
    biography_given: bool  # False: the source is silent, a biography that is known stays
    # The bytes of the photo file; raises OSError where it is gone, damaged or over `MAX_PHOTO_BYTES`.
    read: Callable[[], bytes] = field(repr=False, compare=False)
    group: str = ""  # what measurements are divided by, where a table has such a column


@dataclass(frozen=True, slots=True)
class Unusable:
    """A photo or table row of which nothing is enrolled, and why."""

    where: str
    reason: SourceProblem
    detail: str


Row = Labelled | Unusable
