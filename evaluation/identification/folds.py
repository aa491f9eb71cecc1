"""Who is enrolled and who is a stranger: every person is left out of the gallery once."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.identification.looking import Looked


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One way to deal photos out."""

    enrolled: tuple[Looked, ...]  # offered to the gate
    known: tuple[Looked, ...]  # other photos of those who are enrolled
    strangers: tuple[Looked, ...]  # all photos of those who are left out


def folds_of(people: Mapping[str, Sequence[Looked]], *, folds: int, references: int, seed: int) -> list[Fold]:
    """Deal the people into so many folds; in each, one part is left out and the rest is enrolled.

    Up to `references` photos of a person are enrolled, drawn anew for each fold, but of two or more always
    one is kept to be tried; who has a single photo is enrolled with it.
    """
    order = sorted(people)
    random.Random(f"{seed}/people").shuffle(order)
    return [
        _fold(people, set(order[number::folds]), references, f"{seed}/{number}") for number in range(folds)
    ]


def _fold(people: Mapping[str, Sequence[Looked]], out: set[str], references: int, seed: str) -> Fold:
    chance = random.Random(seed)
    enrolled: list[Looked] = []
    known: list[Looked] = []
    for person in sorted(people.keys() - out):
        photos = list(people[person])
        drawn = chance.sample(range(len(photos)), max(1, min(references, len(photos) - 1)))
        enrolled += [photos[number] for number in drawn]
        known += [photo for number, photo in enumerate(photos) if number not in drawn]
    strangers = tuple(photo for person in sorted(out) for photo in people[person])
    return Fold(tuple(enrolled), tuple(known), strangers)
