"""The words of the drawn world, and which of what is made of them belongs to which split."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from random import Random
from typing import TypeVar

from training.dataset.folder import Split

# By name as (red, green, blue); far enough from each other, and from every background, to be told apart.
COLOURS = {
    "red": (214, 39, 40),
    "blue": (31, 87, 214),
    "green": (24, 140, 50),
    "yellow": (247, 212, 32),
    "orange": (247, 130, 20),
    "purple": (130, 50, 170),
    "pink": (250, 140, 190),
    "black": (25, 25, 25),
    "white": (250, 250, 250),
    "brown": (120, 72, 36),
}
HATS = ("cap", "top hat", "woolly hat")
PATTERNS = ("plain", "striped", "dotted")
PLACES = ("beach", "meadow", "street", "room", "snow field")

_STARTS = """
    Ba Be Bo Da De Di Do El Fa Fe Ga Ha Ja Jo Ka Ke Ko La Le Li Lo Ma Me Mi Mo Na Ne No Pa Pe Ra Re
    Ri Ro Sa Se So Ta Te Ti To Va Ve Vi Wa We Yo Za Ze
""".split()  # noqa: SIM905
_MIDDLES = """
    bi da do fa ga ka la le li lo ma mi mo na ni no ra re ri ro sa se ta te ti to va vi
""".split()  # noqa: SIM905
_ENDS = """
    l la lo m n na ne nor ra ri s sa ta tha th ven vin x
""".split()  # noqa: SIM905
_TOWN_ENDS = """
    bach berg brook burg dale dorf field ford ham haven mouth port stead ton ville wick
""".split()  # noqa: SIM905
_GOODS = """
    apple barrel basket bell boat book bread bridge broom button candle carpet chair cheese clock
    coat cup door drum flag flower flute garden glass glove harp honey kite ladder lamp letter map
    mirror paper pearl piano pipe plum pot quilt rope rose saddle sail salt shell shoe silk spoon
    stamp stone sword tea tile toy tree violin wagon watch wheel wine wool
""".split()  # noqa: SIM905
_TRADES = """
    buyer carrier cleaner dealer designer finder maker mender painter seller teacher tester
""".split()  # noqa: SIM905
_DOING = """
    collecting counting drawing filming painting photographing polishing repairing sorting
""".split()  # noqa: SIM905
_DISHES = """
    broth cake dumplings jam pancakes pie pudding salad soup stew
""".split()  # noqa: SIM905
_MONTHS = """
    January February March April May June July August September October November December
""".split()  # noqa: SIM905

_ARTICLE = re.compile(r"\b([Aa])(?= [aeiou])")  # none of these words begins otherwise than it is written
_Made = TypeVar("_Made")
# Of ten, how many go to training and to validation; the rest is for the test.
_TRAIN, _VALIDATION = 7, 1


def split_of(text: str) -> Split:
    """The split that a made word or a combination belongs to: it occurs in no other.

    >>> {split_of(f"Ba{end}") for end in "abcdefghijklmnop"} == set(Split)
    True
    """
    place = zlib.crc32(text.encode()) // 7 % 10
    if place < _TRAIN:
        return Split.TRAIN
    return Split.VALIDATION if place < _TRAIN + _VALIDATION else Split.TEST


def with_articles(text: str) -> str:
    """A text whose words have the articles that they take.

    >>> with_articles("Sela is a umbrella in a orange shirt, and a cap.")
    'Sela is an umbrella in an orange shirt, and a cap.'
    """
    return _ARTICLE.sub(r"\1n", text)


class Vocabulary:
    """Makes words for one split, of parts that all splits share."""

    def __init__(self, split: Split, chance: Random, wording: Split | None = None) -> None:
        self.split = split
        self.wording = wording or split  # whose sentences are said; names, facts and looks are its own
        self.chance = chance

    def own(self, make: Callable[[], _Made], told: Callable[[_Made], str]) -> _Made:
        """What `make` gives, tried until it belongs to this split; `told` is its text."""
        while True:
            made = make()
            if split_of(told(made)) is self.split:
                return made

    def first_name(self) -> str:
        """One of some 25,000 names."""
        return self._word(lambda: self._of(_STARTS) + self._of(_MIDDLES) + self._of(_ENDS))

    def full_name(self) -> str:
        """A first name and a surname."""
        return f"{self.first_name()} {self.first_name()}"

    def town(self) -> str:
        """One of some 20,000 towns."""
        return self._word(lambda: self._of(_STARTS) + self._of(_MIDDLES) + self._of(_TOWN_ENDS))

    def job(self) -> str:
        """One of some 700 jobs."""
        return self._word(lambda: f"{self._of(_GOODS)} {self._of(_TRADES)}")

    def hobby(self) -> str:
        """One of some 500 hobbies."""
        return self._word(lambda: f"{self._of(_DOING)} {self._of(_GOODS)}s")

    def dish(self) -> str:
        """One of some 600 dishes; some are odd."""
        return self._word(lambda: f"{self._of(_GOODS)} {self._of(_DISHES)}")

    def day(self) -> str:
        """One of some 40,000 days."""
        return self._word(
            lambda: f"{self.chance.randint(1, 28)} {self._of(_MONTHS)} {self.chance.randint(1900, 2019)}"
        )

    def price(self) -> str:
        """One of some 1,000 prices."""
        return self._word(lambda: f"{self.chance.randint(2, 999)} coins")

    def _word(self, make: Callable[[], str]) -> str:
        return self.own(make, str)

    def _of(self, words: list[str]) -> str:
        return self.chance.choice(words)
