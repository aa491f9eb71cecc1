"""Names in a question: whose of the photo they are, and which belong to nobody in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generation.context import Context, Entry
from generation.extractive.quoting import HEADING
from generation.folding import folded, word_set
from generation.terms import STATES, STOP_WORDS
from generation.topics import topics_of

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_SUFFIXES = word_set("jr sr ii iii iv")
_TITLES = word_set(
    """
    senator sen representative rep congressman congresswoman president vice governor gov mayor judge justice
    professor prof dr doctor mr mrs ms miss sir lady lord general colonel captain sergeant lieutenant major
    reverend rev chairman secretary delegate speaker hon honorable
    """
)
# English words that are also names: they name somebody only with a capital.
_ORDINARY = STOP_WORDS | word_set(
    """
    amber art baker banks best bill bishop black brown bush butler carpenter case chip church cook day dean
    don drew earl east faith farmer field fisher ford frank gold good grace gray green grey hall hill hope
    house hunter joy judge king lake law left little long love major mark mason may mayor miller new north
    park pat page peace pope price rice rich right rob rose school sharp short small south state stone
    strong sue summer taylor war west white wood woods young
    """
)
_OPENERS = STOP_WORDS | word_set(
    "compare describe explain hello hey hi identify introduce list look okay quote say show summarise"
)
# Capitalised words that are no person: after these a run of capitals is an institution, a place or a date.
_NOT_PEOPLE = word_set(
    """
    academy administration africa america american army asia association bachelor bar board british catholic
    chamber christian church city college committee company conference congress corps council county court
    democrat democratic department district english europe european force foundation french german guard
    hospital house independent institute january february march april june july august september october
    november december jewish law league legislature marine marines monday tuesday wednesday thursday friday
    saturday sunday muslim national navy office olympic olympics party prize public representatives
    republican school senate senators service society spanish state states supreme union united university
    war world award
    """
)
_BEFORE_PLACES = word_set("a an at by during for from in into near on since that the to until via with")
_BEFORE_PEOPLE = word_set(
    "about and are can could did do does had has is of or was were when where who will would"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text."""

    folded: str
    text: str
    span: tuple[int, int]
    possessive: bool = False  # followed by 's

    @property
    def capital(self) -> bool:
        """Whether it starts as a name does."""
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """The names of a question."""

    entries: tuple[Entry, ...]  # whose names they are, in the order of k
    strangers: tuple[str, ...]  # names of nobody in the photo
    lone: tuple[str, ...]  # single words that may be such a name
    spans: tuple[tuple[int, int], ...]  # where in the question


def words_of(text: str) -> list[Word]:
    """The words of `text` without the possessive 's.

    >>> [word.folded for word in words_of("José O'Neil's B. A.")]
    ['jose', 'oneil', 'b', 'a']
    """
    found = []
    for match in _WORD.finditer(text):
        plain = re.sub(r"['\u2019]s?$", "", match[0])
        span = (match.start(), match.start() + len(plain))
        found.append(Word(folded(plain).replace("'", ""), plain, span, possessive=plain != match[0]))
    return found


def named_in(context: Context, question: str) -> Named:
    """Find the names of the entries in the question, whole or in part, and names of others."""
    people = [(entry, _parts(entry.name)) for entry in context.entries]
    parts = frozenset().union(*(own for _, own in people))
    words = words_of(question)
    entries: dict[int, Entry] = {}
    strangers: list[str] = []
    lone: list[str] = []
    spans: list[tuple[int, int]] = []
    for run in _runs(question, words, parts):
        if _is_called(run, context):
            continue
        owners = _owners(run, people)
        if owners:
            entries |= {entry.k: entry for entry in owners}
            spans += [word.span for word in _with_titles(run, words)]
        elif _is_person(run, words, context):
            (strangers if len(run) > 1 else lone).append(question[run[0].span[0] : run[-1].span[1]])
            spans += [word.span for word in _with_titles(run, words)]
    return Named(tuple(entries[k] for k in sorted(entries)), tuple(strangers), tuple(lone), tuple(spans))


