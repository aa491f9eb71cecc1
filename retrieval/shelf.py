"""The entities of one kind in one space, and which of them a region shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gallery.entity import Entity, SpaceKind
from gallery.gallery import Gallery
from gallery.rejection import rejected_at
from retrieval.assign import decide
from retrieval.index import Hit, ReferenceIndex
from retrieval.match import Candidate, Decision, Match
from retrieval.nouns import nouns_agree
from retrieval.rules import ByHand, MatchRules, rules_in
from vision.errors import UserError
from vision.region import Region


class WrongSpaceError(UserError):
    """A gallery that holds no embedding of the model that looks at the photo."""

    def __init__(self, asked: str, present: Sequence[str], kind: SpaceKind = SpaceKind.FACE) -> None:
        option = "--faces" if kind is SpaceKind.FACE else "--things"
        super().__init__(
            f"The gallery was made with {' and '.join(present)}, but this photo would be read with {asked}. "
            f"Pass that model by {option}, or run 'placard gallery reembed'."
        )


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """Where the rules come from: given, else the gallery's own, with what is set by hand."""

    given: MatchRules | None = None
    by_hand: ByHand | None = None


class Shelf:
    """One space of a gallery, searchable. Safe to share between threads."""

    def __init__(self, gallery: Gallery, index: ReferenceIndex, kind: SpaceKind, choice: RuleChoice) -> None:
        self.index = index
        self.kind = kind
        self._gallery = gallery
        self._choice = choice
        self._latest: tuple[int, MatchRules] | None = None  # with the gallery's revision

    @property
    def space(self) -> str:
        """The identity of the embeddings."""
        return self.index.space

    @property
    def rules(self) -> MatchRules:
        """The rules of now: a calibration by another process is in use from the next photo on."""
        if self._choice.given is not None:
            return self._choice.given
        revision, latest = self._gallery.revision(), self._latest
        if latest is None or latest[0] != revision:
            latest = revision, rules_in(self._gallery, self.space, self._choice.by_hand)
            self._latest = latest
        return latest[1]

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
        entities = self._gallery.entities({hit.entity_id for region in hits for hit in region})
        near = [_still_there(found, entities, gone) for found, gone in zip(hits, rejected, strict=True)]
        return self._matches(regions, near, entities)

    def _rejected(self, regions: Sequence[Region], photo: str) -> list[frozenset[int]]:
        with self._gallery.ledger() as ledger:
            rejections = ledger.rejections(photo)
        return [rejected_at(rejections, region.box) for region in regions]

    def _matches(
        self, regions: Sequence[Region], hits: list[list[Hit]], entities: Mapping[int, Entity]
    ) -> list[Match]:
        called = [
            not near or nouns_agree(region.noun, entities[near[0].entity_id].noun)
            for region, near in zip(regions, hits, strict=True)
        ]
        matches = []
        for region, near, decision in zip(regions, hits, decide(hits, self.rules, called), strict=True):
            candidates = tuple(
                Candidate(entities[hit.entity_id], hit.similarity, hit.reference_id) for hit in near
            )
            entity = candidates[0].entity if decision is Decision.ACCEPTED else None
            matches.append(Match(region, decision, entity, candidates))
        return matches

    def _check_space(self) -> None:
        spaces = [space for space in self._gallery.spaces() if space.kind is self.kind and space.references]
        if spaces and self.space not in [space.name for space in spaces]:
            raise WrongSpaceError(self.space, [space.name for space in spaces], self.kind)


def _still_there(hits: Sequence[Hit], entities: Mapping[int, Entity], rejected: Collection[int]) -> list[Hit]:
    """The hits without those forgotten since the search, and one for two that were merged since."""
    best: dict[int, Hit] = {}
    for hit in hits:
        if hit.entity_id in entities:
            root = entities[hit.entity_id].id
            best.setdefault(root, replace(hit, entity_id=root))
    return [hit for root, hit in best.items() if root not in rejected]
