"""The regions of one photo from left to right: given ones, and the matches that these leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gallery.entity import EntityKind
from generation.given import Given
from retrieval.match import Match
from vision.box import Box
from vision.region import RegionKind

# A given box and a recognised region that overlap as much are the same; what is given counts.
SAME_IOU = 0.5
# A box drawn around a person takes the face of which this share is inside.
FACE_INSIDE = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """One region of a photo as it is numbered and shown."""

    k: int | None  # the number that citations use; None where nobody is named
    shows: Match | Given
    instead_of: Match | None = None  # the recognised region that a given one takes the place of

    @property
    def box(self) -> Box:
        """Where it is."""
        return self.shows.box if isinstance(self.shows, Given) else self.shows.region.box

    @property
    def body(self) -> Box | None:
        """The body that a detector found around the face that the box is of."""
        face = self.instead_of if isinstance(self.shows, Given) else self.shows
        return face.region.body if face is not None and self.around_face else None

    @property
    def around_face(self) -> bool:
        """Whether the box is that of a face, not of a body or a thing."""
        if isinstance(self.shows, Given):
            face = self.instead_of
            return face is not None and _is_face(face) and self.box.iou(face.region.box) >= SAME_IOU
        return _is_face(self.shows)


def placed(matches: Sequence[Match], given: Sequence[Given] = ()) -> tuple[Placed, ...]:
    """Everything in order, given regions and accepted matches numbered from 1.

    A given region takes the place of the match that it covers most: boxes whose IoU is at least 0.5 are the
    same region, and a box around a person holds the face of which at least 80 % are inside.
    """
    left = list(matches)
    shown: list[Placed] = []
    for one in given:
        covered = max(
            (match for match in left if _covers(one, match)),
            key=lambda match: one.box.iou(match.region.box),
            default=None,
        )
        left = [match for match in left if match is not covered]
        shown.append(Placed(None, one, covered))
    shown += [Placed(None, match) for match in left]
    return _numbered(sorted(shown, key=lambda place: place.box.centre))


def _numbered(shown: Sequence[Placed]) -> tuple[Placed, ...]:
    numbered, k = [], 0
    for place in shown:
        named = isinstance(place.shows, Given) or place.shows.entity is not None
        k += named
        numbered.append(Placed(k if named else None, place.shows, place.instead_of))
    return tuple(numbered)


def _covers(given: Given, match: Match) -> bool:
    region = match.region.box
    if given.box.iou(region) >= SAME_IOU:
        return True
    holds_people = given.kind is EntityKind.PERSON and _is_face(match)
    return holds_people and region.share_in(given.box) >= FACE_INSIDE


def _is_face(match: Match) -> bool:
    return match.region.kind is RegionKind.FACE
