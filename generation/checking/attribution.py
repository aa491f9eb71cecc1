"""Names beside the citation of somebody else."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generation.answer import Finding, FindingKind
from generation.checking.citations import Mark
from generation.checking.naming import Mention, is_named, mentions_of, runs_of, words_of
from generation.checking.statements import Marked, Statement
from generation.context import Context, Entry

# Behind one of these a name says where or whose another thing is: "the dog beside Ann [2]".
_RELATION = re.compile(
    r"\b(?:to|of|with|beside|besides|near|behind|by|from|for|against|than|like|between|around|over|under"
    r"|above|below|towards?|opposite|alongside|at|on|in|into|after|before|about|that|whom?|which|whose)\s+$",
    re.IGNORECASE,
)
# "She is not Ann [2]" says nothing of Ann.
_DENIAL = re.compile(
    r"(?:\bnot|n['\u2019]t|\bnever|\bneither|\bnor)\s+(?:actually |really )?$", re.IGNORECASE
)
_LISTED = re.compile(r"\s*(?:,|,?\s*(?:and|or))\s*", re.IGNORECASE)
_PEOPLE = r"person|people|man|men|woman|women|boy|girl|child|guy|lady|gentleman|individual"
_PRONOUNS = r"he|she|him|her|it|they|them|who"
# "Ann is the woman", "Ann, the woman" call her that; "Ann looks at the woman" speaks of somebody else.
_OTHER = r"(?<!\bis )(?<!\bwas )(?<!\bas )(?<!, )\b(?:the|an?|another|other|his|her|their) (?:[\w-]+ ){0,3}?"
_OTHER_PERSON = re.compile(rf"{_OTHER}(?:{_PEOPLE})\b|\b(?:{_PRONOUNS})\W*$", re.IGNORECASE)
_ANY_PERSON = re.compile(rf"\b(?:{_PEOPLE}|{_PRONOUNS})\b", re.IGNORECASE)
_LIST_MARK = re.compile(r"\s*(?:[-*\u2022]\s*|\d{1,2}[.)]\s*)?")


@dataclass(frozen=True, slots=True)
class _Span:
    """What stands between one citation and the next, which cites it."""

    start: int
    group: Mark
    entries: tuple[Entry, ...]  # those that the citation means
    context: Context

    @property
    def end(self) -> int:
        return self.group.start


def misattributed(marked: Marked, context: Context) -> list[Finding]:
    """A finding for each name of an entry to which only the citation of another entry belongs."""
    if not marked.marks:
        return []
    people = [(entry, words_of(entry.name)) for entry in context.entries]
    runs = list(runs_of(marked.plain))
    starts = [run[0].start for run in runs]
    found = []
    for span in _spans(marked, context):
        inside = runs[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        mentions = [mention for run in inside for mention in mentions_of(run, people)]
        wrong = _wrong(mentions, span, marked.plain)
        if wrong is not None:
            found.append(_finding(wrong, span, marked.text))
    return found


def _spans(marked: Marked, context: Context) -> Iterator[_Span]:
    by_number = {entry.k: entry for entry in context.entries}
    starts = frozenset(mark.start for mark in marked.marks)
    for statement in marked.statements:
        if _leads(statement, marked.plain, starts):
            continue
        start = statement.start
        for group in statement.groups:
            entries = tuple(by_number[number] for number in group.numbers if number in by_number)
            if entries:
                yield _Span(start, group, entries, context)
            start = group.end


def _leads(statement: Statement, plain: str, starts: frozenset[int]) -> bool:
    """Whether the line begins with a mark, as in a list of entries: "[1] Ann paints. [2] Bob sings."."""
    head = _LIST_MARK.match(plain, plain.rfind("\n", 0, statement.start) + 1)
    return head is not None and not starts.isdisjoint(range(head.start(), head.end() + 1))


def _wrong(mentions: Sequence[Mention], span: _Span, plain: str) -> Mention | None:
    """The name nearest to the citation that it wrongs; None where one of the names may stand there."""
    numbers = frozenset(span.group.numbers)
    sure = [mention for mention in mentions if mention.sure]
    if not sure or any(mention.ks & numbers for mention in mentions):
        return None
    names = [plain[mention.first.start : mention.last.end] for mention in sure]
    if any(is_named(name, _told(entry)) for entry in span.entries for name in names):
        return None
    attached = [mention for mention in sure if _is_attached(mention, mentions, span, plain)]
    return attached[-1] if attached else None


def _told(entry: Entry) -> str:
    return f"{entry.name} {entry.text}"


def _is_attached(mention: Mention, mentions: Sequence[Mention], span: _Span, plain: str) -> bool:
    """Whether the citation is about a name itself, and not about something beside it."""
    if mention.last.possessive:
        return False
    before = plain[span.start : _start_of_list(mention, mentions, plain)]
    if _DENIAL.search(before):
        return False
    behind = plain[mention.last.end : span.end]
    if _RELATION.search(before):
        other = _ANY_PERSON.search(before) or _has_noun(before, span) or _has_noun(behind, span)
        return not other and (not behind.strip(" ,)") or _is_called(mention, span, behind))
    return not _OTHER_PERSON.search(behind) and not _has_noun(behind, span)


def _is_called(mention: Mention, span: _Span, behind: str) -> bool:
    """Whether what follows says what the named one is: "with Bella, his old dog"."""
    own = [entry.noun for entry in span.context.entries if entry.k in mention.ks]
    return any(is_named(noun, behind) for noun in own if noun.strip())


def _start_of_list(mention: Mention, mentions: Sequence[Mention], plain: str) -> int:
    """Where "Ann, Bob and Cleo" begins, for any of them."""
    start = mention.first.start
    for earlier in reversed(mentions):
        if earlier.last.end <= start and _LISTED.fullmatch(plain, earlier.last.end, start):
            start = earlier.first.start
    return start


def _has_noun(text: str, span: _Span) -> bool:
    """Whether a text speaks of the cited entry by what it is: "the dog"."""
    things = [entry.noun for entry in span.entries if not _ANY_PERSON.fullmatch(entry.noun)]
    return any(is_named(noun, text) for noun in things if noun.strip())


def _finding(mention: Mention, span: _Span, text: str) -> Finding:
    name = " ".join(text[mention.first.start : mention.last.end].split())
    cited = " ".join(text[span.group.start : span.group.end].split())
    message = f"{name} is [{min(mention.ks)}], but {cited} is cited here."
    return Finding(FindingKind.WRONG_ENTRY, mention.first.start, mention.last.end, message)