def _is_called(run: Sequence[Word], context: Context) -> bool:
    """Whether a word only says what something is: "the mug" is no name, though one is called Ann's mug."""
    nouns = frozenset().union(*(noun_words(entry.noun) for entry in context.entries))
    return all(not word.capital and word.folded in nouns for word in run)


def noun_words(noun: str) -> frozenset[str]:
    """The words by which a question calls what bears a noun, one or many; none where there is no noun.

    >>> sorted(noun_words("Coffee mug"))
    ['mug', 'muges', 'mugs']
    """
    return frozenset(word + end for word in folded(noun).split()[-1:] for end in ("", "s", "es"))


def _parts(name: str) -> frozenset[str]:
    return frozenset(word.folded for word in words_of(name)) - _SUFFIXES


def _runs(question: str, words: Sequence[Word], parts: frozenset[str]) -> list[list[Word]]:
    """Words beside each other that look like one name, without titles before it."""
    runs: list[list[Word]] = []
    previous: Word | None = None
    for index, word in enumerate(words):
        if not _looks_like_name(word, first=index == 0 or _starts_sentence(question, word), parts=parts):
            previous = None
            continue
        between = r"[.,\s]+" if word.folded in _SUFFIXES else r"[.\s-]+"
        beside = previous is not None and re.fullmatch(between, question[previous.span[1] : word.span[0]])
        if beside:
            runs[-1].append(word)
        else:
            runs.append([word])
        previous = word
    return [run for run in map(_without_titles, runs) if run]


def _looks_like_name(word: Word, *, first: bool, parts: frozenset[str]) -> bool:
    if word.folded in parts and len(word.folded) > 1 and not word.capital:
        return word.folded not in _ORDINARY and len(word.folded) > 2
    if not word.capital or (first and word.folded in _OPENERS):
        return False
    return word.folded in parts or len(word.folded) == 1 or word.folded not in STOP_WORDS


def _starts_sentence(question: str, word: Word) -> bool:
    return question[: word.span[0]].rstrip().endswith(("?", "!", ":"))


def _without_titles(run: list[Word]) -> list[Word]:
    start = 0
    while start < len(run) and run[start].folded in _TITLES and len(run) > 1:
        start += 1
    kept = run[start:]
    return kept if any(len(word.folded) > 1 for word in kept) else []


def _with_titles(run: list[Word], words: Sequence[Word]) -> list[Word]:
    start = words.index(run[0])
    while start and words[start - 1].folded in _TITLES:
        start -= 1
    return [*words[start : words.index(run[0])], *run]


def _owners(run: Sequence[Word], people: Iterable[tuple[Entry, frozenset[str]]]) -> list[Entry]:
    """The entries that share most of the run, if no capitalised word of it is foreign to them."""
    shares = [
        (sum(word.folded in own for word in run if len(word.folded) > 1), entry, own) for entry, own in people
    ]
    most = max((share for share, _, _ in shares), default=0)
    return [entry for share, entry, own in shares if share == most > 0 and _fits(run, own | _written(entry))]


def _fits(run: Sequence[Word], own: frozenset[str]) -> bool:
    return all(word.folded in own or word.folded in _SUFFIXES or not word.capital for word in run)


def _written(entry: Entry) -> frozenset[str]:
    """The full name with which a biography may begin: "CASEY, Robert P. (Bob), Jr., a Senator"."""
    heading = HEADING.match(entry.text)
    return _parts(heading[0]) if heading else frozenset()


def _is_person(run: Sequence[Word], words: Sequence[Word], context: Context) -> bool:
    name = " ".join(word.folded for word in run)
    if any(word.folded in _NOT_PEOPLE | _TITLES for word in run) or all(
        word.folded in STATES for word in run
    ):
        return False
    if topics_of(" ".join(word.text for word in run)) or all(word.text.isupper() for word in run):
        return False
    if any(re.search(rf"\b{re.escape(name)}\b", folded(entry.text)) for entry in context.entries):
        return False
    index = words.index(run[0])
    before = words[index - 1].folded if index else ""
    if run[-1].possessive:
        return before != "the"
    if before == "of" and len(run) == 1 and not topics_of(" ".join(word.text for word in words)):
        return False
    return before in _BEFORE_PEOPLE or (len(run) > 1 and before not in _BEFORE_PLACES)
