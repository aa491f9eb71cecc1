"""Numbers that are written in English words: "forty-one", "One Hundred Sixteenth"."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_UNITS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *_TEENS,
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth"),
    *(f"{word}th" for word in _TEENS),
)
_TENTHS = tuple(f"{word[:-1]}ieth" for word in _TENS)
_SMALL = {
    **{word: value for value, word in enumerate(_UNITS, start=1)},
    **{word: value for value, word in enumerate(_ORDINALS, start=1)},
    **{word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)},
    **{word: value for value, word in zip(range(20, 100, 10), _TENTHS, strict=True)},
}
_LAST = frozenset(_ORDINALS + _TENTHS)  # nothing of the same number follows them
_LARGE = {"hundred": 100, "hundredth": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_ANY = "|".join(sorted([*_SMALL, *_LARGE], key=len, reverse=True))
# For lower case: re.IGNORECASE would take three times as long.
_RUN = re.compile(rf"\b(?:{_ANY})\b(?:(?:[\s-]+|\s+and\s+)(?:{_ANY})\b)*")
_WORD = re.compile(rf"\b(?P<joined>and\s+)?(?P<word>{_ANY})\b")


class _Number:
    """A number that grows word by word."""

    def __init__(self) -> None:
        self._done = 0  # thousands and more
        self._value = 0  # below a thousand, so far
        self._free = 10**12  # what is still to come is less than this
        self._closed = False

    @property
    def value(self) -> int:
        """What the words so far say."""
        return self._done + self._value

    def takes(self, word: str, *, joined: bool) -> bool:
        """Whether `word` goes on with this number, and adds it then; `joined` by "and"."""
        if self._closed or (joined and self._free not in (100, 1000)):
            return False
        value = _SMALL.get(word)
        if value is None:
            return self._multiplied(_LARGE[word])
        if value >= self._free:
            return self._as_year(value, joined=joined)
        self._value += value
        self._free = 10 if value % 10 == 0 and value > 10 else 0
        self._closed = word in _LAST
        return True

    def _multiplied(self, scale: int) -> bool:
        if scale == 100:
            if not 0 < self._value < 100:
                return False
            self._value *= 100
            self._free = 100
            return True
        if not self._value:
            return False
        self._done += self._value * scale
        self._value, self._free = 0, 1000
        return True

    def _as_year(self, value: int, *, joined: bool) -> bool:
        """ "Nineteen ninety", to which "five" may follow."""
        if joined or self._done or not 10 < self._value < 21 or not 10 <= value < 100:
            return False
        self._value = 100 * self._value + value
        self._free = 10 if value % 10 == 0 and value > 10 else 0
        return True


def number_words_of(text: str) -> Iterator[tuple[int, int, int]]:
    """Where each number in words starts and ends, in characters, and its value.

    >>> [value for _, _, value in number_words_of("The One Hundred Fifth and eleven others in twenty ten")]
    [105, 11, 2010]
    """
    low = text.lower()
    if len(low) != len(text):
        low = text  # a letter that has no lower case of the same length would move all places
    for run in _RUN.finditer(low):
        number, start, end = _Number(), run.start(), run.start()
        for match in _WORD.finditer(low, run.start(), run.end()):
            word = match["word"]
            if end > start and not number.takes(word, joined=match["joined"] is not None):
                yield start, end, number.value
                number, start, end = _Number(), match.start("word"), match.start("word")
            if end == start and not number.takes(word, joined=False):
                start = end = match.end()  # "a hundred", "thousand" alone: no number that can be compared
                continue
            end = match.end()
        if end > start:
            yield start, end, number.value
