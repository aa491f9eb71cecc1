"""Photo to matches."""

from __future__ import annotations

from collections.abc import Sequence

from gallery.entity import EntityKind, SpaceKind
from gallery.gallery import Gallery
from retrieval.index import ReferenceIndex
from retrieval.match import Decision, Match
from retrieval.rules import ByHand, MatchRules
from retrieval.shelf import RuleChoice, Shelf, WrongSpaceError
from vision.box import Box
from vision.detector import SAME_IOU
from vision.device import Device
from vision.errors import UserError
from vision.faces import FaceModel
from vision.photo import Photo
from vision.region import Region, RegionKind
from vision.things import ThingModel

__all__ = ["Recogniser", "WrongSpaceError"]


class Recogniser:
    """Recognises the entities of a gallery in photos. Safe to share between threads."""

    def __init__(
        self,
        gallery: Gallery,
        faces: FaceModel,
        *,
        device: Device = Device.AUTO,
        rules: MatchRules | None = None,
        by_hand: ByHand | None = None,
        things: ThingModel | None = None,
        thing_rules: RuleChoice | None = None,
    ) -> None:
        """`rules` are taken as they are; without them the gallery's own apply, with what is set `by_hand`.

        Without a model of `things` only people are recognised.
        """
        self.gallery = gallery
        self.faces = faces
        self.things = things
        index = ReferenceIndex(gallery, faces.space, faces.dimension, device)
        self._people = Shelf(gallery, index, SpaceKind.FACE, RuleChoice(rules, by_hand))
        self._shelves = [self._people]
        if things is not None:
            index = ReferenceIndex(gallery, things.space, things.dimension, device)
            self._shelves.append(Shelf(gallery, index, SpaceKind.THING, thing_rules or RuleChoice()))

    @property
    def index(self) -> ReferenceIndex:
        """The references of people."""
        return self._people.index

    @property
    def rules(self) -> MatchRules:
        """The rules for faces of now."""
        return self._people.rules

    def rules_of(self, region: Region) -> MatchRules:
        """The rules of now for what a region shows, a face or a thing."""
        return next(shelf.rules for shelf in self._shelves if shelf.space == region.space)

    @property
    def spaces(self) -> frozenset[str]:
        """The spaces that it can compare in."""
        return frozenset(shelf.space for shelf in self._shelves)

    @property
    def size(self) -> int:
        """How many references of people and things it held when it last caught up."""
        return sum(shelf.index.size for shelf in self._shelves)

    def recognise(self, photo: Photo, *, drawn: Sequence[Box] = ()) -> list[Match]:
        """One match for each face and thing of the photo, and for each box that a user drew around a thing.

        Raise `WrongSpaceError` for a gallery of another model, `UserError` for a box outside the photo.
        """
        matches = self.match(self._regions(photo, drawn), photo=photo.sha256)
        if self.things is None or self.things.detector is not None:
            return matches
        return matches if drawn else _without_mere_photo(matches)

    def match(self, regions: Sequence[Region], *, photo: str) -> list[Match]:
        """One match for each region of a photo, given by its hash, in the same order.

        Faces are compared with people and things with things, each in its own space; an entity is one or the
        other, so one of each space at most once is one of all at most once.
        """
        matches: dict[int, Match] = {}
        for shelf in self._shelves:
            places = [place for place, region in enumerate(regions) if region.space == shelf.space]
            found = shelf.match([regions[place] for place in places], photo=photo)
            matches.update(zip(places, found, strict=True))
        return [matches[place] for place in range(len(regions))]

    def _regions(self, photo: Photo, drawn: Sequence[Box]) -> list[Region]:
        faces = self.faces.regions([photo])[0]
        if self.things is None:
            if drawn:
                raise UserError("A box is drawn around a thing, but the gallery holds no things.")
            return faces
        by_hand = self.things.drawn(photo, drawn)
        if drawn and self.things.detector is None:  # then the whole photo is not the thing
            return [*faces, *by_hand]
        found = self.things.look(photo, self.gallery.nouns(EntityKind.THING), faces)
        return [*(region for region in found if not _drawn_too(region, drawn)), *by_hand]


def _drawn_too(region: Region, drawn: Sequence[Box]) -> bool:
    """Whether somebody drew a box where a thing was found: then the drawn one counts."""
    return region.kind is RegionKind.OBJECT and any(region.box.iou(box) >= SAME_IOU for box in drawn)


def _without_mere_photo(matches: Sequence[Match]) -> list[Match]:
    """The matches without the whole photo where that is nothing that is known.

    For want of a detector a photo without a face is taken for a thing, known or not; with one it is a photo
    of somebody, unless the gallery knows it as a thing.
    """
    faces = [match for match in matches if match.region.kind is RegionKind.FACE]
    return [
        match
        for match in matches
        if match in faces or match.decision is not Decision.UNKNOWN or (match.candidates and not faces)
    ]
