"""Text without the differences that people ignore when they type: case and accents."""

from __future__ import annotations

import unicodedata

# Letters that are not an ASCII letter with an accent, as people without them on the keyboard type them.
_LETTERS = str.maketrans(
    {
        **{"ø": "o", "đ": "d", "ł": "l", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"},
        **dict.fromkeys("\u2018\u2019\u02bc", "'"),
        **dict.fromkeys("\u2010\u2011\u2013\u2014", "-"),
    }
)


def word_set(text: str) -> frozenset[str]:
    """The words of a table that is written as running text."""
    return frozenset(text.split())


def folded(text: str) -> str:
    """Lower case, without accents, with plain apostrophes and hyphens.

    >>> folded("Linda Sánchez")
    'linda sanchez'
    """
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(_LETTERS)
