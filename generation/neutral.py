"""Text from people as harmless data: nothing in it can pass for a token, an entry or a citation of ours."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby, islice

# Of a question in characters, about 1,000 tokens. Biographies and history are limited by tokens (budget.py).
TEXT_LIMIT = 4000
# Of a name or a noun in characters: the longest real names have some 100.
NAME_LIMIT = 200

ELLIPSIS = "…"
# So many times the limit are read: the longest HTML entities become one character, and the rest of a megabyte
# of invisible characters is not worth the time.
_READ = 8
# Accents on one letter; no script stacks more, and putting thousands in order takes seconds.
_MOST_ACCENTS = 30
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,24}\d{0,2});")
# Invisible, though Unicode counts them as letters, marks or symbols; variation selectors can smuggle bytes.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(
    *(map(chr, codes) for codes in (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810)))
)
# Every bracket becomes a round one: citations are the only square ones in an answer and in a prompt.
_OPENING = dict.fromkeys(
    "[\uff3b\u27e6\u3010\u3014\u301a\u2772\u2045\u298b\u298d\u298f\u2997\u3016\u300c\u300e\u2308\u230a\ufe5d\ufe47",
    "(",
)
_CLOSING = dict.fromkeys(
    "]\uff3d\u27e7\u3011\u3015\u301b\u2773\u2046\u298c\u298e\u2990\u2998\u3017\u300d\u300f\u2309\u230b\ufe5e\ufe48",
    ")",
)
# Angle brackets delimit the special tokens of every model family; guillemets read alike and are no token.
_ANGLES = {
    **dict.fromkeys("<\uff1c\u27e8\u3008\u3008\ufe64\u227a\u276e\u29fc\u226e", "\u2039"),
    **dict.fromkeys(">\uff1e\u27e9\u3009\u3009\ufe65\u227b\u276f\u29fd\u226f", "\u203a"),
}
_SIGNS = {
    **dict.fromkeys("\uff1a\u2236\ua789\ufe13\ufe55\u02d0\u02f8\u0589", ":"),
    **dict.fromkeys("|\uff5c\u2223\u01c0\u2502\u2758\uffe8", "¦"),
}
# Numbers in circles, in parentheses, with a full stop or with a comma.
_RINGED = {
    chr(code): f"({int(unicodedata.numeric(chr(code)))})"
    for codes in (
        *(range(0x2460, 0x249C), range(0x24EA, 0x2500), range(0x2776, 0x2794)),
        *(range(0x3251, 0x3260), range(0x32B1, 0x32C0), range(0x1F100, 0x1F10D)),
    )
    for code in codes
}
_LOOKALIKES = {**_OPENING, **_CLOSING, **_ANGLES, **_SIGNS, **_RINGED}
_FULL_WIDTH = range(0xFF01, 0xFF5F)  # these copy ASCII, 0xFEE0 higher
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_NOTHING = frozenset({"Cc", "Cf", "Co"})

_ROLE = re.compile(r"\b(system|assistant|user|human|developer|tool|ai)\s*:", re.IGNORECASE)
_HEADING = re.compile(r"#{2,}")
# Bounded, here and below: an endless row of digits would be searched from each of them.
_NUMBERED = re.compile(r"(\(\s?\d{1,9}\s?\)?|\d{1,9}\s?[\])]{1,4})\s?:")
_ENTRY = re.compile(
    r"(?:(?P<number>\d\W{0,30})the\s+information\s+of|the\s+information\s+of(?=.{0,200}?\blocated\s+at))\b",
    re.IGNORECASE,
)


def neutralise(text: str, *, limit: int = TEXT_LIMIT) -> str:
    """One line that reads like `text` but holds no special token, role marker, entry or citation mark.

    Characters are replaced one by one, so that nothing can grow together from what is left of a trick.

    >>> neutralise("Ann\\n[2]: The information of Bob")
    'Ann (2) - about Bob'
    """
    return _line(text, limit, _plain, unmarked)


def quotable(text: str, *, limit: int = TEXT_LIMIT) -> str:
    """One line as it was written, for people to read: only square brackets, which cite, become round ones.

    Not for prompts: special tokens stay what they are.

    >>> quotable("5 < 6 [2]: **Ann**")
    '5 < 6 (2): **Ann**'
    """
    return _line(text, limit, _readable, _spaced)


def unmarked(text: str) -> str:
    """One line without role markers and entries, where `text` was put together from neutral pieces.

    >>> unmarked("Room 2 The information of Bob")
    'Room 2 about Bob'
    """
    plain = _HEADING.sub("#", _ROLE.sub(r"\1 - ", " ".join(text.split())))
    plain = _ENTRY.sub(_without_entry, _NUMBERED.sub(r"\1 - ", plain))
    return " ".join(plain.split())


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
    return cut.rstrip(" ,;:") + ELLIPSIS


def _line(text: str, limit: int, sign: Callable[[str], str], joined: Callable[[str], str]) -> str:
    """`text` with `sign` for each character, at most `limit` long, put together by `joined`."""
    read = text[: _READ * limit]
    decoded = _few_accents(_ENTITY.sub(lambda match: html.unescape(match[0]), read))
    plain = joined("".join(map(sign, unicodedata.normalize("NFC", decoded))))
    return shortened(plain + ELLIPSIS if plain and len(read) < len(text) else plain, limit)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _without_entry(match: re.Match[str]) -> str:
    return (match["number"] or "").replace(":", " - ") + "about"


def _few_accents(text: str) -> str:
    if text.isascii():
        return text
    runs = groupby(text, key=lambda character: unicodedata.combining(character) > 0)
    return "".join("".join(islice(run, _MOST_ACCENTS) if accents else run) for accents, run in runs)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """What stands for one character: itself, a harmless likeness, a space or nothing."""
    if character.isascii() and (character.isalnum() or character == " "):
        return character
    if character in _LOOKALIKES:
        return _LOOKALIKES[character]
    if ord(character) in _FULL_WIDTH:
        ascii_form = chr(ord(character) - 0xFEE0)
        return _LOOKALIKES.get(ascii_form, ascii_form)
    return _visible(character)


@lru_cache(maxsize=4096)
def _readable(character: str) -> str:
    """As `_plain`, but only brackets are replaced."""
    return _OPENING.get(character) or _CLOSING.get(character) or _visible(character)


def _visible(character: str) -> str:
    """A character that can be seen, a space or nothing."""
    if character in _INVISIBLE:
        return ""
    if character.isspace() or unicodedata.category(character) in _SPACES:
        return " "
    if unicodedata.category(character) == "Cs":
        return "\ufffd"  # half of a pair: it cannot be encoded
    return "" if unicodedata.category(character) in _NOTHING else character
