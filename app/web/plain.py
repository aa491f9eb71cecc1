"""Text from people as text, where Streamlit would read Markdown."""

from __future__ import annotations

import string

_JOINTS = " '\u2019-.,"
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})


def escaped(text: str) -> str:
    """Markdown that shows `text` as it is, on one line.

    >>> escaped("![a](b) $x$")
    '\\\\!\\\\[a\\\\]\\\\(b\\\\) \\\\$x\\\\$'
    """
    return " ".join(text.split()).translate(_MARKS)


def spoken(name: str) -> str:
    """A name for a button's label: its letters, digits and what names are joined by.

    >>> spoken("Ann <b>O'Neil</b>-Ray, Jr.")
    "Ann b O'Neil b -Ray, Jr."
    """
    kept = "".join(sign if sign.isalnum() or sign in _JOINTS else " " for sign in name)
    return " ".join(kept.split())
