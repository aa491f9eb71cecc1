"""How similar strangers are to somebody: the upper tail of the similarities of different people."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.identification.impostors import Impostors

# The tail is fitted to so many of the most similar pairs of different people. Thresholds from 20 to 80 of
# them, estimated on 50 to 400 members of Congress, were tried on the other members: with 30 the wanted rates
# came out, rather a little below; more pairs make it cautious, fewer make it jump.
_PAIRS = 30
# For finding outliers: a median over twice as many stands 30 of them that are one person twice.
_ROBUST_PAIRS = 60


@dataclass(frozen=True, slots=True)
class Tail:
    """The similarity of a face to one other person lies above `level` with probability `share`.

    From there on the probability falls exponentially, by a factor of e each `scale`. A stranger to a gallery
    is named if he is near enough to anybody in it, which is as good as independent from one to the next:
    among n people the rate at a threshold is 1 - exp(-n p), of each single one p. So the rate grows with the
    gallery, and one gallery says what holds for another size.
    """

    level: float
    share: float
    scale: float

    def fpir(self, thresholds: NDArray[np.floating], people: int) -> NDArray[np.float64]:
        """The share of strangers that is named at each threshold among so many people, from `level` on."""
        over = np.maximum(0.0, np.asarray(thresholds, dtype=np.float64) - self.level)
        return -np.expm1(-people * self.share * np.exp(-over / self.scale))

    def pairs_above(self, similarity: float, people: int) -> float:
        """How many pairs of different people are expected to be so similar or more.

        >>> round(Tail(level=0.4, share=0.01, scale=0.05).pairs_above(0.4, 101), 1)
        50.5
        """
        pairs = people * (people - 1) / 2
        return pairs * self.share * math.exp(-max(0.0, similarity - self.level) / self.scale)


def fitted(impostors: Impostors, *, robust: bool = False) -> Tail:
    """The tail of the similarities of different people; `robust` by its median, for finding outliers."""
    pairs = _ROBUST_PAIRS if robust else _PAIRS
    share = min(0.25, 2 * pairs / impostors.total)  # a pair is looked at from both sides
    similarities, weights = _upper(impostors, share)
    level = float(similarities[-1])
    excess = similarities[:-1] - level
    inner = weights[:-1]
    scale = _median(excess, inner) / math.log(2) if robust else float(excess @ inner / inner.sum())
    return Tail(level, float(weights.sum() / impostors.total), max(scale, 1e-6))


def _upper(impostors: Impostors, share: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The highest similarities, falling, that make up a share of all, and what each counts."""
    flat = impostors.similarities.ravel()
    rows = np.broadcast_to(impostors.weights[:, None], impostors.similarities.shape).ravel()
    few = min(len(flat), max(2, math.ceil(2 * share * len(flat)) + 64))
    candidates = np.argpartition(-flat, few - 1)[:few]
    candidates = candidates[np.argsort(-flat[candidates], kind="stable")]
    kept = int(np.searchsorted(np.cumsum(rows[candidates]), share * impostors.total)) + 1
    candidates = candidates[: max(2, kept)]
    return flat[candidates].astype(np.float64), rows[candidates].astype(np.float64)


def _median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
