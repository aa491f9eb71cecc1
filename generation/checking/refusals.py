"""Sentences that say that a question cannot be answered, as the tuned model, the reader and others put it."""

from __future__ import annotations

import re

from generation.checking.statements import Marked, Statement

_PHOTO = r"(?:image|photo|picture|photograph|scene)"
_SOURCE = (
    r"(?:descriptions?|contexts?|information|biograph(?:y|ies)|texts?|entr(?:y|ies)|gallery|passages?"
    r"|details|labels?|documents?|profiles?|data|captions?)"
)
_ARE_NOT = r"(?:is|are|was|were)(?: not|n['\u2019]t)"
_DO_NOT = r"(?:do|does|did)(?: not|n['\u2019]t)"
_CANNOT = r"(?:cannot|can not|can['\u2019]t|could(?: not|n['\u2019]t))"
_TELL = (
    r"(?:say|mention|provide|contain|specify|include|state|give|tell|describe|indicate|reveal|list|offer"
    r"|discuss|cover|have (?:any )?information)"
)
_TOLD = r"(?:mentioned|specified|stated|provided|given|described|indicated|disclosed|included|available)"
_SAY = (
    r"(?:identify|recogni[sz]e|determine|tell|say|answer|provide|assist|help(?! but\b)|name|confirm|comply"
    r"|know|find any|see|discuss|fulfil)"
)
_SHOWN = r"(?:present|shown|visible|depicted|seen|featured|recogni[sz]ed|identified|named|part of)"
_QUESTION = r"(?:who|what|where|when|whether|if|how|from|which|why)"
_LEAD = re.compile(
    r"[\s\"'“(*-]*(?:(?:i['\u2019]?m|i am|we['\u2019]re) (?:really |very |so )?(?:sorry|afraid)|sorry"
    r"|unfortunately|no|however|as an ai(?: \w+){0,3}|apologies|i apologi[sz]e"
    rf"|(?:based on|according to|from|given|in) the (?:[\w-]+ ){{0,4}}(?:{_SOURCE}|{_PHOTO})"
    r"(?: (?:provided|given|above|and the (?:[\w-]+ ){0,2}\w+))?)"
    r"\b[\s,.!:;-]*(?:but |that )?(?:it (?:seems|appears) that )?",
    re.IGNORECASE,
)
# What follows one of these is said in passing.
_PASSING = re.compile(
    r"(?:although|though|even|while|whereas|if|since|because|as|when|where|despite)\b", re.IGNORECASE
)
# Whom or what a sentence is about: few words, or a noun with a clause of its own.
_ABOUT = (
    r"(?:(?:[\w.,'\u2019\"\u201c\u201d-]+ ){1,6}"
    r"|(?:the|that|this|a|an|his|her|their|no) (?:[\w-]+ ){1,3}"
    r"(?:who|which|that|named|called|known|with|wearing|of|from|in|mentioned|described)\b[^,;]*? )"
)
_REFUSING = (
    rf"(?:(?:the|this|that|your) question )?(?:{_CANNOT} be (?:answer|determin)ed|is unanswerable)\b",
    rf"(?:it|this|that) {_CANNOT} be (?:answered|determined|said|told|known)\b",
    r"(?:unanswerable|not answerable|not specified|not mentioned|not stated|n/a)\W*$",
    rf"(?:[\w-]+ ){{0,4}}{_SOURCE}(?: [^,;.]{{1,60}})? {_DO_NOT} (?:\w+ )?{_TELL}\b",
    rf"the {_PHOTO} {_DO_NOT} {_TELL} (?:\w+ ){{0,2}}(?:information|details)\b",
    r"there(?: is|['\u2019]s| are|['\u2019]re)(?: no|n['\u2019]t any| not any) (?:[\w-]+ ){0,2}"
    r"(?:information|mention|details?|data|indication|description|evidence) "
    r"(?:about|on|of|for|regarding|concerning|in|available|given|provided|to|that|as|which|whether|here)\b",
    r"(?:there(?: is|['\u2019]s)(?: not|n['\u2019]t) |not )enough (?:information|context|details?)\b",
    r"no (?:[\w-]+ )?(?:information|details?)"
    r" (?:about|on|is|are|was|regarding|concerning|available|given)\b",
    r"it(?: is|['\u2019]s)(?: not|n['\u2019]t) (?:possible|stated|mentioned|specified)\b",
    rf"it(?: is|['\u2019]s) (?:impossible|(?:not clear|not known|unclear|unknown)(?:\W*$|,? {_QUESTION}\b))",
    rf"(?:i|we) (?:{_CANNOT}|(?:do|will)(?: not|n['\u2019]t)|won['\u2019]t) {_SAY}\b",
    r"(?:i['\u2019]m|i am|we are|we['\u2019]re) (?:not able|unable) to\b",
    rf"{_ABOUT}(?:is|are|was|were) (?:unknown|unclear|not known)\W*$",
    rf"{_ABOUT}(?<!that )(?<!which )(?<!who ){_ARE_NOT} (?:actually |clearly )?"
    rf"(?:(?:{_SHOWN} )*(?:in|of|on)? ?(?:the|this) (?:given |provided )?{_PHOTO}|recogni[sz]ed|identified)"
    r"\W*(?:,? so\b.*)?$",
    rf"{_ABOUT}{_ARE_NOT} (?:explicitly |specifically )?{_TOLD}"
    r"(?:\W*$| (?:in the|in this|by|anywhere|here|for)\b)",
    # The reader's own.
    r"nobody in this photo has (?:a (?:sure )?match|the number)\b",
    r"nobody was found .* in this photo\W*$",
    r"(?:no face|nobody and nothing known) was found in this photo\b",
    r"the person .* is unknown: no (?:sure )?match\b",
    r"what (?:was given|is known) does not say this\b",
    r"the reader understands questions in english only\b",
)
_REFUSAL = re.compile("|".join(f"(?:{pattern})" for pattern in _REFUSING), re.IGNORECASE)


def refusals_of(marked: Marked) -> tuple[Statement, ...]:
    """The statements of an answer that say that something cannot be answered."""
    return tuple(
        statement
        for statement in marked.statements
        if _refuses(marked.plain[statement.start : statement.end])
    )


def is_refusal(text: str) -> bool:
    """Whether an answer says that the question cannot be answered, and cites nothing for anything else.

    >>> is_refusal("Cannot be answered. The description does not mention her health.")
    True
    """
    marked = Marked.of(text)
    refusing = refusals_of(marked)
    return bool(refusing) and (not marked.marks or len(refusing) == len(marked.statements))


def _refuses(statement: str) -> bool:
    said = " ".join(statement.split()).lstrip("\"'“(*- ")
    while not _REFUSAL.match(said):
        lead = _LEAD.match(said)
        if lead is None:
            return False
        said = said[lead.end() :]
    return _PASSING.match(said) is None
