"""Multiple choice by letters: how options are asked for, and which one an answer means."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import replace

from generation.folding import folded
from generation.message import Message
from generation.neutral import neutralise

CHOOSE = "Answer with the letter of the right option only."
# Citations, and what stands around a letter: Markdown, tags.
_MARKS = re.compile(r"\[\d{1,3}\]|[*_`#]|</?(?i:answer|choice|option)>")
# A letter in quotes, or in LaTeX: "B", {"answer": "B"}, \boxed{B}.
_WRAPPED = re.compile(r"""(?<!\w)["'“”]([A-Za-z])["'“”](?!\w)|\\(?:boxed|text)\{([A-Za-z])\}""")
# "Answer: B", "The correct option is (B)", "the answer is b."; but not "The answer is a man".
_NAMED = re.compile(
    r"(?i:\b(?:answer|option|choice|letter)\b\"?:?(?: (?:is|would be))?(?: (?:the )?(?:letter|option))?:?) ?"
    r"(?:\(([A-Za-z])\)|([A-Z])\b(?!')|([a-z])(?=[.,:;]|$))"
)
_ALONE = re.compile(r"\(?([A-Za-z])\)?[.:]?$")
# "B. Bob", "(B) Bob", "B: Bob", but not "A man".
_LEADING = re.compile(r"(?:\(([A-Za-z])\)|([A-Za-z])[).:,])(?=\s|$)")
_BRACKETED = re.compile(r"\(([A-Za-z])\)")
_ALTERNATIVE = re.compile(r"\W*\b(?:or|and)\b\W*\(?[A-Za-z]\b\W*(?:$|[.,:)])", re.IGNORECASE)

# "Option B is wrong", "(A) is not right".
_DENIED = re.compile(
    r"\W*\b(?:is|was|seems) (?:clearly )?(?:wrong|incorrect|false|not)\b|\W*\b(?:isn't|cannot be|can't be)\b",
    re.IGNORECASE,
)


def with_options(messages: tuple[Message, ...], options: Sequence[str]) -> tuple[Message, ...]:
    """The chat with lettered options under its last question, and how to answer; 2 to 26 options."""
    if not 2 <= len(options) <= len(string.ascii_uppercase):
        raise ValueError(f"Expected 2 to 26 options, but got {len(options)}.")
    lettered = zip(string.ascii_uppercase, options, strict=False)
    lines = [f"{letter}. {neutralise(option)}" for letter, option in lettered]
    last = messages[-1]
    return (*messages[:-1], replace(last, text="\n".join([last.text, *lines, CHOOSE])))


def chosen(text: str, options: Sequence[str]) -> int | None:
    """The index of the option that an answer means; None where it means none or several.

    >>> chosen("The answer is **B**.", ["Ada", "Bob"])
    1
    """
    lines = [line for line in map(_unmarked, text.splitlines()) if line]
    plain = " ".join(lines)
    letters = string.ascii_uppercase[: len(options)]
    for found in (
        _same(plain, options),
        *(_lettered(part, letters) for part in (*lines[:1], plain)),
        _contained(plain, options),
    ):
        if found is not None:
            return found
    marked = {letter.upper() for letter in _BRACKETED.findall(plain)} & set(letters)
    return letters.index(marked.pop()) if len(marked) == 1 else None


def _unmarked(line: str) -> str:
    plain = _WRAPPED.sub(lambda found: f"({found[1] or found[2]})", _MARKS.sub(" ", line))
    return " ".join(plain.split())


def _same(plain: str, options: Sequence[str]) -> int | None:
    """The option whose text is the whole answer, with or without its letter."""
    answer = _bare(plain)
    same = [
        index
        for index, (letter, option) in enumerate(zip(string.ascii_lowercase, options, strict=False))
        if answer in (_bare(option), f"{letter} {_bare(option)}")
    ]
    return same[0] if len(same) == 1 else None


def _lettered(plain: str, letters: str) -> int | None:
    """The option whose letter the answer is, names or begins with."""
    for found in (_ALONE.match(plain), *_NAMED.finditer(plain), _LEADING.match(plain)):
        if found is None or any(one.match(plain[found.end() :]) for one in (_ALTERNATIVE, _DENIED)):
            continue
        letter = next(group for group in found.groups() if group).upper()
        if letter in letters:
            return letters.index(letter)
    return None


def _contained(plain: str, options: Sequence[str]) -> int | None:
    """The only option that the answer quotes; one within another that it quotes does not count."""
    answer = f" {_bare(plain)} "
    bare = [_bare(option) for option in options]
    quoted = [index for index, option in enumerate(bare) if option and f" {option} " in answer]
    widest = [
        index
        for index in quoted
        if not any(other != index and f" {bare[index]} " in f" {bare[other]} " for other in quoted)
    ]
    return widest[0] if len(widest) == 1 else None


def _bare(text: str) -> str:
    """Folded words without signs between them."""
    return " ".join(re.findall(r"\w+", folded(text)))
