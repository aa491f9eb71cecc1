"""Which passages of the biographies answer a question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from generation.context import Entry
from generation.passages import passages, quotations
from generation.terms import STOP_WORDS, terms
from generation.topics import BEGINNING, YEAR, marked, topics_of, without_topics

# What a term of the topic counts against a word of the question itself. Tuned, as the numbers below, on
# questions of one seed about the Congress biographies (docs/accuracy.md has the rates on another seed).
TOPIC_WEIGHT = 2.0
# What a mark of the topic counts besides: a degree, a trade that stands alone.
MARK_WEIGHT = 2.0
# A passage without a year counts this much for a question about a time.
WITHOUT_YEAR = 0.4
# A second passage of a person is quoted when it scores at least this share of the best.
NEAR_BEST = 0.85
# A question about no topic needs this share of its words in a passage.
COVERAGE = 0.5
# BM25: how soon repetition stops to count, and how much long passages are held back.
_K1, _B = 1.2, 0.4

_TIME = re.compile(
    r"\bwhen\b|\bhow (?:long|many years|old)\b|\bsince\b|\byears?\b|\b(?:what|which) (?:date|day|time)\b",
    re.IGNORECASE,
)
# Words of questions that no biography answers with: verbs of asking and of having, the photo itself.
_ASKING = frozenset(
    terms(
        """photo picture image person people man woman men women guy lady gentleman anybody anyone
    everybody everyone somebody someone see seen show shown say says describe identify introduce
    recognise recognize list present look looking left right front one ones first last year years
    day date time long old name called kind type go went gone come came take took leave finish
    finished complete completed receive received earn earned get got happen fact facts detail
    details information biography background story think hold become became spend spent attend
    attended join joined enter entered currently exactly else other thing things two three compare
    summarise summarize summary explain hello hi hey face camera united states"""
    )
)

_EVERY = re.compile(r"\bhow (?:long|often|many (?:times|terms|years|elections))\b", re.IGNORECASE)
_SIDES = frozenset(terms("democrat republican independent senator representative"))


@dataclass(frozen=True, slots=True)
class Query:
    """What a question searches for."""

    topic: frozenset[str]  # terms of biographies that tell about its topic
    words: frozenset[str]  # its own words
    names: frozenset[str]  # of these its capitalised ones, such as Harvard: an answer must speak of one
    needed: tuple[frozenset[str], ...]  # an answer must have a term of each of these
    time: bool  # it asks when, or how long
    best: re.Pattern[str] | None = None  # of an only topic: passages beside which no others are quoted
    barred: tuple[re.Pattern[str], ...] = ()  # passages that are about something else
    every: bool = False  # it asks how often or how long: the plainest passages count alike
    sides: frozenset[str] = frozenset()  # the parties and offices that it names

    @classmethod
    def of(cls, question: str) -> Query:
        """Read a question in which the people it is about are blanked out."""
        topics = topics_of(question)
        covered = without_topics(question)
        told = tuple(frozenset(_terms_told(topic.told)) for topic in topics)
        rest = frozenset(terms(covered)) - _ASKING
        needed = told if any(topic.others for topic in topics) else ()
        topic = frozenset().union(*told)
        return cls(
            topic,
            rest,
            _names(covered) & rest,
            needed,
            _TIME.search(question) is not None,
            topics[0].best if len(topics) == 1 else None,
            tuple(topic.barred for topic in topics if topic.barred),
            _EVERY.search(question) is not None,
            _SIDES.intersection(terms(question)),
        )

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing but who somebody is."""
        return not self.topic and not self.words


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage and how well it fits the question."""

    passage: str
    place: int  # its place in the biography, from 0
    score: float


@dataclass(frozen=True, slots=True)
class _Document:
    """One passage as the search sees it."""

    k: int
    place: int
    passage: str
    terms: tuple[str, ...]


def quotes_of(entries: Sequence[Entry], query: Query) -> dict[int, tuple[Quote, ...]]:
    """For each entry by k the passages with evidence for the query, best first, as people may read them."""
    documents = [document for entry in entries for document in _documents(entry, quotations)]
    quotes: dict[int, list[Quote]] = {entry.k: [] for entry in entries}
    for document, score in zip(documents, _scores(documents, query), strict=True):
        if any(barred.search(document.passage) for barred in query.barred):
            continue
        if score > 0 and _has_evidence(frozenset(document.terms), query):
            quotes[document.k].append(Quote(document.passage, document.place, score))
    return {
        k: tuple(sorted(_plainest(found, query), key=lambda quote: -quote.score))
        for k, found in quotes.items()
    }


def ranked(entries: Sequence[Entry], query: Query) -> dict[int, tuple[Quote, ...]]:
    """For each entry by k all its passages: with evidence first, by their score, then in their own order.

    They are neutralised: a prompt holds what fits of them.
    """
    documents = [document for entry in entries for document in _documents(entry, passages)]
    found: dict[int, list[tuple[bool, float, int, Quote]]] = {entry.k: [] for entry in entries}
    for document, score in zip(documents, _scores(documents, query), strict=True):
        if any(barred.search(document.passage) for barred in query.barred):
            score = 0.0
        without = score <= 0 or not _has_evidence(frozenset(document.terms), query)
        quote = Quote(document.passage, document.place, score)
        found[document.k].append((without, -score, document.place, quote))
    return {
        k: tuple(quote for *_, quote in sorted(quotes, key=itemgetter(0, 1, 2)))
        for k, quotes in found.items()
    }


def on_side(quotes: Sequence[Quote], query: Query) -> bool:
    """Whether a passage has the party or the office that the query names."""
    return any(query.sides.intersection(terms(quote.passage)) for quote in quotes)


def _plainest(found: Sequence[Quote], query: Query) -> Sequence[Quote]:
    """The passages that tell the topic of the query plainly; everything where there are none."""
    best = [quote for quote in found if query.best and query.best.search(quote.passage)]
    top = max((quote.score for quote in best), default=0.0)
    return [replace(quote, score=top) if query.every else quote for quote in best] or found


def _documents(entry: Entry, cut: Callable[[str], Sequence[str]]) -> list[_Document]:
    return [
        _Document(
            entry.k, place, passage, (*terms(passage), *marked(passage), *((BEGINNING,) * (place == 0)))
        )
        for place, passage in enumerate(cut(entry.text))
    ]


def _terms_told(told: str) -> Iterable[str]:
    marks = [word for word in told.split() if word.startswith("#")]
    return [*marks, *terms(" ".join(word for word in told.split() if not word.startswith("#")))]


def _names(question: str) -> frozenset[str]:
    """Terms of the capitalised words behind the first one; none where everything has a capital."""
    words = re.findall(r"[^\W\d_][\w.'\u2019-]*", question)[1:]
    capital = [word for word in words if word[0].isupper() and word.lower() not in STOP_WORDS]
    return frozenset(terms(" ".join(capital))) if len(capital) < len(words) else frozenset()


def _has_evidence(document: frozenset[str], query: Query) -> bool:
    if query.names and not query.names & document:
        return False
    if query.topic:
        return bool(document & query.topic) and all(document & told for told in query.needed)
    return len(document & query.words) >= COVERAGE * len(query.words)


def _scores(documents: Sequence[_Document], query: Query) -> list[float]:
    if not documents:
        return []
    import bm25s  # imported here: it takes a third of a second and brings scipy

    index = bm25s.BM25(k1=_K1, b=_B)
    index.index([list(document.terms) for document in documents], show_progress=False)
    marks = frozenset(term for term in query.topic if term.startswith("#"))
    scores = [0.0] * len(documents)
    for weight, searched in ((TOPIC_WEIGHT, query.topic), (MARK_WEIGHT, marks), (1.0, query.words)):
        if searched:
            found = index.get_scores(sorted(searched))
            scores = [score + weight * float(more) for score, more in zip(scores, found, strict=True)]
    if not query.time:
        return scores
    return [
        score if YEAR in document.terms else WITHOUT_YEAR * score
        for score, document in zip(scores, documents, strict=True)
    ]
