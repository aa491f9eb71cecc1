"""What a model's reply must keep to; a piece that breaks a rule is left out and counted by that rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from generation.folding import folded
from generation.neutral import neutralise
from generation.terms import terms

_NUMBER_OR_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][^\W\d_]+|\d+")
_GENERIC = frozenset({"person", "man", "woman", "boy", "girl", "dog", "cat", "animal"})


class Rule(StrEnum):
    """A rule; the value is its name in counts."""

    NO_JSON = "no_json"
    REFUSAL = "refusal"
    EMPTY = "empty"
    CUT_OFF = "cut_off"
    WITHHELD = "withheld"
    SERVER_REFUSED = "server_refused"
    BAD_FIELD = "bad_field"
    UNCLEAN = "unclean"
    NAME_START = "name_start"
    NAME_MISSING = "name_missing"
    LENGTH = "length"
    LOOKS_TOLD = "looks_told"
    TOLD_TWICE = "told_twice"
    NOT_IN_TEXT = "not_in_text"
    UNKNOWN_FACT = "unknown_fact"
    NO_SUBJECT = "no_subject"
    NO_QUESTION = "no_question"
    ANSWER_WITHOUT_FACT = "answer_without_fact"
    ANSWER_IN_QUESTION = "answer_in_question"
    ANSWER_UNSUPPORTED = "answer_unsupported"
    NAME_LEAKED = "name_leaked"
    WITHOUT_FACT = "expression_without_fact"
    TOPIC_TOLD = "topic_told"
    NO_REFUSAL = "no_refusal"
    ENTRY_MISSING = "entry_missing"
    CITED_EARLY = "cited_early"
    UNSUPPORTED = "unsupported"
    CHANGED = "changed"
    CITATION_MISSING = "citation_missing"
    CITATION_UNKNOWN = "citation_unknown"
    CITATION_WRONG = "citation_wrong"
    AMBIGUOUS = "ambiguous"


TOLD: dict[Rule, str] = {
    Rule.NO_JSON: "a reply holds a JSON object with the field that was asked for, fenced or not",
    Rule.REFUSAL: "a reply is no refusal",
    Rule.EMPTY: "a reply is not empty",
    Rule.CUT_OFF: "a reply without its JSON was not cut off at the longest length",
    Rule.WITHHELD: "the model's provider did not withhold the reply",
    Rule.SERVER_REFUSED: "the server took the call (asked again by the next run)",
    Rule.BAD_FIELD: "each piece has the fields that were asked for, as texts that are not empty",
    Rule.UNCLEAN: "a text has no brackets, special tokens, citation marks or role markers",
    Rule.NAME_START: "a written context's name begins as asked; each split has beginnings of its own",
    Rule.NAME_MISSING: "a written context says the name that it gives",
    Rule.LENGTH: "a written context has 15 to 160 words",
    Rule.LOOKS_TOLD: "a written context tells nothing of clothes, colours or hair",
    Rule.TOLD_TWICE: "no two written contexts have the same text",
    Rule.NOT_IN_TEXT: "an extracted fact stands word for word in its context or expression",
    Rule.UNKNOWN_FACT: "a question or expression is about an extracted fact",
    Rule.NO_SUBJECT: "a question says 'the CLASS' exactly once, an expression begins with it",
    Rule.NO_QUESTION: "a question is one sentence that ends with a question mark",
    Rule.ANSWER_WITHOUT_FACT: "an answer says its fact word for word",
    Rule.ANSWER_IN_QUESTION: "a question, also with the expression put in, does not say the answer",
    Rule.ANSWER_UNSUPPORTED: "numbers and names of an answer stand in the context or expression",
    Rule.NAME_LEAKED: "a question that points by looks has no name of any entry of the photo",
    Rule.WITHOUT_FACT: "an expression by context says at least half of its fact's words",
    Rule.TOPIC_TOLD: "what is asked as unanswerable is told by no word of the context and no fact",
    Rule.NO_REFUSAL: "an answer to it says only that there is none",
    Rule.ENTRY_MISSING: "a description names every entry",
    Rule.CITED_EARLY: "a description that was asked for without citations has none",
    Rule.UNSUPPORTED: "three quarters of a description's claims are in an entry or expression (RCIDScore)",
    Rule.CHANGED: "a description with citations is the same text without them",
    Rule.CITATION_MISSING: "it cites every entry",
    Rule.CITATION_UNKNOWN: "it cites no entry that there is not",
    Rule.CITATION_WRONG: "a citation is of the entry that is named or told with it (RCIDScore's consistency)",
    Rule.AMBIGUOUS: "an expression by context fits no other entry of the photo",
}


class BrokenRuleError(Exception):
    """A text that breaks a rule; `why` is for the model, which is asked again."""

    def __init__(self, rule: Rule, why: str) -> None:
        super().__init__(why)
        self.rule, self.why = rule, why


Rejects = Counter[tuple[str, Rule]]  # by step and rule


def clean(text: str) -> str:
    """The text as one line; raise `BrokenRuleError` where it holds what only prompts hold."""
    line = " ".join(text.split())
    if "[" in line or "]" in line or neutralise(line) != line:
        raise BrokenRuleError(Rule.UNCLEAN, f"no brackets and no special characters, but got: {line[:100]}")
    return line


def says(text: str, value: str) -> bool:
    """Whether a text has a value word for word, whatever the case.

    >>> says("The dog is 12 years old.", "2 years"), says("A Teacher.", "teacher")
    (False, True)
    """
    pattern = rf"(?<!\w){re.escape(_plain(value))}(?!\w)"
    return re.search(pattern, _plain(text)) is not None


def subject_of(noun: str) -> re.Pattern[str]:
    """What finds "the woman" in a question; "the woman's" is none, for nothing can be put in its place.

    >>> subject_of("woman").findall("The woman? The woman's? the womanly?")
    ['The woman']
    """
    return re.compile(rf"\bthe {re.escape(noun)}\b(?!['\u2019])", re.IGNORECASE)


def check_question(question: str, noun: str) -> None:
    """Raise `BrokenRuleError` unless it is one question about "the `noun`"."""
    if not question.endswith("?") or question.count("?") > 1:
        raise BrokenRuleError(Rule.NO_QUESTION, "one question that ends with a question mark")
    if len(subject_of(noun).findall(question)) != 1:
        raise BrokenRuleError(Rule.NO_SUBJECT, f"'the {noun}' exactly once in each question, without 's")


def check_answer(question: str, answer: str, value: str) -> None:
    """Raise `BrokenRuleError` unless the answer says the value, and the question does not."""
    if value.casefold() not in answer.casefold() or not says(answer, value):
        raise BrokenRuleError(Rule.ANSWER_WITHOUT_FACT, f"'{value}' word for word in the answer")
    if reveals(question, value):
        raise BrokenRuleError(Rule.ANSWER_IN_QUESTION, f"'{value}' not in the question")


def check_supported(answer: str, sources: Iterable[str]) -> None:
    """Raise `BrokenRuleError` where a number or a name of the answer stands in none of the sources."""
    known = frozenset(term for source in sources for term in terms(source)) | _GENERIC
    for found in _NUMBER_OR_NAME.findall(answer):
        if not known.issuperset(terms(found)):
            raise BrokenRuleError(Rule.ANSWER_UNSUPPORTED, f"nothing that is not told, but got '{found}'")


def reveals(question: str, value: str) -> bool:
    """Whether a question says a value: word for word, or all of its words.

    >>> reveals("Where does the woman who teaches live?", "She lives in Lyon")
    False
    """
    wanted = frozenset(terms(value))
    return says(question, value) or bool(wanted and wanted <= frozenset(terms(question)))


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Which of the names a text has, in whole or one word of them."""
    said = frozenset(terms(text))
    return [name for name in names if any(term in said for term in terms(name))]


def share_said(text: str, value: str) -> float:
    """The share of a value's words that a text has; 0 where it has no words."""
    wanted = frozenset(terms(value))
    return len(wanted & frozenset(terms(text))) / len(wanted) if wanted else 0.0


@lru_cache(maxsize=2**14)  # texts of the pool are compared again and again
def _plain(text: str) -> str:
    return " ".join(folded(text).split())
