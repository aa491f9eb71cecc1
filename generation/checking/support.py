"""Numbers and dates of an answer that nothing cited holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from generation.answer import Finding, FindingKind
from generation.checking.citations import without_spans
from generation.checking.claims import Claim, Facts, claims_of
from generation.checking.number_words import number_words_of
from generation.checking.statements import Marked, Statement
from generation.context import Context

# Numbers that state nothing: places "(755,417)" and numbers of a list.
_ASIDE = re.compile(
    r"\(\s*\d{1,4}\s*,\s*\d{1,4}\s*(?:,\s*\d{1,4}\s*,\s*\d{1,4}\s*)?\)|^[ \t]*\d{1,3}[.)](?=\s)", re.MULTILINE
)
_CUT_OFF = re.compile(r"[\s,.]*(?:…|\.\.\.)")
_FROM_SIDE = re.compile(r"\s+(?:\w+\s+)?from the (?:left|right)\b", re.IGNORECASE)
# A number of fewer characters may be the day of a date, or a part of another number.
_SURE = 4
_LONGEST = 40  # characters of a number or date; longer ones would be looked for without end
_JOINED_BEFORE = re.compile(r"[\w.,]")
_JOINED_BEHIND = re.compile(r"\w|[.,]\d")


class _Sources:
    """The facts of the entries of a photo, read when they are first needed."""

    def __init__(self, context: Context) -> None:
        self._texts = {e.k: f"{e.name}. {e.noun}. {e.text}" for e in context.entries}
        self._facts: dict[int, Facts] = {}
        self._words: dict[int, frozenset[Decimal]] = {}

    def existing(self, ks: Collection[int]) -> list[int]:
        """Those of some numbers that an entry has, in order."""
        return [k for k in self._texts if k in ks]

    def others(self, ks: Collection[int]) -> list[int]:
        """All entries but some."""
        return [k for k in self._texts if k not in ks]

    def holds(self, k: int, claim: Claim, said: str) -> bool:
        """Whether an entry holds a claim that an answer makes in the words `said`."""
        if self.quotes(k, said):
            return True
        if k not in self._facts:
            self._facts[k] = Facts.of(self._texts[k])
        if self._facts[k].support(claim):
            return True
        if k not in self._words:
            values = (value for _, _, value in number_words_of(self._texts[k]))
            self._words[k] = frozenset(map(Decimal, values))
        return any(reading in self._words[k] for reading in claim.readings)

    def quotes(self, k: int, said: str) -> bool:
        """Whether an entry has the very words of a year or a date; quicker than to read all its facts."""
        text = self._texts[k]
        at = text.find(said) if _SURE <= len(said) <= _LONGEST and said[-1].isdigit() else -1
        while at >= 0:
            before, behind = text[max(at - 1, 0) : at], text[at + len(said) : at + len(said) + 2]
            if not _JOINED_BEFORE.match(before) and not _JOINED_BEHIND.match(behind):
                return True
            at = text.find(said, at + 1)
        return False


def unsupported(marked: Marked, context: Context, refusals: Collection[Statement]) -> list[Finding]:
    """A finding for each number or date that no entry holds that its statement cites.

    A statement without a citation may rest on any entry that the answer cites. Counts up to ten, counts of
    the people in the photo, and numbers in a refusal need no source.
    """
    claims = [claim for claim in _claims(marked.plain) if not _is_counted(claim, context, marked.plain)]
    if not claims:
        return []
    sources = _Sources(context)
    everywhere = frozenset(number for mark in marked.marks for number in mark.numbers)
    found = []
    for claim, statement in _placed(claims, marked.statements):
        if statement in refusals:
            continue
        cited = sources.existing(statement.sources(claim.start) or everywhere)
        said = marked.text[claim.start : claim.end]
        if not any(sources.holds(k, claim, said) for k in cited):
            found.append(_finding(claim, cited, sources, marked.text))
    return found


def _claims(plain: str) -> Iterator[Claim]:
    stated = without_spans(plain, [match.span() for match in _ASIDE.finditer(plain)])
    return (claim for claim in claims_of(stated) if not claim.count and not _CUT_OFF.match(plain, claim.end))


def _is_counted(claim: Claim, context: Context, plain: str) -> bool:
    """Whether a claim is one that the photo itself tells: how many people, which from the left."""
    known, unknown = len(context.entries), len(context.unknown_people)
    if claim.readings[0] in (Decimal(known), Decimal(unknown), Decimal(known + unknown)):
        return True
    return _FROM_SIDE.match(plain, claim.end) is not None


def _placed(claims: Sequence[Claim], statements: Sequence[Statement]) -> Iterator[tuple[Claim, Statement]]:
    """Each claim with the statement that it is part of; both are in the order of the text."""
    left = iter(statements)
    statement = next(left)
    for claim in claims:
        while claim.start >= statement.end:
            statement = next(left)
        yield claim, statement


def _finding(claim: Claim, cited: Sequence[int], sources: _Sources, text: str) -> Finding:
    said = " ".join(text[claim.start : claim.end].split())
    elsewhere = [k for k in sources.others(cited) if sources.quotes(k, said)]
    missing = f"{said} is not in {_listed(cited)}" if cited else f"Nothing is cited for {said}"
    hint = "it needs no source only if the photo itself shows it"
    if elsewhere:
        hint = f"{_listed(elsewhere)} {'has' if len(elsewhere) == 1 else 'have'} it"
    cited_here = "which is cited here" if len(cited) == 1 else "which are cited here"
    message = f"{missing}, {cited_here}." if cited and not elsewhere else f"{missing}; {hint}."
    return Finding(FindingKind.UNSUPPORTED, claim.start, claim.end, message)


def _listed(ks: Sequence[int]) -> str:
    return ", ".join(f"[{k}]" for k in ks)
