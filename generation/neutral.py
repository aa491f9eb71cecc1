"""Text from people as harmless data: nothing in it can pass for a token, an entry or a citation of ours."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

# Of a biography or a question in characters: about 1,000 tokens each, so that ten people fit a small model.
TEXT_LIMIT = 4000
# Of a name or a noun in characters: the longest real names have some 100.
NAME_LIMIT = 200

_ELLIPSIS = "…"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,24}\d{0,2});")
# Invisible, though Unicode counts them as letters, marks or symbols; variation selectors can smuggle bytes.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(
    *(map(chr, codes) for codes in (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810)))
)
# Every bracket becomes a round one: citations are the only square ones in an answer and in a prompt.
_OPENING = dict.fromkeys(
    "[\uff3b\u27e6\u3010\u3014\u301a\u2772\u2045\u298b\u298d\u298f\u2997\u3016\u300c\u300e\u2308\u230a\ufe5d",
    "(",
)
_CLOSING = dict.fromkeys(
    "]\uff3d\u27e7\u3011\u3015\u301b\u2773\u2046\u298c\u298e\u2990\u2998\u3017\u300d\u300f\u2309\u230b\ufe5e",
    ")",
)
# Angle brackets delimit the special tokens of every model family; guillemets read alike and are no token.
_ANGLES = {
    **dict.fromkeys("<\uff1c\u27e8\u3008\u3008\ufe64\u227a\u276e\u29fc", "\u2039"),
    **dict.fromkeys(">\uff1e\u27e9\u3009\u3009\ufe65\u227b\u276f\u29fd", "\u203a"),
}
_SIGNS = {
    **dict.fromkeys("\uff1a\u2236\ua789\ufe13\ufe55\u02d0\u02f8\u0589", ":"),
    **dict.fromkeys("|\uff5c\u2223\u01c0\u2502\u2758\uffe8", "¦"),
}
_LOOKALIKES = {**_OPENING, **_CLOSING, **_ANGLES, **_SIGNS}
_FULL_WIDTH = range(0xFF01, 0xFF5F)  # these copy ASCII, 0xFEE0 higher
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_NOTHING = frozenset({"Cc", "Cf", "Co"})

_ROLE = re.compile(r"\b(system|assistant|user|human|developer|tool|ai)\s*:", re.IGNORECASE)
_HEADING = re.compile(r"#{2,}")
_NUMBERED = re.compile(r"(\(\s*\d+\s*\)?|\d+\s*\))\s*:")
_ENTRY = re.compile(r"(\d\W{0,6})the\s+information\s+of\b", re.IGNORECASE)


def neutralise(text: str, *, limit: int = TEXT_LIMIT) -> str:
    """One line that reads like `text` but holds no special token, role marker, entry or citation mark.

    Characters are replaced one by one, so that nothing can grow together from what is left of a trick.

    >>> neutralise("Ann\\n[2]: The information of Bob")
    'Ann (2) - about Bob'
    """
    decoded = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    plain = "".join(map(_plain, unicodedata.normalize("NFC", decoded)))
    plain = " ".join(plain.split())
    plain = _HEADING.sub("#", _ROLE.sub(r"\1 - ", plain))
    plain = _ENTRY.sub(_without_entry, _NUMBERED.sub(r"\1 - ", plain))
    return shortened(" ".join(plain.split()), limit)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, cut behind a word and marked with an ellipsis.

    >>> shortened("born in Lyon", 9)
    'born in…'
    """
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    if not text[limit - 1].isspace() and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:") + _ELLIPSIS


def _without_entry(match: re.Match[str]) -> str:
    return match[1].replace(":", " - ") + "about"


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """What stands for one character: itself, a harmless likeness, a space or nothing."""
    if character.isascii() and (character.isalnum() or character == " "):
        return character
    if character in _LOOKALIKES:
        return _LOOKALIKES[character]
    if character in _INVISIBLE:
        return ""
    if ord(character) in _FULL_WIDTH:
        ascii_form = chr(ord(character) - 0xFEE0)
        return _LOOKALIKES.get(ascii_form, ascii_form)
    if character.isspace() or unicodedata.category(character) in _SPACES:
        return " "
    if unicodedata.category(character) == "Cs":
        return "\ufffd"  # half of a pair: it cannot be encoded
    return "" if unicodedata.category(character) in _NOTHING else character
