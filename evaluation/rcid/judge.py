"""Who decides what a text entails: by default words, numbers and dates; the protocol is open to models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evaluation.rcid.claims import Claim
from generation.checking.claims import Facts
from generation.checking.claims import claims_of as numbers_of
from generation.context import Context, Entry
from generation.passages import passages
from generation.terms import terms

# Of a claim's words, the share that a text must have to entail it.
_ENTAILS = 0.75
# Of a fact's words, the share that one claim must have to mention it, and how many are enough in a long one.
_MENTIONS, _ENOUGH = 0.5, 4
# A claim of which nothing is left without these words is about what is seen.
_SEEN = frozenset(
    terms(
        """left right middle centre center far second third fourth front background foreground beside next
        stands standing sits sitting seated smiling smiles smile wearing wears wear holding holds looking
        looks posing poses photo picture image scene portrait camera person people man woman frame wall
        behind red blue green yellow purple orange white black grey gray brown dark light hair glasses
        suit tie shirt jacket dress hat beard moustache hand hands face flag group here see seen shows
        show shown visible named called there"""
    )
)


@dataclass(frozen=True, slots=True)
class Entailment:
    """What the texts say to a claim."""

    contextual: bool  # it claims something that only a text can tell
    by: frozenset[int]  # the entries whose text entails it


class Judge(Protocol):
    """Decides what texts entail and what a description mentions."""

    @property
    def name(self) -> str:
        """A short word for reports."""

    def entailed(self, claims: Sequence[Claim], context: Context) -> list[Entailment]:
        """For each claim the entries that entail it."""

    def mentioned(self, facts: Sequence[str], claims: Sequence[Claim], context: Context) -> list[bool]:
        """For each fact whether a claim mentions it, whoever that claim is about."""


class WordJudge:
    """Decides by words, numbers and dates, without a model; it cannot see paraphrases."""

    name = "words"

    def entailed(self, claims: Sequence[Claim], context: Context) -> list[Entailment]:
        """A text entails a claim if it has its numbers and dates and most of its other words."""
        read = [_Read.of(entry) for entry in context.entries]
        names = _name_terms(context)
        return [_entailment(claim, read, names) for claim in claims]

    def mentioned(self, facts: Sequence[str], claims: Sequence[Claim], context: Context) -> list[bool]:
        """A claim mentions a fact if it has half of its words, or four of a long one."""
        names = _name_terms(context)
        said = [frozenset(terms(claim.text)) - names for claim in claims]
        return [_is_mentioned(frozenset(terms(fact)) - names, said) for fact in facts]


def facts_of(entry: Entry) -> tuple[str, ...]:
    """What an entry tells, clause by clause."""
    return passages(entry.text)


@dataclass(frozen=True, slots=True)
class _Read:
    """The text of an entry as it is compared."""

    k: int
    words: frozenset[str]
    facts: Facts

    @classmethod
    def of(cls, entry: Entry) -> _Read:
        text = f"{entry.name}. {entry.noun}. {entry.text}"
        return cls(entry.k, frozenset(terms(text)), Facts.of(text))


def _entailment(claim: Claim, read: Sequence[_Read], names: frozenset[str]) -> Entailment:
    numbers = [number for number in numbers_of(claim.text) if not number.count]
    words = frozenset(terms(claim.text)) - names - _SEEN
    if not words and not numbers:  # a name and a place: only whose name it is can be wrong
        return Entailment(bool(claim.named), claim.named)
    by = frozenset(
        one.k
        for one in read
        if all(one.facts.support(number) for number in numbers) and _share(words, one.words) >= _ENTAILS
    )
    return Entailment(bool(by or claim.tied or numbers), by)


def _name_terms(context: Context) -> frozenset[str]:
    return frozenset(term for entry in context.entries for term in terms(entry.name))


def _share(wanted: frozenset[str], found: frozenset[str]) -> float:
    return len(wanted & found) / len(wanted) if wanted else 1.0


def _is_mentioned(fact: frozenset[str], said: Sequence[frozenset[str]]) -> bool:
    if not fact:
        return False
    needed = min(_ENOUGH, _MENTIONS * len(fact))
    return any(len(fact & words) >= needed for words in said)
