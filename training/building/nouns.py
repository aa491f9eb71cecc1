"""What things are called: the class of a region, the words for it, and expressions that have one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import takewhile

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
# What COCO calls its other classes: things that somebody can own or tell a story about.
_THINGS = frozenset(
    re.split(
        r",\s*",
        """bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,
        parking meter,bench,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,
        baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,
        bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,
        bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,
        refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush""",
    )
)
_MANY = word_set("people men women children kids sheep cattle")
# What stands behind the first of these tells about the one that an expression points to, and is not it.
_BEHIND = word_set(
    "in on of with without at behind before beside by near next under over above below between against across"
    " from to into onto who whose that which whom holding wearing sitting standing riding carrying eating"
    " looking playing walking running lying laying leaning reaching having facing talking using"
)
_SAYS = re.compile(r"(?:is|are|was|were|has|have|wears|holds|sits|stands)")  # behind a noun: a sentence
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

    >>> [kind_of(noun).value for noun in ("woman", "dog", "teddy bear")]
    ['person', 'animal', 'thing']
    """
    if noun in _THINGS:
        return Kind.THING
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


def is_told_of(name: str) -> bool:
    """Whether texts are written about a class: people, animals, things of COCO, and not many at once.

    >>> [is_told_of(name) for name in ("lady", "dogs", "sky", "wine glass", "people")]
    [True, False, False, True, False]
    """
    plain = class_of(name)
    last = folded(name).split()[-1:]
    return bool(last) and last[0] not in _MANY and (plain in _THINGS or kind_of(plain) is not Kind.THING)


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

    >>> pointing("The woman in jeans.", "woman"), pointing("shirt of the woman", "woman")
    ('woman in jeans', None)
    """
    plain = _ARTICLE.sub("", neutralise(expression).strip(" .,;!"))
    words = _words(plain)
    if not 0 < len(words) <= _LONGEST or "?" in plain:
        return None
    head = list(takewhile(lambda word: word not in _BEHIND, words))
    if names(noun).isdisjoint(head):
        return None
    return plain if not any(_SAYS.fullmatch(word) for word in head) else None


def distinct(expressions: Iterable[str]) -> tuple[str, ...]:
    """Expressions that differ in more than case, in their order."""
    return tuple({folded(text): text for text in reversed(list(expressions))}.values())[::-1]


def _words(text: str) -> Sequence[str]:
    return _WORD.findall(folded(text))
