"""What can be asked about somebody or something, and a value that a text states."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import StrEnum

from generation.folding import folded, word_set

# Words that many names of schools share: they tell none of them apart.
_SHARED_WORDS = word_set("university college school of the at law institute academy and state high")


class Topic(StrEnum):
    """What a question asks for."""

    NAME = "name"
    BIRTHPLACE = "birthplace"
    BIRTH_DATE = "birth date"
    HIGH_SCHOOL = "high school"
    BACHELOR = "bachelor's degree"
    BACHELOR_YEAR = "year of the bachelor's degree"
    LAW = "law degree"
    LAW_YEAR = "year of the law degree"
    MASTER = "master's degree"
    MILITARY = "military service"
    MAYOR = "mayor"
    STATE_SENATE = "state senate"
    STATE_HOUSE = "state house"
    CONGRESS = "in Congress since"
    PARTY = "party"
    STATE = "state"
    HOBBY = "hobby"  # no Bioguide biography tells it: unanswerable always
    PET = "pet"
    OWNER = "owner"
    PROFESSION = "profession of the owner"
    BOUGHT_IN = "place of purchase"
    BOUGHT = "year of purchase"
    EARLIEST = "earliest purchase"  # told by comparing years
    PRICE = "price"
    KEPT = "where it is kept"
    REPAIRED = "year of the repair"
    MAKER = "maker"  # no story tells it
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Fact:
    """One value that a biography states once, in one clause."""

    topic: Topic
    value: str  # as an option may say it
    key: str  # words without which no biography states the same

    def __post_init__(self) -> None:
        if not self.value.strip() or not self.key.strip():
            raise ValueError(f"A fact needs a value and a key, but got {self}")


def mentions(biography: str, fact: Fact) -> bool:
    """Whether a biography may state the same: one of its clauses has all telling words of the key."""
    wanted = telling(fact.key)
    return any(wanted <= words_of(clause) for clause in html.unescape(biography).split(";"))


def telling(value: str) -> frozenset[str]:
    """The words that tell a value from others of its kind.

    >>> sorted(telling("Harvard University Law School"))
    ['harvard']
    """
    return words_of(value) - _SHARED_WORDS or words_of(value)


def words_of(text: str) -> frozenset[str]:
    """The words and numbers of a text, case and accents aside."""
    return frozenset(re.findall(r"\w+", folded(text)))
