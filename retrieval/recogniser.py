"""Photo to matches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gallery.entity import Entity
from gallery.gallery import Gallery
from gallery.rejection import rejected_at
from retrieval.assign import decide
from retrieval.index import Hit, ReferenceIndex
from retrieval.match import Candidate, Decision, Match
from retrieval.rules import ByHand, MatchRules, rules_in
from vision.device import Device
from vision.errors import UserError
from vision.faces import FaceModel
from vision.photo import Photo
from vision.region import Region


class WrongSpaceError(UserError):
    """A gallery that holds no embedding of the model that looks at the photo."""

    def __init__(self, asked: str, present: Sequence[str]) -> None:
        super().__init__(
            f"The gallery was made with {' and '.join(present)}, but this photo would be read with {asked}. "
            f"Pass that model by --faces, or run 'placard gallery reembed'."
        )


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
    ) -> None:
        """`rules` are taken as they are; without them the gallery's own apply, with what is set `by_hand`."""
        self.gallery = gallery
        self.faces = faces
        self._given = rules
        self._by_hand = by_hand
        self._latest: tuple[int, MatchRules] | None = None  # with the gallery's revision
        self.index = ReferenceIndex(gallery, faces.space, faces.dimension, device)

    @property
    def rules(self) -> MatchRules:
        """The rules of now: a calibration by another process is in use from the next photo on."""
        if self._given is not None:
            return self._given
        revision, latest = self.gallery.revision(), self._latest
        if latest is None or latest[0] != revision:
            latest = revision, rules_in(self.gallery, self.faces.space, self._by_hand)
            self._latest = latest
        return latest[1]

    def recognise(self, photo: Photo) -> list[Match]:
        """One match for each face of the photo; raise `WrongSpaceError` for a gallery of another model."""
        return self.match(self.faces.regions([photo])[0], photo=photo.sha256)

    def match(self, regions: Sequence[Region], *, photo: str) -> list[Match]:
        """One match for each region of a photo, given by its hash, in the same order.

        Whom a person rejected in a place is no candidate there. Who is next is named only if near enough
        and ahead of the rest, as if the gallery did not know the rejected: never by elimination alone.
        """
        self.index.catch_up()
        if self.index.size == 0:
            self._check_space()
        if not regions:
            return []
        rejected = self._rejected(regions, photo)
        hits = self.index.nearest(np.stack([region.embedding for region in regions]), rejected)
        entities = self.gallery.entities({hit.entity_id for region in hits for hit in region})
        near = [_still_there(found, entities, gone) for found, gone in zip(hits, rejected, strict=True)]
        return self._matches(regions, near, entities)

    def _rejected(self, regions: Sequence[Region], photo: str) -> list[frozenset[int]]:
        with self.gallery.ledger() as ledger:
            rejections = ledger.rejections(photo)
        return [rejected_at(rejections, region.box) for region in regions]

    def _matches(
        self, regions: Sequence[Region], hits: list[list[Hit]], entities: Mapping[int, Entity]
    ) -> list[Match]:
        matches = []
        for region, near, decision in zip(regions, hits, decide(hits, self.rules), strict=True):
            candidates = tuple(
                Candidate(entities[hit.entity_id], hit.similarity, hit.reference_id) for hit in near
            )
            entity = candidates[0].entity if decision is Decision.ACCEPTED else None
            matches.append(Match(region, decision, entity, candidates))
        return matches

    def _check_space(self) -> None:
        present = [space.name for space in self.gallery.spaces() if space.references]
        if present and self.faces.space not in present:
            raise WrongSpaceError(self.faces.space, present)


def _still_there(hits: Sequence[Hit], entities: Mapping[int, Entity], rejected: Collection[int]) -> list[Hit]:
    """The hits without those forgotten since the search, and one for two that were merged since."""
    best: dict[int, Hit] = {}
    for hit in hits:
        if hit.entity_id in entities:
            root = entities[hit.entity_id].id
            best.setdefault(root, replace(hit, entity_id=root))
    return [hit for root, hit in best.items() if root not in rejected]
