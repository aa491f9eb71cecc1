"""Text from people as text, where Streamlit would read Markdown."""

from __future__ import annotations

import string

_JOINTS = " '\u2019-.,"
# Signs that turn the direction of all that follows: a name would turn the sentence around it.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation}) | _TURNS


def escaped(text: str) -> str:
    """Markdown that shows `text` as it is, on one line, without signs that turn its direction.

    >>> escaped("![a](b) $x$")
    '\\\\!\\\\[a\\\\]\\\\(b\\\\) \\\\$x\\\\$'
    >>> escaped("Ann \\u202elive")
    'Ann live'
    """
    return " ".join(text.split()).translate(_MARKS)


def spoken(name: str) -> str:
    """A name for a button's label: its letters, digits and what names are joined by.

    >>> spoken("Ann <b>O'Neil</b>-Ray, Jr.")
    "Ann b O'Neil b -Ray, Jr."
    """
    kept = "".join(sign if sign.isalnum() or sign in _JOINTS else " " for sign in name)
    return " ".join(kept.split())
