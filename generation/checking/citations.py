"""Citation marks of an answer: "[1]", "[1, 2]", "[1-3]" and what models make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

_OPEN, _CLOSE = r"[\[\uff3b\u3010]", r"[\]\uff3d\u3011]"
_RANGE = r"[-\u2010-\u2015\uff0d~]"
_COMMA = r"(?:[,;&\uff0c\uff1b\u3001]|and\b)"
# Three digits at most: "[2019]" is a year, and no photo has a thousand entries.
_MARK = re.compile(
    rf"{_OPEN}\s*(\d{{1,3}}(?:\s*(?:{_RANGE}|{_COMMA})\s*\d{{1,3}})*)\s*{_CLOSE}", re.IGNORECASE
)
_BESIDE = re.compile(r"\s*(?:[,;&]|and)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """One citation mark, or several side by side, and the numbers that it cites."""

    start: int  # in characters
    end: int
    numbers: tuple[int, ...]  # as written, ranges filled in; an entry need not exist


def marks_of(text: str) -> tuple[Mark, ...]:
    """The citation marks of `text` in their order.

    >>> [mark.numbers for mark in marks_of("Ann [1][2] and Bob [ 2, 4-6 ] met in [2019] [sic].")]
    [(1,), (2,), (2, 4, 5, 6)]
    """
    return tuple(Mark(*match.span(), _numbers(match[1])) for match in _MARK.finditer(text))


def grouped(text: str, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Marks that stand side by side, "[1][2]" or "[1] and [2]", as one."""
    groups: list[Mark] = []
    for mark in marks:
        if groups and _BESIDE.fullmatch(text, groups[-1].end, mark.start):
            last = groups.pop()
            mark = Mark(last.start, mark.end, last.numbers + mark.numbers)
        groups.append(mark)
    return tuple(groups)


def without_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with spaces in place of some spans, given in order, so that all else stays where it is."""
    pieces, last = [], 0
    for start, end in spans:
        pieces += [text[last:start], " " * (end - start)]
        last = end
    return "".join([*pieces, text[last:]])


def _numbers(inside: str) -> tuple[int, ...]:
    parts = re.split(_COMMA, inside, flags=re.IGNORECASE)
    return tuple(dict.fromkeys(chain.from_iterable(map(_filled, parts))))


def _filled(part: str) -> Sequence[int]:
    """The numbers of "4" or of "4-6"; those of "6-4", which is no range, as they stand."""
    ends = [int(number) for number in re.split(_RANGE, part)]
    return ends if len(ends) != 2 or ends[0] > ends[1] else range(ends[0], ends[1] + 1)
