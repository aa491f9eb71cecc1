"""How much text a prompt may hold, and which passages of long biographies it keeps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generation.context import Entry
from generation.neutral import ELLIPSIS, neutralise, shortened, unmarked
from generation.passages import READ_LIMIT
from generation.ranking import Query, Quote, ranked

# Passages that are tried in vain before a share counts as full, or before a search ends: both are slow.
_MISSES = 8
# Reciprocal rank fusion: how little the first places count above the next; 60 is the usual number.
_FUSION = 60
# Between two passages nothing longer than this is punctuation worth keeping.
_LONGEST_GAP = 3
_OMISSION = f" {ELLIPSIS} "
_CLOSES = frozenset(".!?…。\uff01\uff1f\"'”\u2019»)")

Count = Callable[[str], int]  # how many tokens a text is


class Embeddings(Protocol):
    """Texts to vectors; every `Embeddings` of LangChain is one."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text."""

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""


@dataclass(frozen=True, slots=True)
class TextBudget:
    """Tokens that the parts of a prompt may take together."""

    biographies: int = 2048  # of all entries: ten biographies of 800 characters
    history: int = 1024  # of earlier turns

    def __post_init__(self) -> None:
        if self.biographies < 1 or self.history < 0:
            raise ValueError(f"Expected tokens for biographies >= 1 and history >= 0, but got {self}")


