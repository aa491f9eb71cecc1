"""Checking an answer: citations resolved to entries, and findings about what is not supported."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.gallery import Gallery
from generation.answer import Answer, Finding, FindingKind
from generation.checking.attribution import misattributed
from generation.checking.outsiders import outsiders
from generation.checking.refusals import refusals_of
from generation.checking.statements import Marked, Statement
from generation.checking.support import unsupported
from generation.context import Context
from generation.generator import Author, Draft, Finish

_NOTHING = "The model wrote nothing."
_SHOWN = 3  # missing numbers that a finding names
_REFUSED = "The answer says that this cannot be answered."


def checked_answer(
    draft: Draft, context: Context, generator: Author, gallery: Gallery | None = None
) -> Answer:
    """The answer that a draft is; names of people who are not in the photo are looked up in `gallery`.

    What is found never changes the text. Without a gallery those names are not looked for.
    """
    marked = Marked.of(draft.text)
    cited = {number for mark in marked.marks for number in mark.numbers}
    citations = tuple(entry for entry in context.entries if entry.k in cited)
    findings = tuple(
        sorted(_findings(marked, draft, context, gallery), key=lambda found: (found.start, found.end))
    )
    return Answer(draft.text, citations, findings, generator.name, generator.note, draft.sent, draft.finish)


def _findings(marked: Marked, draft: Draft, context: Context, gallery: Gallery | None) -> Iterator[Finding]:
    if not marked.text.strip() and draft.finish is Finish.END:
        yield Finding(FindingKind.NOTHING, 0, 0, _NOTHING)
    refusals = refusals_of(marked)
    yield from (_refusal(statement, marked.text) for statement in refusals)
    # What a refusal cites it also says something about.
    refusals = tuple(statement for statement in refusals if not statement.groups)
    yield from _without_entry(marked, context)
    yield from misattributed(marked, context)
    yield from unsupported(marked, context, refusals)
    if gallery is not None:
        yield from outsiders(marked, context, gallery, refusals)


def _without_entry(marked: Marked, context: Context) -> Iterator[Finding]:
    entries = {entry.k for entry in context.entries}
    for mark in marked.marks:
        missing = [number for number in mark.numbers if number not in entries]
        if missing:
            numbers = ", ".join(f"[{number}]" for number in missing[:_SHOWN])
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            message = f"{numbers}{more} is cited, but {_there_are(len(entries))}."
            yield Finding(FindingKind.NO_ENTRY, mark.start, mark.end, message)


def _there_are(entries: int) -> str:
    if entries == 0:
        return "nothing is known about this photo"
    return "the only entry is [1]" if entries == 1 else f"the entries are [1] to [{entries}]"


def _refusal(statement: Statement, text: str) -> Finding:
    said = text[statement.start : statement.end]
    start = statement.start + len(said) - len(said.lstrip())
    return Finding(FindingKind.REFUSAL, start, start + len(said.strip()), _REFUSED)
