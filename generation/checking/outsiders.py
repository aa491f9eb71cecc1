"""People of the gallery whom an answer names though they were not recognised in the photo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from gallery.entity import Entity, EntityKind
from gallery.gallery import Gallery
from gallery.records import name_key
from generation.answer import Finding, FindingKind
from generation.checking.naming import SUFFIXES, TITLES, Run, Word, is_named, runs_of, words_of
from generation.checking.statements import Marked, Statement
from generation.context import Context
from generation.folding import folded
from generation.terms import STOP_WORDS

# The longest full names of people whom we know have six words.
MOST_WORDS = 6
# Of one answer; 200 words hold some hundred. More is no answer, and each 500 are one query.
MOST_CANDIDATES = 2000
_PLACES = ("in", "at", "from", "near", "into", "via", "through", "to")
_CURLY = str.maketrans({"'": "\u2019"})
_STRAIGHT = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"'})


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Words that may be somebody's full name, and the ways in which the gallery may spell it."""

    start: int
    end: int
    words: int
    keys: tuple[str, ...]


def outsiders(
    marked: Marked, context: Context, gallery: Gallery, refusals: Sequence[Statement]
) -> list[Finding]:
    """A finding for each full name of somebody of the gallery who was not accepted in the photo.

    None where a cited entry tells of that person itself, and none in a refusal, which may say whom it misses.
    """
    candidates = list(islice(_candidates(marked.plain, context), MOST_CANDIDATES))
    candidates = [c for c in candidates if not any(r.start <= c.start < r.end for r in refusals)]
    if not candidates:
        return []
    known = gallery.named(key for candidate in candidates for key in candidate.keys)
    found: list[Finding] = []
    for candidate in sorted(candidates, key=lambda candidate: -candidate.words):
        bearers = [entity for key in candidate.keys for entity in known.get(key, [])]
        if any(candidate.start < other.end and other.start < candidate.end for other in found):
            continue
        if _is_outsider(candidate, bearers, marked, context):
            found.append(_finding(candidate, marked.text))
    return found


def _is_outsider(candidate: _Candidate, bearers: Sequence[Entity], marked: Marked, context: Context) -> bool:
    name = marked.text[candidate.start : candidate.end]
    if candidate.words == 1:
        # One word is a name only as the gallery writes it, and "Mug" is a word for any mug.
        bearers = [b for b in bearers if b.kind is EntityKind.PERSON and b.name.strip() == name]
    if not bearers or {bearer.id for bearer in bearers} & {e.entity_id for e in context.entries}:
        return False
    cited = {number for mark in marked.marks for number in mark.numbers}
    return not any(
        entry.k in cited and is_named(name, f"{entry.name} {entry.text}") for entry in context.entries
    )


def _candidates(plain: str, context: Context) -> Iterator[_Candidate]:
    own = [words_of(entry.name) for entry in context.entries]
    for run in runs_of(plain):
        for first in range(len(run)):
            words = run[first:]
            if len(words) <= MOST_WORDS and _may_be_whole(run, first, plain):
                said = words_of(plain[words[0].start : words[-1].end])
                if not any(said <= name for name in own):
                    yield _candidate(plain, words)


def _may_be_whole(run: Run, first: int, plain: str) -> bool:
    """Whether the words of a run from one on can be a full name: nothing of the same name comes before."""
    if not plain[run[first].start].isupper() or (first and len(run[first - 1].folded) == 1):
        return False
    if first < len(run) - 1:
        return True
    introduced = all(word.folded in STOP_WORDS | TITLES for word in run[:first])
    return introduced and run[first].alone and not _is_place(run[first], plain)


def _is_place(word: Word, plain: str) -> bool:
    before = plain[max(word.start - 10, 0) : word.start].split()
    return bool(before) and before[-1].lower() in _PLACES


def _candidate(plain: str, words: Run) -> _Candidate:
    start, end = words[0].start, words[-1].end
    name = plain[start:end]
    stopped = plain[end : end + 1] == "." and (words[-1].folded in SUFFIXES or len(words[-1].folded) == 1)
    spelt = [name, f"{name}."] if stopped else [name]
    spelt += [text.translate(table) for text in spelt for table in (_STRAIGHT, _CURLY)]
    spelt += [folded(text) for text in spelt if not text.isascii()]
    return _Candidate(start, end, len(words), tuple(dict.fromkeys(map(name_key, spelt))))


def _finding(candidate: _Candidate, text: str) -> Finding:
    name = " ".join(text[candidate.start : candidate.end].split())
    message = f"{name} is in the gallery but was not recognised in this photo."
    return Finding(FindingKind.NOT_IN_PHOTO, candidate.start, candidate.end, message)
