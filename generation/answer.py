"""An answer and the entries that it cites."""

from __future__ import annotations

from dataclasses import dataclass

from generation.context import Entry


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Text with [k] marks, and what each mark refers to."""

    text: str
    citations: tuple[Entry, ...]  # in the order of k, each once
    generator: str  # who answered: "reader"
    note: str  # a sentence for the user about how the answer was made
