"""The matched entities of one photo, numbered as an answer cites them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gallery.entity import Entity, EntityKind
from retrieval.match import Match
from vision.box import Box
from vision.photo import Photo
from vision.region import RegionKind

# A face box becomes a rough body box for the prompt: these many face widths and heights are added.
BODY_LEFT_RIGHT = 1.0
BODY_ABOVE = 0.5
BODY_BELOW = 5.0


class PersonBox(StrEnum):
    """What the prompt calls a person's place. The tuned models saw boxes of whole people."""

    GROWN = "grown"  # the face box grown to a rough body box
    FACE = "face"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One numbered entry: a known entity and where it is in the photo."""

    k: int  # from 1, the number that citations use
    entity: Entity
    box: Box  # of the region that was recognised
    prompt_box: Box  # what the prompt calls the entity's place: a person's body, a thing's own box


@dataclass(frozen=True, slots=True, eq=False)
class Stranger:
    """A region that nobody is named for (unknown or uncertain)."""

    box: Box  # of the region
    prompt_box: Box  # what the prompt calls the place, if it speaks of strangers


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What is known about one photo."""

    size: tuple[int, int]  # (width, height) of the photo in pixels
    entries: tuple[Entry, ...]  # accepted entities, from left to right
    strangers: tuple[Stranger, ...]  # from left to right

    @classmethod
    def of(
        cls, photo: Photo, matches: Sequence[Match], *, person_box: PersonBox = PersonBox.GROWN
    ) -> Context:
        """Number the accepted matches from left to right; all others are strangers and get no number."""
        ordered = sorted(matches, key=lambda match: match.region.box.centre)
        placed = [(match, _prompt_box(match, photo.size, person_box)) for match in ordered]
        accepted = [(match, match.entity, place) for match, place in placed if match.entity is not None]
        return cls(
            photo.size,
            tuple(
                Entry(k, entity, match.region.box, place)
                for k, (match, entity, place) in enumerate(accepted, start=1)
            ),
            tuple(Stranger(match.region.box, place) for match, place in placed if match.entity is None),
        )


def _prompt_box(match: Match, size: tuple[int, int], person_box: PersonBox) -> Box:
    kind = EntityKind.PERSON if match.entity is None else match.entity.kind
    return prompt_box(match.region.box, size, shows=(match.region.kind, kind), person_box=person_box)


def prompt_box(
    box: Box, size: tuple[int, int], *, shows: tuple[RegionKind, EntityKind], person_box: PersonBox
) -> Box:
    """What the prompt calls the place of a region: a person's body, a thing's own box."""
    is_face = shows == (RegionKind.FACE, EntityKind.PERSON)
    return body_box(box, size) if is_face and person_box is PersonBox.GROWN else box


def body_box(face: Box, size: tuple[int, int]) -> Box:
    """A rough body box from a face box, clipped to the photo.

    >>> body_box(Box(100, 50, 140, 100), (400, 300))
    Box(left=60, top=25, right=180, bottom=300)
    """
    aside = round(face.width * BODY_LEFT_RIGHT)
    grown = Box(
        face.left - aside,
        face.top - round(face.height * BODY_ABOVE),
        face.right + aside,
        face.bottom + round(face.height * BODY_BELOW),
    )
    return grown.clipped(size) or face
