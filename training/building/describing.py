"""Descriptions of a photo with what is known (RCID), and the same with citations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.rcid.claims import claims_of
from evaluation.rcid.judge import WordJudge
from evaluation.rcid.score import rcid_score
from generation.context import Context, Entry
from generation.given import Given
from training.building import prompts
from training.building.contexts import Document
from training.building.replies import Steps
from training.building.rules import BrokenRuleError, Rule, clean, says
from training.building.source import Spot
from training.dataset.record import cited

# Shares of claims. Chosen without a chat model at hand: of claims in words of their own the judge of words
# takes few for told, and one in four is left to them.
LEAST_ACCURACY = 0.75
LEAST_CONSISTENCY = 0.75
_EXPRESSIONS = 2  # of each region, as the caption with its places
_MARK = re.compile(r"\s*\[[0-9]{1,3}\]")
_JUDGE = WordJudge()


@dataclass(frozen=True, slots=True)
class Described:
    """A description of a photo, and the same text with citations; None where no try gave one."""

    plain: str
    cited: str | None


def describe(
    steps: Steps, entries: Sequence[tuple[Spot, Document]], size: tuple[int, int]
) -> Described | None:
    """The descriptions of a photo whose entries are numbered in this order: two calls."""
    context = _context(entries, size)
    told = "\n".join(_told(k, spot, document) for k, (spot, document) in enumerate(entries, start=1))

    def plain(form: Mapping[str, object]) -> str:
        text = _text(form)
        if "[" in text:
            raise BrokenRuleError(Rule.CITED_EARLY, "no brackets in the description")
        for entry in context.entries:
            if not says(text, entry.name):
                raise BrokenRuleError(Rule.ENTRY_MISSING, f"'{entry.name}' in the description")
        if (rcid_score(text, context, _JUDGE).accuracy or 0.0) < LEAST_ACCURACY:
            raise BrokenRuleError(Rule.UNSUPPORTED, "nothing that neither text nor expressions tell")
        return clean(text)

    description = steps.ask("description", prompts.DESCRIPTION.format(entries=told), plain)
    if description is None:
        return None
    prompt = prompts.CITED_DESCRIPTION.format(description=description, entries=told)
    return Described(
        description,
        steps.ask("cited_description", prompt, lambda form: _cited(_text(form), description, context)),
    )


def _cited(text: str, plain: str, context: Context) -> str:
    """The text; raise `BrokenRuleError` where its citations are not right."""
    if _same(_MARK.sub("", text)) != _same(plain):
        raise BrokenRuleError(Rule.CHANGED, "the same text, with citations only")
    known, marks = {entry.k for entry in context.entries}, set(cited(text))
    if not marks <= known:
        raise BrokenRuleError(Rule.CITATION_UNKNOWN, f"citations from 1 to {len(known)}")
    if marks != known:
        raise BrokenRuleError(Rule.CITATION_MISSING, "a citation of each entry")
    wrong = [one for one in claims_of(text, context) if one.cited and one.named and not one.cited & one.named]
    if wrong or (rcid_score(text, context, _JUDGE).consistency or 0.0) < LEAST_CONSISTENCY:
        raise BrokenRuleError(Rule.CITATION_WRONG, "each citation behind what its own entry tells")
    return text


def _same(text: str) -> str:
    return re.sub(r"\s+(?=[.,;:!?])", "", " ".join(text.split()))


def _text(form: Mapping[str, object]) -> str:
    text = form.get("description")
    if not isinstance(text, str) or not text.strip():
        raise BrokenRuleError(Rule.BAD_FIELD, "'description' as a text")
    line = " ".join(text.split())
    clean(_MARK.sub("", line))
    return line


def _told(k: int, spot: Spot, document: Document) -> str:
    seen = "; ".join(f"the {text}" for text in spot.expressions[:_EXPRESSIONS])
    return f"Entry {k}, a {spot.noun}. Seen: {seen}. Text: {document.text}"


def _context(entries: Sequence[tuple[Spot, Document]], size: tuple[int, int]) -> Context:
    """The entries with what is seen of them as part of their text: a description may say both."""
    return Context(size, tuple(_entry(k, *pair) for k, pair in enumerate(entries, start=1)), ())


def _entry(k: int, spot: Spot, document: Document) -> Entry:
    text = " ".join([document.text, *(f"The {one}." for one in spot.expressions)])
    given = Given(spot.box, spot.noun, document.name, text)
    return Entry(k, given.kind, given.noun, given.name, given.text, given.box, given.box)
