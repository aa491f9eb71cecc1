"""What public benches ask: is a concept in a photo, and questions about one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.bench.record import BenchError
from evaluation.intervals import Rate, rate_by_group

# What a question of these benches calls its concept.
PLACEHOLDER = "sks"
_SKS = re.compile(rf"<?\b{PLACEHOLDER}\b>?")


@dataclass(frozen=True, slots=True)
class Recognition:
    """A photo, a concept, and whether it is there."""

    photo: Path
    concept: str
    present: bool


@dataclass(frozen=True, slots=True)
class ConceptQuestion:
    """A question about a concept with options; about a photo, or from what is known alone."""

    photo: Path | None
    concept: str
    text: str  # with the placeholder
    options: tuple[str, ...]
    answer: int  # the right option, from 0

    def named(self, name: str) -> str:
        """The question with a name in place of the placeholder.

        >>> ConceptQuestion(None, "bo", "What is sks's breed?", ("Corgi", "Pug"), 0).named("Bo")
        "What is Bo's breed?"
        """
        return _SKS.sub(lambda _: name, self.text)


@dataclass(frozen=True, slots=True)
class Captioned:
    """A photo of a concept and captions that name it."""

    photo: Path
    concept: str
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recalls:
    """Recognition as these benches report it; intervals are drawn by photo."""

    positive: Rate  # of the pairs whose concept is in the photo, those where that was said
    negative: Rate  # of the others, those where it was not said

    @property
    def weighted(self) -> float:
        """The plain mean of both, which the papers call weighted."""
        return ((self.positive.value or 0.0) + (self.negative.value or 0.0)) / 2


def recalls(pairs: Sequence[Recognition], said: Iterable[bool]) -> Recalls:
    """The recalls of what was said about each pair; raise `BenchError` without pairs of both kinds."""
    right: dict[bool, list[tuple[str, bool]]] = {True: [], False: []}
    for pair, answer in zip(pairs, said, strict=True):
        right[pair.present].append((str(pair.photo), answer == pair.present))
    if not right[True] or not right[False]:
        raise BenchError("Expected pairs with and without the concept, but there are only of one kind.")
    return Recalls(*(rate_by_group(right[kind]) for kind in (True, False)))
