"""Cutting a description into claims: what is said, whom it cites and names, and where it says they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generation.checking.citations import without_spans
from generation.checking.naming import mentions_of, runs_of, words_of
from generation.checking.statements import Marked, Statement
from generation.context import Context
from generation.extractive.positions import places_in

# Behind such a comma another thing is said of the same one.
_MORE = re.compile(
    r",\s+(?=(?:and|but|who|whose|born|an?|the|with|holds?|has|had|is|was|served?|graduated|elected|formerly"
    r"|now)\b)|\s+(?=and (?:is|was|has|had|holds?|served?|worked|lives|owns|won)\b)"
)

# Such an end keeps its stop: "D.C."
_ABBREVIATED = re.compile(r"(?<!\w)(?:[A-Za-z]\.)+[A-Za-z]$")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a description says."""

    text: str  # without citation marks and places
    cited: frozenset[int]  # the numbers that stand with it
    named: frozenset[int]  # the entries that its sentence names beside that citation
    placed: frozenset[int] | None  # who is at the places that it names; None where it names none

    @property
    def tied(self) -> frozenset[int]:
        """Whom it is said of: those cited, else those named."""
        return self.cited or self.named


def claims_of(description: str, context: Context) -> list[Claim]:
    """The claims of a description in its order."""
    marked = Marked.of(description)
    found: list[Claim] = []
    for statement in marked.statements:
        for start, end, cited in _segments(statement):
            found += _claims(marked.plain[start:end], cited, context)
    return found


def _segments(statement: Statement) -> Iterator[tuple[int, int, frozenset[int]]]:
    """What stands before each citation; what stands behind the last one belongs to it."""
    start = statement.start
    for place, group in enumerate(statement.groups):
        end = statement.end if place == len(statement.groups) - 1 else group.end
        yield start, end, frozenset(group.numbers)
        start = end
    if not statement.groups:
        yield statement.start, statement.end, frozenset()


def _claims(segment: str, cited: frozenset[int], context: Context) -> Iterator[Claim]:
    named = _named(segment, context)
    places = sorted(places_in(context, segment), key=lambda place: place.span)
    there = [spot.entry.k for place in places for spot in place.spots if spot.entry is not None]
    for piece in _MORE.split(without_spans(segment, (place.span for place in places))):
        text = " ".join(piece.split()).strip(" ,;:.")
        text += "." if _ABBREVIATED.search(text) else ""
        if re.search(r"\w", text):
            yield Claim(text, cited, named, frozenset(there) if places else None)


def _named(segment: str, context: Context) -> frozenset[int]:
    people = [(entry, words_of(entry.name)) for entry in context.entries]
    mentions = [mention for run in runs_of(segment) for mention in mentions_of(run, people)]
    return frozenset(k for mention in mentions if mention.sure for k in mention.ks)
