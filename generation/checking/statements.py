"""Cutting an answer into statements: clauses with the citations that belong to them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generation.checking.citations import Mark, grouped, marks_of, without_spans
from generation.passages import stops

# Such a sentence goes on about whom the one before was about: "Ann [1] paints. She is 41 and met Bob [2]."
_GOES_ON = re.compile(r"\W*(?:he|she|it|they|his|her|its|their|both|this|these)\b", re.IGNORECASE)
_SPACES = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Statement:
    """A clause of an answer, a citation behind its full stop included."""

    start: int  # in characters
    end: int
    groups: tuple[Mark, ...]  # its citations, those side by side as one
    inherited: frozenset[int]  # what else it may rest on: citations around it that go on in it

    def sources(self, place: int) -> frozenset[int]:
        """The numbers that what stands at `place` may rest on: those cited next before and after it."""
        behind = next((i for i, group in enumerate(self.groups) if group.start >= place), len(self.groups))
        near = self.groups[max(behind - 1, 0) : behind + 1]
        return self.inherited.union(*(group.numbers for group in near))


@dataclass(frozen=True, slots=True)
class Marked:
    """An answer taken apart."""

    text: str
    plain: str  # the text with spaces in place of its marks, of the same length
    marks: tuple[Mark, ...]
    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, text: str) -> Marked:
        """Take an answer apart; any text will do."""
        marks = marks_of(text)
        plain = without_spans(text, ((mark.start, mark.end) for mark in marks))
        return cls(text, plain, marks, _statements(plain, grouped(text, marks)))


def _statements(plain: str, groups: Sequence[Mark]) -> tuple[Statement, ...]:
    found: list[Statement] = []
    before: frozenset[int] = frozenset()
    for clauses in _sentences(plain):
        own = [_within(groups, start, end) for start, end in clauses]
        cited = [frozenset(n for group in some for n in group.numbers) for some in own]
        whole = frozenset[int]().union(*cited)
        earlier = before if _GOES_ON.match(plain, *clauses[0]) else frozenset()
        for (start, end), some, numbers in zip(clauses, own, cited, strict=True):
            found.append(Statement(start, end, some, earlier if numbers else whole | earlier))
        before = whole | earlier
    return tuple(found)


def _sentences(plain: str) -> Iterator[list[tuple[int, int]]]:
    """The spans of the clauses of each sentence; a sentence never goes over the end of a line."""
    offset = 0
    for line in plain.splitlines(keepends=True):
        clauses, start = [], 0
        for stop in stops(line):
            # Marks became spaces: those right behind a full stop belong before it.
            spaces = _SPACES.match(line, stop.end())
            end = spaces.end() if spaces else stop.end()
            clauses.append((offset + start, offset + end))
            start = end
            if not stop["clause"]:
                yield clauses
                clauses = []
        if start < len(line):
            clauses.append((offset + start, offset + len(line)))
        if clauses:
            yield clauses
        offset += len(line)


def _within(groups: Sequence[Mark], start: int, end: int) -> tuple[Mark, ...]:
    first, last = (bisect_left(groups, place, key=lambda group: group.start) for place in (start, end))
    return tuple(groups[first:last])
