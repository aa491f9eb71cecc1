"""The matched entities of one photo, numbered as an answer cites them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gallery.entity import Entity, EntityKind
from retrieval.match import Match
from vision.box import Box
from vision.photo import Photo
from vision.region import RegionKind

# A face box becomes a rough body box for the prompt: these many face widths and heights are added.
BODY_LEFT_RIGHT = 1.0
BODY_ABOVE = 0.5
BODY_BELOW = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One numbered entry: a known entity and where it is in the photo."""

    k: int  # from 1, the number that citations use
    entity: Entity
    box: Box  # of the region that was recognised
    prompt_box: Box  # what the prompt calls the entity's place: a person's body, a thing's own box


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What is known about one photo."""

    size: tuple[int, int]  # (width, height) of the photo in pixels
    entries: tuple[Entry, ...]  # accepted entities, from left to right
    unknown: tuple[Box, ...]  # regions that nobody is named for (unknown and uncertain), from left to right

    @classmethod
    def of(cls, photo: Photo, matches: Sequence[Match]) -> Context:
        """Number the accepted matches from left to right; everything else is unknown and gets no number."""
        ordered = sorted(matches, key=lambda match: match.region.box.centre)
        accepted = [(match, match.entity) for match in ordered if match.entity is not None]
        entries = tuple(
            Entry(k, entity, match.region.box, _prompt_box(match, entity, photo.size))
            for k, (match, entity) in enumerate(accepted, start=1)
        )
        return cls(photo.size, entries, tuple(match.region.box for match in ordered if match.entity is None))


def _prompt_box(match: Match, entity: Entity, size: tuple[int, int]) -> Box:
    box = match.region.box
    if match.region.kind is not RegionKind.FACE or entity.kind is not EntityKind.PERSON:
        return box
    return body_box(box, size)


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
