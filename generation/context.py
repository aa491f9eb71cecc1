"""What is known about one photo, numbered as an answer cites it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gallery.entity import Entity, EntityKind
from generation.given import Given, check_inside
from generation.placing import Placed, placed
from retrieval.match import Match
from vision.box import Box
from vision.crops import whole
from vision.photo import Photo
from vision.region import RegionKind

# A face box becomes a rough body box for the prompt: these many face widths and heights are added.
BODY_LEFT_RIGHT = 1.0
BODY_ABOVE = 0.5
BODY_BELOW = 5.0


class PersonBox(StrEnum):
    """What the prompt calls a person's place. The tuned models saw boxes of whole people."""

    BODY = "body"  # the body that a detector of things found, else as grown
    GROWN = "grown"  # the face box grown to a rough body box
    FACE = "face"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One numbered entry: somebody or something that is known, and where it is in the photo."""

    k: int  # from 1, the number that citations use
    kind: EntityKind
    noun: str  # "woman", "dog"
    name: str  # empty where it is only "the dog"
    text: str  # what is known: a biography, or what was given on the spot
    box: Box  # of the region that was recognised or given
    prompt_box: Box  # what the prompt calls its place: a person's body, a thing's own box
    entity_id: int | None = None  # in the gallery; None where it was given on the spot
    body: Box | None = None  # what a detector found around a face, which `box` is then

    @classmethod
    def of(cls, k: int, entity: Entity, box: Box, prompt_box: Box, *, body: Box | None = None) -> Entry:
        """The entry of an entity of the gallery."""
        said = (entity.kind, entity.noun, entity.name, entity.biography)
        return cls(k, *said, box, prompt_box, entity.id, body)

    @property
    def given(self) -> bool:
        """Whether it was given on the spot, and is not of the gallery."""
        return self.entity_id is None


@dataclass(frozen=True, slots=True, eq=False)
class Stranger:
    """A region that nobody is named for (unknown or uncertain)."""

    box: Box  # of the region
    prompt_box: Box  # what the prompt calls the place, if it speaks of strangers
    kind: EntityKind = EntityKind.PERSON
    noun: str = ""  # what a detector calls an unknown thing


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What is known about one photo."""

    size: tuple[int, int]  # (width, height) of the photo in pixels
    entries: tuple[Entry, ...]  # what is accepted or given, from left to right
    strangers: tuple[Stranger, ...]  # from left to right
    things: bool = False  # whether things were looked for, and not faces only

    @property
    def unknown_people(self) -> tuple[Stranger, ...]:
        """The strangers who are people; an unknown thing only takes its place among things."""
        return tuple(one for one in self.strangers if one.kind is EntityKind.PERSON)

    @classmethod
    def of(
        cls,
        photo: Photo,
        matches: Sequence[Match],
        *,
        given: Sequence[Given] = (),
        person_box: PersonBox = PersonBox.BODY,
        things: bool = False,
    ) -> Context:
        """Number the accepted matches and what is given from left to right; the others are strangers.

        What is given about a region takes the place of what was recognised there (`placed` has the rule).
        Raise `UserError` for a given box that is not inside the photo.
        """
        for one in given:
            check_inside(one, photo.size)
        places = [(place, _prompt_box(place, photo.size, person_box)) for place in placed(matches, given)]
        return cls(
            photo.size,
            tuple(_entry(place.k, place, box) for place, box in places if place.k is not None),
            tuple(
                _stranger(place, box)
                for place, box in places
                # A photo that was taken for one thing, and is like none, has no place in itself.
                if place.k is None and (place.around_face or place.box != whole(photo))
            ),
            things,
        )


def _entry(k: int, place: Placed, box: Box) -> Entry:
    shows = place.shows
    if isinstance(shows, Given):
        return Entry(k, shows.kind, shows.noun, shows.name, shows.text, shows.box, box, body=place.body)
    return Entry.of(k, shows.candidates[0].entity, place.box, box, body=place.body)


def _stranger(place: Placed, box: Box) -> Stranger:
    """An unknown face or thing."""
    if place.around_face or isinstance(place.shows, Given):
        return Stranger(place.box, box)
    return Stranger(place.box, box, EntityKind.THING, place.shows.region.noun)


def _prompt_box(place: Placed, size: tuple[int, int], person_box: PersonBox) -> Box:
    shows = place.shows.kind if isinstance(place.shows, Given) else _kind(place.shows)
    region = RegionKind.FACE if place.around_face else RegionKind.OBJECT
    return prompt_box(place.box, size, shows=(region, shows), person_box=person_box, body=place.body)


def _kind(match: Match) -> EntityKind:
    return EntityKind.PERSON if match.entity is None else match.entity.kind


def prompt_box(
    box: Box,
    size: tuple[int, int],
    *,
    shows: tuple[RegionKind, EntityKind],
    person_box: PersonBox,
    body: Box | None = None,
) -> Box:
    """What the prompt calls the place of a region: a person's body, a thing's own box.

    `body` is what a detector found around the face; None where it found nothing, or none looked.
    """
    if shows != (RegionKind.FACE, EntityKind.PERSON) or person_box is PersonBox.FACE:
        return box
    return body if body is not None and person_box is PersonBox.BODY else body_box(box, size)


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
