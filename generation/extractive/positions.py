"""Places in a photo that a question speaks of: on the left, second from the right, in front."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gallery.entity import EntityKind
from generation.context import Context, Entry
from generation.extractive.names import noun_words
from generation.folding import folded
from vision.box import Box


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A region of the photo and the entry that stands there, if anybody is known."""

    box: Box
    entry: Entry | None
    kind: EntityKind
    noun: str  # empty where it is not known what it is


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A place that a question names and who is there; nobody where the photo has no such place."""

    label: str  # "on the left"
    span: tuple[int, int]  # where in the question
    spots: tuple[Spot, ...]


_ORDINALS = {
    word: nth
    for nth, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"), start=1
    )
}
_WHO = (
    r"(?:person|man|woman|guy|gentleman|lady|boy|girl|face|one|individual|figure|politician|senator|member)"
)
_WHAT = r"(?:object|thing|item|toy)"
_ANYTHING = frozenset({"object", "thing", "item"})  # nouns that single nothing out
_POSTURE = r"(?:\b(?:standing|sitting|seated) )?"
_PEOPLE = re.compile(rf"\b(?:who|people|{_WHO})\b", re.IGNORECASE)
_WHOSE = re.compile(r"\bwhose\b", re.IGNORECASE)  # a person's, or a thing
_THINGS = re.compile(rf"\b{_WHAT}\b", re.IGNORECASE)
_SIZE = r"(?:largest|biggest|closest|nearest)"
_COUNTED = re.compile(
    rf"\b(?P<nth>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))(?: (?:{_WHO}|{_WHAT}))?"
    rf" (?:from|on) (?:the )?(?:far )?(?P<side>left|right)\b",
    re.IGNORECASE,
)
_SIDE = re.compile(
    rf"{_POSTURE}\b(?:on|at|to|in) (?:the |my )?(?:far |very |extreme |top |bottom )?(?P<at>left|right)\b"
    rf"(?: (?:hand )?side)?(?! of\b)(?: of (?:the|this) (?:photo|picture|image))?"
    rf"|\b(?P<hand>left|right)(?:[- ]hand)?(?: side)? {_WHO}\b"
    r"|\b(?P<most>left|right)[- ]?most\b|\bfu?a?rthest (?:to the )?(?P<furthest>left|right)\b"
    r"|\b(?P<hand_side>left|right)[- ]hand side\b"
    r"|\b(?:on|at|to) the (?P<of>left|right)(?: side)? of (?:the|this) (?:photo|picture|image)\b",
    re.IGNORECASE,
)
_MIDDLE = re.compile(
    rf"{_POSTURE}\b(?:in|at) the (?:very )?(?:middle|cent(?:re|er))\b"
    rf"|\b(?:middle|central|cent(?:re|er)) {_WHO}\b",
    re.IGNORECASE,
)
_FRONT = re.compile(
    rf"\b{_SIZE} {_WHO}\b|{_POSTURE}\b(?:closest|nearest) to (?:the |us|me)(?:camera|viewer)?"
    rf"|{_POSTURE}\bin (?:the )?(?:front|foreground)\b"
    rf"|\b{_WHO} (?:is|that is|who is) (?:the )?{_SIZE}\b"
    rf"|\bwho is (?:the )?{_SIZE}\b(?! to)",
    re.IGNORECASE,
)
_BACK = re.compile(
    rf"\b(?:smallest|furthest|farthest) {_WHO}\b"
    rf"|{_POSTURE}\bin the (?:back|background|rear)\b|\bat the back\b",
    re.IGNORECASE,
)
# "The second person", with no side said, is counted from the left; "the first woman to ..." is no place.
_NTH = re.compile(
    rf"(?:\bthe |^)(?P<nth>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))"
    r" (?:person|face|individual|man|woman|guy|one)\b"
    r"(?! (?:to|ever|elected|of|who|from|on|that|with|in (?!(?:the|this) (?:photo|picture|image)))\b)",
    re.IGNORECASE,
)


# An order in which people are told, and no place.
_ROW = re.compile(r"\b(?:the )?(?:left to (?:the )?right|right to (?:the )?left)\b", re.IGNORECASE)


def ordinal(nth: int) -> str:
    """A place in a row as English counts it.

    >>> ordinal(2), ordinal(12)
    ('second', '12th')
    """
    return next((word for word, number in _ORDINALS.items() if number == nth), f"{nth}th")


def spots_of(context: Context, *, things: bool = True) -> tuple[Spot, ...]:
    """Everybody found in the photo, known or not, from left to right; things only on request."""
    known = (Spot(entry.box, entry, entry.kind, entry.noun) for entry in context.entries)
    unknown = (Spot(one.box, None, one.kind, one.noun) for one in context.strangers)
    return _across([spot for spot in (*known, *unknown) if things or spot.kind is not EntityKind.THING])


def _across(spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """Spots from left to right."""
    return tuple(sorted(spots, key=lambda spot: spot.box.centre))


def places_in(context: Context, question: str) -> tuple[Place, ...]:
    """The places that the question names, counted over everybody found."""
    spots = _meant(context, question)
    question = _ROW.sub(lambda match: " " * len(match[0]), question)
    counted = [_counted(match, match["side"], spots) for match in _COUNTED.finditer(question)]
    rest = _COUNTED.sub(lambda match: " " * len(match[0]), question)
    counted += [_counted(match, "left", spots) for match in _NTH.finditer(rest)]
    sides = [_beside(match, spots) for match in _SIDE.finditer(rest)]
    others = [
        Place(label, match.span(), chosen)
        for pattern, label, chosen in (
            (_MIDDLE, "in the middle", _middle(spots)),
            (_FRONT, "in front", _by_area(spots, -1)),
            (_BACK, "in the back", _by_area(spots, 0)),
        )
        for match in pattern.finditer(rest)
    ]
    return (*counted, *sides, *others)


def asks_for_people(question: str) -> bool:
    """Whether a question is about people, and not about things."""
    return _PEOPLE.search(question) is not None and _THINGS.search(question) is None


def _meant(context: Context, question: str) -> tuple[Spot, ...]:
    """Those among whom a question counts: things that it calls by their noun, else people, or everything.

    An unknown thing of which nobody says what it is counts too: it may be one.
    """
    if _PEOPLE.search(question):
        return spots_of(context, things=not asks_for_people(question))
    words = set(re.findall(r"\w+", folded(question))) - _ANYTHING
    things = [spot for spot in spots_of(context) if spot.kind is EntityKind.THING]
    called = [spot for spot in things if words & noun_words(spot.noun)]
    if called:
        return _across([*called, *(spot for spot in things if spot.entry is None and not spot.noun)])
    return spots_of(context, things=_THINGS.search(question) is not None or not _WHOSE.search(question))


def _counted(match: re.Match[str], side: str, spots: tuple[Spot, ...]) -> Place:
    word, side = match["nth"].lower(), side.lower()
    nth = _ORDINALS.get(word) or int(word[:-2])
    in_order = spots if side == "left" else spots[::-1]
    return Place(f"{word} from the {side}", match.span(), in_order[nth - 1 : nth] if nth else ())


def _beside(match: re.Match[str], spots: tuple[Spot, ...]) -> Place:
    side = next(group for group in match.groups() if group).lower()
    return Place(f"on the {side}", match.span(), spots[:1] if side == "left" else spots[-1:])


def _middle(spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
    """The one in the middle; of an even number the two."""
    return spots[(len(spots) - 1) // 2 : len(spots) // 2 + 1]


def _by_area(spots: tuple[Spot, ...], rank: int) -> tuple[Spot, ...]:
    return (sorted(spots, key=lambda spot: spot.box.area)[rank],) if spots else ()
