"""Whom a question is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gallery.entity import EntityKind
from generation.context import Context, Entry
from generation.extractive.names import Named, named_in, noun_words
from generation.extractive.positions import Place, asks_for_people, places_in, spots_of
from generation.extractive.quoting import name_of
from generation.folding import folded

_PRONOUN = re.compile(
    r"\b(?P<he>he|him|his)\b|\b(?P<she>she|her|hers)\b"
    r"|\b(?:this|that|the) (?:person|guy|individual|politician|man|woman|lady|gentleman)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\[(\d{1,3})\]")
_BESIDE = re.compile(
    r"\b(?:standing |sitting |seated )?"
    r"(?:(?:to |on )?(?:the )?(?P<side>left|right) of|next to|beside|alongside)"
    r" (?:\w+\.? )?$",
    re.IGNORECASE,
)
_GENDERS = {"he": frozenset({"man", "boy"}), "she": frozenset({"woman", "girl"})}
_ANY_NOUN = frozenset({"", "person", "people", "object", "thing"})


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Whom a question is about, and what is left of it to search for."""

    entries: tuple[Entry, ...]  # in the order of k
    explicit: bool  # the question singles somebody out; otherwise it is about everybody
    unknown: tuple[str, ...]  # places that it names where somebody unknown is: "on the left"
    unknown_things: tuple[str, ...]  # places that it names where an unknown thing is
    missing: tuple[str, ...]  # places that it names and the photo does not have
    absent: tuple[int, ...]  # numbers in brackets that no entry has
    strangers: tuple[str, ...]  # names that belong to nobody recognised
    rest: str  # the question with names and places blanked out


def mentioned(context: Context, question: str) -> Scope:
    """Resolve names, places, numbers, nouns and pronouns; whoever asks for nobody in particular means all."""
    named = named_in(context, question)
    beside = _beside(context, question, named)
    places = (beside,) if beside else places_in(context, question)
    entries = _pointed_at(context, question, places) + (() if beside else named.entries)
    strangers = named.strangers
    absent = tuple(sorted(_numbers(question) - {entry.k for entry in context.entries}))
    if not entries and not places and not strangers and not absent:
        entries = _described(context, question)
        strangers = () if entries else named.lone
    explicit = bool(entries or places or strangers or absent)
    return Scope(
        entries=_in_order(entries if explicit else context.entries),
        explicit=explicit,
        unknown=_unknown(places, EntityKind.PERSON),
        unknown_things=_unknown(places, EntityKind.THING),
        missing=_labels(place for place in places if not place.spots),
        absent=absent,
        strangers=strangers,
        rest=_blanked(
            question, [*named.spans, *(place.span for place in places), *_nouns(question, entries)]
        ),
    )


def _nouns(question: str, entries: Iterable[Entry]) -> Iterable[tuple[int, int]]:
    """Where the question says what somebody or something is: "the dog"."""
    nouns = frozenset().union(*(noun_words(entry.noun) for entry in entries))
    return [word.span() for word in re.finditer(r"\w+", question) if folded(word[0]) in nouns]


def _pointed_at(context: Context, question: str, places: Iterable[Place]) -> tuple[Entry, ...]:
    numbers = _numbers(question)
    numbered = tuple(entry for entry in context.entries if entry.k in numbers)
    return numbered + tuple(spot.entry for place in places for spot in place.spots if spot.entry)


def _numbers(question: str) -> frozenset[int]:
    return frozenset(int(match[1]) for match in _NUMBER.finditer(question))


def _described(context: Context, question: str) -> tuple[Entry, ...]:
    """Who is meant by a noun or by a pronoun, where that is one and only one."""
    words = set(re.findall(r"\w+", folded(question))) - _ANY_NOUN
    by_noun = tuple(entry for entry in context.entries if noun_words(entry.noun) & words)
    if by_noun:
        return by_noun
    pronoun = _PRONOUN.search(question)
    if pronoun is None:
        return ()
    if len(context.entries) == 1:
        return context.entries
    fitting = _GENDERS.get(pronoun.lastgroup or "", frozenset())
    chosen = tuple(entry for entry in context.entries if folded(entry.noun) in fitting)
    return chosen if len(chosen) == 1 else ()


def _beside(context: Context, question: str, named: Named) -> Place | None:
    """The place in "to the left of Ann" or "next to Ann"."""
    if len(named.entries) != 1:
        return None
    entry, start = named.entries[0], named.spans[0][0]
    match = _BESIDE.search(question[:start])
    if match is None:
        return None
    people = asks_for_people(question)
    spots = [
        spot
        for spot in spots_of(context)
        if spot.entry is entry or spot.kind is EntityKind.PERSON or not people
    ]
    at = next(index for index, spot in enumerate(spots) if spot.entry is entry)
    before, after = spots[max(at - 1, 0) : at], spots[at + 1 : at + 2]
    side = (match["side"] or "").lower()
    chosen = tuple(before if side == "left" else after if side == "right" else before + after)
    relation = f"to the {side} of" if side else "next to"
    return Place(f"{relation} {name_of(entry)}", match.span(), chosen)


def _in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    by_number = {entry.k: entry for entry in entries}
    return tuple(by_number[k] for k in sorted(by_number))


def _unknown(places: Iterable[Place], kind: EntityKind) -> tuple[str, ...]:
    """The places where somebody or something of a kind is that nobody knows."""
    return _labels(
        place for place in places if any(spot.entry is None and spot.kind is kind for spot in place.spots)
    )


def _labels(places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.label for place in places))


def _blanked(question: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        question = question[:start] + " " * (end - start) + question[end:]
    return _NUMBER.sub(" ", question)
