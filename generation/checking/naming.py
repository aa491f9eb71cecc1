"""Names that an answer uses: whose they are, and whether they may stand where they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generation.context import Entry
from generation.folding import folded, word_set
from generation.terms import STOP_WORDS

_LETTERS = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*"  # an accent may be a character of its own
_WORD = re.compile(rf"{_LETTERS}(?:[.'\u2019-]{_LETTERS})*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_SPACE = re.compile(r"[ \u00a0]+")
_QUOTE = re.compile(r"\.?[ ][\"\u201c(]|[\"\u201d)][ ]")
_STOP = re.compile(r"\.[ ]+")
_COMMA = re.compile(r",?[ ]+")
SUFFIXES = word_set("jr sr ii iii iv")
TITLES = word_set(
    """
    senator sen representative rep congressman congresswoman president vice governor gov mayor judge justice
    professor prof dr doctor mr mrs ms miss sir lady lord general colonel captain sergeant lieutenant major
    """
)
_PARTICLES = word_set("af al av bin da de del della der den di dos du el la le ten ter van von y zu")
_STOPPED = word_set("st wm chas geo jr sr dr mr mrs ms")  # a full stop behind one of these ends no sentence
# English words that are also names: alone they name nobody.
ORDINARY = (
    STOP_WORDS
    | TITLES
    | word_set(
        """
        amber art baker bank best bill bishop black brown bush butler carpenter case chip church clay cook day
        dean don drew earl east faith farmer field fisher ford frank gold good grace gray green grey hall hill
        hope house hunter ivy joy judge king lake lane law left lily little long love mark mason may
        april june august miller new north park pat page peace pope price rice rich right rob rock rose ruby
        ray school sharp short small south state stone strong sue summer sunny taylor violet walker war west
        white will wood woods young american democrat republican english french german black blue red orange
        """
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """One capitalised word of a text, or a particle between two."""

    start: int  # in characters
    end: int
    folded: str
    possessive: bool  # followed by 's, which does not belong to it

    @property
    def alone(self) -> bool:
        """Whether it may be a name without another word."""
        return len(self.folded) > 2 and self.folded not in ORDINARY


Run = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """Where an answer names somebody of the photo."""

    ks: frozenset[int]  # whose name it may be
    first: Word
    last: Word
    clean: bool  # it is the name as it stands, not a part of a longer one

    @property
    def sure(self) -> bool:
        """Whether it is the name of one entry and nothing else."""
        return self.clean and len(self.ks) == 1 and (self.first is not self.last or self.first.alone)


def words_of(name: str) -> frozenset[str]:
    """The words of a name as they are compared.

    >>> sorted(words_of("Robert B. O'Neil, Jr."))
    ['b', "o'neil", 'robert']
    """
    return frozenset(map(folded, _WORD.findall(name))) - SUFFIXES


def runs_of(text: str) -> Iterator[Run]:
    """Capitalised words of `text` that stand together as the words of one name do."""
    run: list[Word] = []
    for match in _WORD.finditer(text):
        if not match[0][0].isupper() and match[0] not in _PARTICLES:
            continue
        word = _word(match)
        if run and not _together(text, run[-1], word):
            yield from _kept(run, text)
            run = []
        run.append(word)
    yield from _kept(run, text)


def mentions_of(run: Run, entries: Sequence[tuple[Entry, frozenset[str]]]) -> Iterator[Mention]:
    """The names of entries in a run; each entry comes with the words of its name."""
    owners = [frozenset(entry.k for entry, own in entries if word.folded in own) for word in run]
    start = 0
    while start < len(run):
        ks, end = owners[start], start + 1
        while end < len(run) and ks & owners[end]:
            ks, end = ks & owners[end], end + 1
        if ks:
            before, behind = run[:start], [word for word in run[end:] if word.folded not in SUFFIXES]
            clean = not behind and all(word.folded in STOP_WORDS | TITLES for word in before)
            yield Mention(ks, run[start], run[end - 1], clean)
        start = end


def is_named(name: str, text: str) -> bool:
    """Whether a name stands in `text`, case and accents aside."""
    return re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", folded(text)) is not None


def _word(match: re.Match[str]) -> Word:
    plain = _POSSESSIVE.sub("", match[0])
    low = plain.lower() if plain.isascii() else folded(plain)
    return Word(match.start(), match.start() + len(plain), low, possessive=plain != match[0])


def _together(text: str, word: Word, following: Word) -> bool:
    if word.possessive or following.start - word.end > 3:
        return False
    between = text[word.end : following.start]
    if following.folded in SUFFIXES and _COMMA.fullmatch(between):
        return True
    if _STOP.fullmatch(between):
        return len(word.folded) == 1 or "." in word.folded or word.folded in _STOPPED
    return _SPACE.fullmatch(between) is not None or _QUOTE.fullmatch(between) is not None


def _kept(run: list[Word], text: str) -> Iterator[Run]:
    """The run without particles at its ends, if anything is left."""
    while run and not text[run[0].start].isupper():
        run = run[1:]
    while run and not text[run[-1].start].isupper():
        run = run[:-1]
    if run:
        yield tuple(run)
