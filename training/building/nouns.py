"""What things are called: the class of a region, the words for it, and expressions that have one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from generation.folding import folded, word_set
from generation.neutral import neutralise

# What people are called in expressions, and the noun for it; "person" says nothing more.
_PEOPLE = {
    **dict.fromkeys(word_set("man guy gentleman dude father dad groom businessman"), "man"),
    **dict.fromkeys(word_set("woman lady mother mom bride female"), "woman"),
    **dict.fromkeys(word_set("boy"), "boy"),
    **dict.fromkeys(word_set("girl"), "girl"),
    **dict.fromkeys(
        word_set(
            "person player child kid baby batter catcher umpire skier surfer rider skateboarder snowboarder"
            " chef waiter waitress pitcher cyclist adult toddler fan spectator referee people human"
        ),
        "person",
    ),
}
_ANIMALS = word_set(
    "bird cat dog horse sheep cow elephant bear zebra giraffe puppy kitten duck goat pig rabbit monkey lion"
    " tiger panda pony lamb calf goose chicken animal"
)
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_LONGEST = 25  # words of an expression


class Kind(StrEnum):
    """What a text about something can tell."""

    PERSON = "person"
    ANIMAL = "animal"
    THING = "thing"


def kind_of(noun: str) -> Kind:
    """The kind of a noun.

    >>> [kind_of(noun).value for noun in ("woman", "dog", "wine glass")]
    ['person', 'animal', 'thing']
    """
    last = noun.split()[-1]
    if last in _PEOPLE:
        return Kind.PERSON
    return Kind.ANIMAL if last in _ANIMALS else Kind.THING


def class_of(name: str) -> str:
    """What counts as one class: all words for people are one.

    >>> class_of("Lady"), class_of("wine glass")
    ('person', 'wine glass')
    """
    plain = " ".join(folded(name).split())
    return "person" if plain.split()[-1:] and plain.split()[-1] in _PEOPLE else plain


def noun_of(name: str, expressions: Iterable[str]) -> str:
    """The noun of a region: its class, and of a person what all expressions agree on.

    >>> noun_of("person", ["guy in red", "man on the left", "red shirt"])
    'man'
    """
    plain = class_of(name)
    if plain != "person":
        return plain
    words = [word for text in (name, *expressions) for word in _words(text)]
    told = {_PEOPLE[word] for word in words if word in _PEOPLE} - {"person"}
    return told.pop() if len(told) == 1 else "person"


def names(noun: str) -> frozenset[str]:
    """The words by which an expression can have a noun."""
    return frozenset(_PEOPLE) if kind_of(noun) is Kind.PERSON else frozenset({noun.split()[-1]})


def pointing(expression: str, noun: str) -> str | None:
    """The expression without its article, harmless and as one line; None where its noun is not in it.

    >>> pointing("The woman in jeans.", "woman"), pointing("red shirt", "woman")
    ('woman in jeans', None)
    """
    plain = _ARTICLE.sub("", neutralise(expression).strip(" .,;!"))
    words = _words(plain)
    usable = 0 < len(words) <= _LONGEST and "?" not in plain and not names(noun).isdisjoint(words)
    return plain if usable else None


def distinct(expressions: Iterable[str]) -> tuple[str, ...]:
    """Expressions that differ in more than case, in their order."""
    return tuple({folded(text): text for text in reversed(list(expressions))}.values())[::-1]


def _words(text: str) -> Sequence[str]:
    return _WORD.findall(folded(text))
