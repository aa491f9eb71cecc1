"""Entries for a photo: written contexts for its regions, some of them none, and wrong ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from training.building.asking import Learnt
from training.building.choosing import Chosen
from training.building.contexts import Document
from training.building.nouns import class_of
from training.building.rules import says
from training.building.source import Spot
from training.dataset.folder import Split
from vision.box import Box

Pool = Mapping[tuple[Split, str], Sequence[Learnt]]  # by split and noun
_DRAWN = 8  # texts that are tried for a region
_ABSENT = 4  # texts of each class about others, for questions about who is not in the photo


@dataclass(frozen=True, slots=True)
class Entry:
    """A written context at a place of a photo; what is seen there, None for a wrong entry."""

    learnt: Learnt
    box: Box
    spot: Spot | None


@dataclass(frozen=True, slots=True)
class Entered:
    """A photo with its entries, numbered from 1 in their order."""

    chosen: Chosen
    entries: tuple[Entry, ...]
    strangers: tuple[Spot, ...]  # regions without an entry
    absent: tuple[Learnt, ...]  # texts of the photo's classes about others

    @property
    def present(self) -> tuple[tuple[Spot, Document], ...]:
        """What is seen and told of the entries that are right."""
        return tuple((one.spot, one.learnt.document) for one in self.entries if one.spot is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Entering:
    """Deals the pool out to photos, by dice of their keys."""

    pool: Pool
    known: float  # the share of regions that have an entry; the largest of a photo always has
    wrong: float  # the share of photos with a wrong entry
    seed: int

    def enter(self, chosen: Chosen) -> Entered:
        """The entries of a photo; none where the pool has no text for its classes."""
        chance = Random(f"{self.seed}/entries/{chosen.pictured.key}")
        entries: list[Entry] = []
        strangers: list[Spot] = []
        for place, spot in enumerate(chosen.pictured.spots):
            learnt = self._text(chosen.split, spot.noun, entries, chance)
            if learnt is None or (place and chance.random() >= self.known):
                strangers.append(spot)
                continue
            entries.append(Entry(learnt, spot.box, spot))
        absent = self._absent(chosen, entries, chance)
        if entries and chance.random() < self.wrong:
            entries += self._wrong(chosen, entries, chance)
        chance.shuffle(entries)  # a number says nothing about a place
        return Entered(chosen, tuple(entries), tuple(strangers), absent)

    def _text(self, split: Split, noun: str, taken: Sequence[Entry], chance: Random) -> Learnt | None:
        """A text of a class that tells nothing of the other entries, nor they of it."""
        others = [one.learnt.document for one in taken]
        pool = self.pool.get((split, noun), ())
        drawn = chance.sample(pool, min(_DRAWN, len(pool)))
        return next((one for one in drawn if _strange(one.document, others)), None)

    def _absent(self, chosen: Chosen, entries: Sequence[Entry], chance: Random) -> tuple[Learnt, ...]:
        others = [one.learnt.document for one in entries]
        found: list[Learnt] = []
        for noun in sorted({spot.noun for spot in chosen.pictured.spots}):
            pool = self.pool.get((chosen.split, noun), ())
            drawn = chance.sample(pool, min(_ABSENT + len(others), len(pool)))
            found += [one for one in drawn if _strange(one.document, others)][:_ABSENT]
        return tuple(found)

    def _wrong(self, chosen: Chosen, entries: Sequence[Entry], chance: Random) -> list[Entry]:
        """A text about a class that the photo does not show, at the place of something else or anywhere."""
        shown = chosen.pictured.shows
        nouns = [n for split, n in sorted(self.pool) if split is chosen.split and not shows(shown, n)]
        if not nouns:
            return []
        learnt = self._text(chosen.split, chance.choice(nouns), entries, chance)
        return [] if learnt is None else [Entry(learnt, _some_place(chosen, chance), None)]


def shows(classes: frozenset[str], noun: str) -> bool:
    """Whether a photo may show a noun: one of its classes, or a word of one, is its class."""
    wanted = class_of(noun)
    return any(wanted == one or wanted in one.split() or one in wanted.split() for one in classes)


def _strange(document: Document, others: Sequence[Document]) -> bool:
    return not any(
        says(f"{one.name} {one.text}", document.name) or says(document.text, one.name) for one in others
    )


def _some_place(chosen: Chosen, chance: Random) -> Box:
    """The place of something else, or any place."""
    pictured = chosen.pictured
    if chance.random() < 0.5:
        return chance.choice(pictured.spots).box
    width, height = (max(1, round(side * chance.uniform(0.15, 0.4))) for side in pictured.size)
    left, top = chance.randint(0, pictured.size[0] - width), chance.randint(0, pictured.size[1] - height)
    return Box(left, top, left + width, top + height)
