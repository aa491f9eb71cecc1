"""What retrieval says about one region of a photo."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gallery.entity import Entity
from vision.region import Region


class Decision(StrEnum):
    """How sure the gallery is about a region."""

    ACCEPTED = "accepted"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a region resembles."""

    entity: Entity
    similarity: float  # cosine with its most similar reference, [-1, 1]
    reference_id: int  # that reference


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A region, the decision about it, and the entities that it resembles most.

    `entity` is None unless the decision is accepted: nobody is named by force.
    """

    region: Region
    decision: Decision
    entity: Entity | None
    candidates: tuple[Candidate, ...]  # at most two distinct entities, most similar first

    def __post_init__(self) -> None:
        if (self.entity is not None) != (self.decision is Decision.ACCEPTED):
            raise ValueError(f"A match has an entity exactly when it is accepted, but it is {self.decision}")
        if self.entity is not None and self.entity != self.candidates[0].entity:
            raise ValueError("An accepted match must name its most similar candidate")

    @property
    def similarity(self) -> float | None:
        """Cosine with the most similar candidate; None where the gallery is empty."""
        return self.candidates[0].similarity if self.candidates else None
