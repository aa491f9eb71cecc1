"""Picking among options by what is quoted of whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from generation.checking.refusals import is_refusal
from generation.checking.statements import Marked
from generation.context import Context
from generation.extractive.mentions import mentioned
from generation.extractive.positions import places_in, spots_of
from generation.terms import STOP_WORDS, terms

# An option is picked when the quotes hold at least this share of its words.
_OVERLAP = 0.6
_CITED = re.compile(r"\[(\d+)\]")
# Somebody meant by what only the photo shows, which the reader does not look at.
_BY_SIGHT = re.compile(
    r"\b(?:the|that|this) (?:person|man|woman|guy|lady|gentleman|boy|girl|one|individual)"
    r" (?:in|with|without|wearing|holding|behind|near|under|beside|carrying)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_][\w.'\u2019]*")


def picked(context: Context, question: str, options: Sequence[str], text: str) -> int | None:
    """The option that a text read from the gallery means; else the one that says that nothing tells it.

    None where there is no such option, or where several would do.
    """
    places = _places(context, options)
    if places:
        found = _at_place(places, question, text)
    elif _is_by_sight(context, question):
        found = None
    else:
        found = _by_words(options, text)
    return _without_answer(options) if found is None else found


def _places(context: Context, options: Sequence[str]) -> dict[int, int | None]:
    """For options that are places in the photo the number of who is there, None for a stranger.

    Empty unless all options are such places, those that refuse aside, and no two are the same.
    """
    found: dict[int, int | None] = {}
    spots = []
    for index, option in enumerate(options):
        if is_refusal(option):
            continue
        place = [spot for place in places_in(context, option) for spot in place.spots]
        if len(place) != 1:
            return {}
        spots.append(place[0])
        found[index] = place[0].entry.k if place[0].entry else None
    return found if len({spot.box for spot in spots}) == len(spots) else {}


def _at_place(places: Mapping[int, int | None], question: str, text: str) -> int | None:
    """The place of the only one of whom something is quoted that has all that the question tells."""
    told = _told_of(text)
    wanted = _telling(question)
    fitting = {k for k, words in told.items() if wanted <= words}
    chosen = [index for index, k in places.items() if k in fitting]
    return chosen[0] if len(chosen) == 1 and len(fitting) == 1 else None


def _told_of(text: str) -> dict[int, frozenset[str]]:
    """The terms of all that a text says with the citation of an entry, by its number."""
    marked = Marked.of(text)
    told: dict[int, frozenset[str]] = {}
    for statement in marked.statements:
        words = frozenset(terms(marked.plain[statement.start : statement.end]))
        for group in statement.groups:
            for k in group.numbers:
                told[k] = told.get(k, frozenset()) | words
    return told


def _telling(question: str) -> frozenset[str]:
    """The terms of a question's numbers and capitalised words: an answer must have them all."""
    words = _WORD.findall(question)[1:]
    sure = [w for w in words if w[0].isdigit() or (w[0].isupper() and w.lower() not in STOP_WORDS)]
    return frozenset(terms(" ".join(sure)))


def _is_by_sight(context: Context, question: str) -> bool:
    """Whether a question means one of several people in a way that no text resolves."""
    several = len(spots_of(context, things=False)) > 1
    return several and _BY_SIGHT.search(question) is not None and not mentioned(context, question).explicit


def _by_words(options: Sequence[str], text: str) -> int | None:
    """The option whose words the quotes hold best; none where two do alike or none does."""
    found = frozenset(terms(_CITED.sub("", text)))
    shares = [0.0 if is_refusal(option) else _share(frozenset(terms(option)), found) for option in options]
    best = max(shares, default=0.0)
    return shares.index(best) if best >= _OVERLAP and shares.count(best) == 1 else None


def _share(wanted: frozenset[str], found: frozenset[str]) -> float:
    return len(wanted & found) / len(wanted) if wanted else 0.0


def _without_answer(options: Sequence[str]) -> int | None:
    refusing = [index for index, option in enumerate(options) if is_refusal(option)]
    return refusing[0] if len(refusing) == 1 else None
