"""What public benches ask: is a concept in a photo, and questions about one."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

# What a question of these benches calls its concept.
PLACEHOLDER = "sks"
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
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
    """Recognition as these benches report it: the plain mean of the two recalls."""

    positive: float
    negative: float

    @property
    def weighted(self) -> float:
        """The mean of both, which the papers call weighted."""
        return (self.positive + self.negative) / 2


def recalls(pairs: Sequence[Recognition], said: Iterable[bool]) -> Recalls:
    """The recalls of what was said about each pair; raise `ValueError` without pairs of both kinds."""
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for pair, answer in zip(pairs, said, strict=True):
        hits[pair.present].append(answer == pair.present)
    if not hits[True] or not hits[False]:
        raise ValueError("Expected pairs with and without the concept, but there are only of one kind.")
    return Recalls(*(sum(hits[kind]) / len(hits[kind]) for kind in (True, False)))


def same_answer(given: str, right: str) -> bool:
    """Whether two answers are the same as these benches compare them: case, punctuation and articles aside.

    >>> same_answer("The Dog.", "dog"), same_answer("dogs", "dog")
    (True, False)
    """
    return _plain(given) == _plain(right)


def _plain(text: str) -> str:
    bare = text.lower().translate(str.maketrans("", "", string.punctuation))
    return " ".join(_ARTICLES.sub(" ", bare).split())
