"""Questions that ask for no single fact: for a whole life, for a number of people, for the unknown."""

from __future__ import annotations

import re
from enum import StrEnum

from generation.extractive.mentions import Scope
from generation.folding import folded
from generation.ranking import Query


class Intent(StrEnum):
    """What a question wants."""

    FACT = "fact"
    DESCRIPTION = "description"  # who is there
    OVERVIEW = "overview"  # what is known about somebody, in general
    COUNT = "count"  # how many people there are
    UNKNOWN = "unknown"  # who is not recognised


_OVERVIEW = re.compile(
    r"\b(?:tell|say|know|learn|read|hear)\b(?=.*\babout\b)"
    r"|\bwhat (?:else )?(?:do|can) (?:you|we) (?:know|say|tell)\b"
    r"|\bsummar\w+(?: of)?(?: (?:his|her|their|the|this))?(?: (?:careers?|life|lives))?\b"
    r"|\b(?:biograph(?:y|ies)|bios?|overviews?|backgrounds?|life stor(?:y|ies))\b"
    r"|(?<!most )\b(?:famous|well[- ]known|important|notable|noteworthy|interesting|special)\b|\bintroduce\b",
    re.IGNORECASE,
)
# Words beside such a request that ask for nothing more.
_ABOUT = re.compile(
    r"\b(?:something|anything|everything|short|brief|quick|little|bit|politicians?|individuals?|lot|details?"
    r"|write|let|gallery|full|whole|life|entire)\b",
    re.IGNORECASE,
)
_PHOTO = re.compile(r"\b(?:photo|picture|image|scene)(?:graph)?s?\b", re.IGNORECASE)
_COUNT = re.compile(
    r"\bhow many (?:(?:\w+ )?(?:people|persons?|faces?|individuals?|of them)|are|can you|do you)\b"
    r"|\b(?:number|count) (?:of )?(?:the )?(?:people|persons|faces)\b",
    re.IGNORECASE,
)
_RECOGNISED = r"(?:recogni[sz]ed?|identif(?:y|ied)|known?|named?|matched)"
_UNKNOWN = re.compile(
    r"\b(?:unknown|unrecogni[sz]ed|unidentified|strangers?)\b"
    rf"|\b(?:not|cannot|\w+n't) (?:\w+ )?{_RECOGNISED}\b"
    r"|\b(?:who|what|and) (?:is|are|about) the (?:others?|rest)\b(?! of)"
    r"|\b(?:know|recogni[sz]e|identify) (?:everybody|everyone|them all|all of them)\b"
    rf"|\b(?:everybody|everyone) {_RECOGNISED}\b"
)


def intent_of(question: str, scope: Scope) -> Intent:
    """What the question wants of the people in its scope."""
    plain = folded(question)
    if not scope.explicit and _UNKNOWN.search(plain) and _asks_no_more(_UNKNOWN.sub(" ", folded(scope.rest))):
        return Intent.UNKNOWN
    if not scope.explicit and _COUNT.search(plain) and _asks_no_more(_COUNT.sub(" ", scope.rest)):
        return Intent.COUNT
    if (
        _OVERVIEW.search(scope.rest)
        and not _PHOTO.search(scope.rest)
        and _asks_no_more(_OVERVIEW.sub(" ", scope.rest))
    ):
        return Intent.OVERVIEW
    return Intent.DESCRIPTION if Query.of(scope.rest).empty else Intent.FACT


def _asks_no_more(rest: str) -> bool:
    return Query.of(_ABOUT.sub(" ", rest)).empty
