"""Faithful descriptions and what can go wrong with them: the score must fall where it should."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from generation.context import Context, Entry
from generation.extractive.positions import ordinal, spots_of
from generation.extractive.quoting import without_heading
from generation.passages import passages

_INVENTED = (
    "won the Nobel Prize in Chemistry in 1823",
    "owns a vineyard near Bordeaux since 1744",
    "crossed the Pacific in a balloon in 1699",
    "was crowned king of Ruritania in 1512",
)


class Corruption(StrEnum):
    """What is done to a faithful description."""

    NONE = "none"
    SHUFFLED = "sentences shuffled"
    SWAPPED = "facts of two people swapped"
    DROPPED = "one entry left out"
    INVENTED = "a fact invented"
    OFF_BY_ONE = "citations one off"
    MISPLACED = "places of two people swapped"


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One sentence of a description."""

    entry: Entry
    place: str
    fact: str
    cited: int

    def __str__(self) -> str:
        return f"{self.place}, {self.entry.name}: {self.fact} [{self.cited}]."


def faithful(context: Context, *, facts: int = 3) -> list[Told]:
    """Sentences that tell the first facts of each entry, with place, name and citation."""
    places = {
        spot.entry.k: f"{ordinal(nth).capitalize()} from the left"
        for nth, spot in enumerate(spots_of(context), start=1)
        if spot.entry is not None
    }
    return [
        Told(entry, places[entry.k], without_heading(fact), entry.k)
        for entry in context.entries
        for fact in passages(entry.text)[:facts]
    ]


def corrupted(told: Sequence[Told], corruption: Corruption, chance: random.Random) -> list[Told]:
    """The sentences with something wrong; as they are where there are too few people for it."""
    entries = list({one.entry.k: one.entry for one in told}.values())
    if len(entries) < 2:
        return list(told)
    match corruption:
        case Corruption.NONE:
            return list(told)
        case Corruption.SHUFFLED:
            return chance.sample(told, len(told))
        case Corruption.SWAPPED:
            return _swapped_facts(told, *chance.sample(entries, 2))
        case Corruption.DROPPED:
            gone = chance.choice(entries)
            return [one for one in told if one.entry.k != gone.k]
        case Corruption.INVENTED:
            return [*told, replace(chance.choice(told), fact=chance.choice(_INVENTED))]
        case Corruption.OFF_BY_ONE:
            return [replace(one, cited=one.cited + 1) for one in told]
        case Corruption.MISPLACED:
            return _swapped_places(told, *chance.sample(entries, 2))


def described(told: Sequence[Told]) -> str:
    """The sentences as a text."""
    return " ".join(map(str, told))


def _swapped_facts(told: Sequence[Told], first: Entry, second: Entry) -> list[Told]:
    other = {first.k: second, second.k: first}
    places = {one.entry.k: one.place for one in told}
    return [
        replace(one, entry=other[one.entry.k], cited=other[one.entry.k].k, place=places[other[one.entry.k].k])
        if one.entry.k in other
        else one
        for one in told
    ]


def _swapped_places(told: Sequence[Told], first: Entry, second: Entry) -> list[Told]:
    places = {one.entry.k: one.place for one in told}
    moved = {first.k: places[second.k], second.k: places[first.k]}
    return [replace(one, place=moved.get(one.entry.k, one.place)) for one in told]
