"""Open-set figures from probes: what is found, and how many strangers get a name for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.identification.probes import Probe
from evaluation.intervals import Interval, Rate, interval_of, rate, resamples, smallest_measurable


@dataclass(frozen=True, slots=True)
class Point:
    """What is found at a rate of strangers named (TPIR at FPIR)."""

    fpir: float
    smallest: float  # the smallest rate that so many strangers can show
    threshold: float | None  # None where the rate is smaller than that
    tpir: Rate | None


class Scored:
    """The scores of known people's photos and of strangers' photos at one margin."""

    def __init__(self, probes: Sequence[Probe], margin: float, *, one_each: bool = True) -> None:
        known = [probe for probe in probes if probe.known]
        strangers = [probe for probe in probes if not probe.known]
        names = {person: number for number, person in enumerate(sorted({probe.person for probe in probes}))}
        self._people = list(names)
        self.known_people = np.array([names[probe.person] for probe in known], dtype=np.int64)
        self.stranger_people = np.array([names[probe.person] for probe in strangers], dtype=np.int64)
        scores = [probe.scores(margin, one_each=one_each) for probe in known]
        self.right = np.array([score.right for score in scores], dtype=np.float64)  # (k,)
        self.wrong = np.array([score.wrong for score in scores], dtype=np.float64)  # (k,)
        self.strange = np.array(
            [probe.scores(margin, one_each=one_each).wrong for probe in strangers], dtype=np.float64
        )  # (s,)

    @property
    def smallest(self) -> float:
        """The smallest rate that these strangers can show: three in so many people."""
        return smallest_measurable(len(np.unique(self.stranger_people)))

    def named(self, threshold: float, *, seed: int) -> Rate:
        """Strangers' photos in which somebody is named (FPIR)."""
        return self._rate(self.stranger_people, self.strange >= threshold, seed)

    def found(self, threshold: float, *, seed: int) -> Rate:
        """Known people's photos in which their person is named (TPIR)."""
        return self._rate(self.known_people, self.right >= threshold, seed)

    def confused(self, threshold: float, *, seed: int) -> Rate:
        """Known people's photos in which somebody else is named."""
        return self._rate(self.known_people, self.wrong >= threshold, seed)

    def point(self, fpir: float, *, seed: int) -> Point:
        """What is found at the lowest threshold that names no more strangers than the rate allows."""
        if not len(self.strange) or fpir < self.smallest:
            return Point(fpir, self.smallest, None, None)
        order = np.argsort(-self.strange, kind="stable")
        threshold = _threshold(self.strange[order], np.ones(len(order)), fpir)
        plain = self.found(threshold, seed=seed)
        interval = plain.interval if plain.hits in (0, plain.total) else self._interval(order, fpir, seed)
        return Point(fpir, self.smallest, threshold, Rate(plain.hits, plain.total, plain.groups, interval))

    def curve(self) -> list[tuple[float, float]]:
        """Every (rate of strangers named, rate of known people missed), from the highest threshold down."""
        if not len(self.strange) or not len(self.right):
            return []
        thresholds = np.unique(np.concatenate([self.strange, self.right]))[::-1]
        thresholds = thresholds[np.isfinite(thresholds)]
        strange, right = np.sort(self.strange), np.sort(self.right)
        named = 1 - np.searchsorted(strange, thresholds) / len(strange)
        missed = np.searchsorted(right, thresholds) / len(right)
        return [(float(x), float(y)) for x, y in zip(named, missed, strict=True)]

    def _interval(self, order: NDArray[np.int64], fpir: float, seed: int) -> Interval | None:
        """The interval when people are drawn anew: threshold and share found vary together."""
        falling, owners = self.strange[order], self.stranger_people[order]
        drawn = []
        for block in resamples(len(self._people), seed=seed):
            for weights in block:
                known = weights[self.known_people]
                if known.sum() and weights[owners].sum():
                    threshold = _threshold(falling, weights[owners], fpir)
                    drawn.append(known @ (self.right >= threshold) / known.sum())
        return interval_of(np.array(drawn)) if drawn else None

    def _rate(self, people: NDArray[np.int64], hits: NDArray[np.bool_], seed: int) -> Rate:
        return rate(counted(zip([self._people[n] for n in people], hits.tolist(), strict=True)), seed=seed)


def counted(trials: Iterable[tuple[str, bool]]) -> dict[str, tuple[int, int]]:
    """Hits and total of each person from (person, hit)."""
    found: dict[str, tuple[int, int]] = {}
    for person, hit in trials:
        hits, total = found.get(person, (0, 0))
        found[person] = hits + bool(hit), total + 1
    return found


def rank_one(probes: Sequence[Probe], *, seed: int) -> Rate:
    """Known people's photos whose main face resembles its own person most, whatever the threshold."""
    return rate_of(probes, lambda probe: probe.first, seed=seed)


def undetected(probes: Sequence[Probe], *, seed: int) -> Rate:
    """Photos in which no face was found."""
    return rate_of(probes, lambda probe: not probe.regions, seed=seed, known=None)


def rate_of(
    probes: Sequence[Probe], hit: Callable[[Probe], bool], *, seed: int, known: bool | None = True
) -> Rate:
    """The share of probes, of known people by default, for which something holds."""
    chosen = [probe for probe in probes if known is None or probe.known is known]
    return rate(counted((probe.person, hit(probe)) for probe in chosen), seed=seed)


def _threshold(falling: NDArray[np.float64], weights: NDArray[np.floating], fpir: float) -> float:
    """The lowest threshold at which at most a share of falling, weighted scores is named."""
    shares = np.cumsum(weights) / weights.sum()
    over = int(np.searchsorted(shares, fpir + 1e-12, side="right"))
    if over == len(falling) or falling[over] < -1.0:  # of those that lead too little for any name
        return -1.0
    # Above the first score that is too many; equal ones before it go with it.
    return float(np.nextafter(falling[over], math.inf))
