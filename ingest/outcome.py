"""What became of one row of a source."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Status(StrEnum):
    """The four things that can happen to a row."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of a report."""

    photo: str  # where the photo is in its source
    status: Status
    reason: str | None = None  # the code of a refusal, only where skipped
    detail: str = ""  # a sentence for people
    name: str | None = None
    entity_id: int | None = None
    sha256: str | None = None

    def __post_init__(self) -> None:
        if (self.reason is not None) != (self.status is Status.SKIPPED):
            raise ValueError(f"A reason belongs to a skipped row and to no other, but got {self}")

    def as_json(self) -> dict[str, str | int | None]:
        """The form of a report's line."""
        return {**asdict(self), "status": self.status.value}