def estimated_tokens(text: str) -> int:
    """A high guess where no tokenizer is at hand: English has about four bytes a token.

    >>> estimated_tokens("She paints")
    4
    """
    return -(-len(text.encode("utf-8")) // 3)


def told_whole(biography: str) -> str:
    """All that is read of a biography (50,000 characters), neutralised, for prompts without a budget."""
    text = neutralise(biography[:READ_LIMIT], limit=2 * READ_LIMIT)
    return shortened(text, len(text) - 1) if text and len(biography) > READ_LIMIT else text


def fitted(
    entries: Sequence[Entry],
    question: str,
    tokens: int,
    count: Count,
    *,
    embeddings: Embeddings | None = None,
) -> dict[int, str]:
    """By k the biography of each entry, neutralised: whole, or the passages that lead most to the question.

    The entries share `tokens` evenly, and what one does not need goes to the others. The first passage of a
    biography is always told, even where it is longer than the share of its entry.
    """
    told = {entry.k: told_whole(entry.text) for entry in entries}
    needs = {k: count(text) if text else 0 for k, text in told.items()}
    long = _over(needs, tokens)
    passages = _best_first([entry for entry in entries if entry.k in long], neutralise(question), embeddings)
    left = tokens - sum(need for k, need in needs.items() if k not in long)
    for place, k in enumerate(long):
        share = max(left, 0) // (len(long) - place)
        if needs[k] > share:
            told[k] = _selected(told[k], passages[k], share, count)
            needs[k] = count(told[k]) if told[k] else 0
        left -= needs[k]
    return told


def _over(needs: Mapping[int, int], tokens: int) -> list[int]:
    """Those who need more than an even share of what the others leave, the smallest need first."""
    ordered = sorted(needs, key=lambda k: (needs[k], k))
    for place, k in enumerate(ordered):
        if needs[k] > tokens // (len(ordered) - place):
            return ordered[place:]
        tokens -= needs[k]
    return []


def _best_first(
    entries: Sequence[Entry], question: str, embeddings: Embeddings | None
) -> dict[int, tuple[Quote, ...]]:
    """By k all passages of each entry, those that lead most to the question first."""
    if not entries:
        return {}
    found = ranked(entries, Query.of(question))
    if embeddings is None or not any(found.values()):
        return found
    similarities = _similarities(
        [q.passage for quotes in found.values() for q in quotes], question, embeddings
    )
    fused, start = {}, 0
    for k, quotes in found.items():
        fused[k] = _fused(quotes, similarities[start : start + len(quotes)])
        start += len(quotes)
    return fused


def _similarities(texts: list[str], question: str, embeddings: Embeddings) -> NDArray[np.float32]:
    """Cosines of texts with a question, shape (n,), in [-1, 1]; 0 where a vector is zero."""
    vectors = np.asarray(embeddings.embed_documents(texts), dtype=np.float32)  # (n, d)
    asked = np.asarray(embeddings.embed_query(question), dtype=np.float32)  # (d,)
    if vectors.shape != (len(texts), asked.size):
        raise ValueError(
            f"Expected embeddings of shape {(len(texts), asked.size)}, one for each passage and as long as "
            f"the question's, but got {vectors.shape}; check the embedding model"
        )
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(asked)
    cosines = np.zeros(len(texts), dtype=np.float32)
    np.divide(vectors @ asked, lengths, out=cosines, where=lengths > 0)
    return cosines


def _fused(quotes: Sequence[Quote], similarities: NDArray[np.float32]) -> tuple[Quote, ...]:
    """Reciprocal rank fusion of the order by words and the order by meaning."""
    scores = [1 / (_FUSION + rank) if q.score > 0 else 0.0 for rank, q in enumerate(quotes, start=1)]
    for rank, index in enumerate(np.argsort(-similarities, kind="stable"), start=1):
        scores[index] += 1 / (_FUSION + rank)
    order = sorted(range(len(quotes)), key=lambda index: (-scores[index], quotes[index].place))
    return tuple(quotes[index] for index in order)


def _selected(text: str, quotes: Sequence[Quote], share: int, count: Count) -> str:
    """Passages of `text` in their own order, as many of the best as a share holds beside the first."""
    passages = {quote.place: quote.passage for quote in quotes}
    if not passages:
        return ""
    gaps = _gaps(text, passages)
    kept = _chosen(quotes, share, count)
    told = _joined(passages, gaps, kept)
    while len(kept) > 1 and count(told) > share:  # joining can cost what the parts do not
        kept.pop()
        told = _joined(passages, gaps, kept)
    return told


def _chosen(quotes: Sequence[Quote], share: int, count: Count) -> list[int]:
    """Places of passages that fit together, the first of the biography and then the best first."""
    first = next(quote for quote in quotes if quote.place == 0)
    omission = count(_OMISSION)
    left, misses = share - count(f"{first.passage};") - omission, 0
    kept = {0: None}  # in the order of choice
    for quote in quotes:
        if left <= 0 or misses == _MISSES:
            break
        if quote is first:
            continue
        before, behind = quote.place - 1 in kept, quote.place + 1 in kept or quote.place + 1 == len(quotes)
        cost = count(f"{quote.passage};") + omission * (1 - before - behind)
        if cost <= left:
            kept[quote.place] = None
            left -= cost
        else:
            misses += 1
    return list(kept)


def _gaps(text: str, passages: Mapping[int, str]) -> list[str]:
    """What stands behind each passage where the next one follows, as far as it is punctuation."""
    gaps = ["; "] * len(passages)
    end, misses = 0, 0
    for place in range(len(passages)):
        passage = passages[place].removesuffix(ELLIPSIS)
        start = text.find(passage, end)
        if start < 0:  # neutralised differently beside the line before it
            misses += 1
            if misses == _MISSES:
                return gaps
            continue
        if place:
            gaps[place - 1] = _gap(text[end:start], passages[place - 1])
        end = start + len(passage)
    return gaps


def _gap(between: str, before: str) -> str:
    if before.endswith(ELLIPSIS):
        return " "
    spaced = between.isspace() and before[-1] in _CLOSES
    punctuated = not between.isspace() and 0 < len(between) <= _LONGEST_GAP
    return between if spaced or punctuated else "; "


def _joined(passages: Mapping[int, str], gaps: Sequence[str], kept: Collection[int]) -> str:
    """The kept passages in their order; an ellipsis stands where others were."""
    pieces: list[str] = []
    for place in sorted(kept):
        following = place + 1
        pieces.append(passages[place])
        if following in kept:
            pieces.append(gaps[place])
        elif following < len(passages):
            pieces.append(" " if passages[place].endswith(ELLIPSIS) else _OMISSION)
    return unmarked("".join(pieces))
