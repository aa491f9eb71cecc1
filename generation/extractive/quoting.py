"""How the reader writes names, quotations and citation marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generation.context import Entry
from generation.folding import folded
from generation.neutral import NAME_LIMIT, quotable, shortened
from generation.passages import quotations

# Of the first fact in a description, in characters: about two lines.
FACT_LIMIT = 160
# How many passages stand for the whole biography.
BEGINNING_PASSAGES = 2
# Some biographies begin like a dictionary: "CASEY, Robert P. (Bob), Jr., (son of R. Casey), a Senator ..."
HEADING = re.compile(r"[^a-z;:,()]{2,40}, [^;:]{0,80}?(?:, (?=an? |the )|,? (?=\(\w+ \w))")


def name_of(entry: Entry) -> str:
    """The name as it may stand in an answer; what is given without one is "the dog"."""
    name = quotable(entry.name, limit=NAME_LIMIT)
    noun = quotable(entry.noun, limit=NAME_LIMIT) if entry.given else ""
    return name or (f"the {noun}" if noun else f"Number {entry.k}")


def listed(items: Sequence[str], *, last: str = "and") -> str:
    """Items as English enumerates them.

    >>> listed(["Ann", "Bob", "Cleo"])
    'Ann, Bob and Cleo'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def quoted(entry: Entry, quotes: Sequence[str]) -> str:
    """The name, unless the first passage begins with it, and each passage with its mark."""
    marked = "; ".join(f"{without_heading(quote)} [{entry.k}]" for quote in quotes)
    return f"{_introduction(entry, marked)}{marked}"


def first_fact(entry: Entry) -> str:
    """The name and how the biography begins, with the mark."""
    found = quotations(entry.text)
    if not found or folded(found[0]) == folded(name_of(entry)):
        return f"{name_of(entry)} [{entry.k}]"
    return quoted(entry, [shortened(without_heading(found[0]), FACT_LIMIT)])


def beginning(entry: Entry) -> str:
    """The name and the most general passages of the biography: those at its beginning."""
    found = [text for text in quotations(entry.text) if folded(text) != folded(name_of(entry))]
    return quoted(entry, found[:BEGINNING_PASSAGES]) if found else first_fact(entry)


def without_heading(passage: str) -> str:
    """`passage` without the inverted name of a dictionary.

    >>> without_heading("CASEY, Robert P. (Bob), Jr., a Senator from Pennsylvania")
    'a Senator from Pennsylvania'
    """
    heading = HEADING.match(passage)
    return passage[heading.end() :] if heading else passage


def _introduction(entry: Entry, text: str) -> str:
    name = name_of(entry)
    if re.match(rf"{re.escape(folded(name))}\b", folded(text)):
        return ""
    if re.match(r"(?:an?|the) ", text):
        return f"{name}, "
    return f"{name} " if text.startswith("(") else f"{name}: "
