"""Text without the differences that people ignore when they type: case and accents."""

from __future__ import annotations

import unicodedata

# Letters that are not an ASCII letter with an accent, as people without them on the keyboard type them.
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th",
                          "’": "'", "‘": "'", "ʼ": "'", "–": "-", "—": "-", "‐": "-", "‑": "-"})


def folded(text: str) -> str:
    """Lower case, without accents, with plain apostrophes and hyphens.

    >>> folded("Linda Sánchez-O’Brien")
    "linda sanchez-o'brien"
    """
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(_LETTERS)
