"""Rates with the interval that chance leaves, drawn anew by person: photos of one person are alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000
_TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a figure lies with 95 % confidence."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.low:.1f} to {100 * self.high:.1f} %"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of trials, and what it rests on."""

    hits: int
    total: int
    groups: int  # people, whose trials stand or fall together
    interval: Interval | None  # None where nothing was tried

    @property
    def value(self) -> float | None:
        """The share; None where nothing was tried."""
        return self.hits / self.total if self.total else None

    def __str__(self) -> str:
        if self.value is None:
            return "nothing tried"
        return f"{100 * self.value:.1f} % ({self.interval}; {self.hits} of {self.total})"

    def form(self) -> dict[str, float | int | None]:
        """The rate as JSON holds it."""
        ends = (None, None) if self.interval is None else (self.interval.low, self.interval.high)
        return {
            "value": self.value,
            "low": ends[0],
            "high": ends[1],
            "hits": self.hits,
            "total": self.total,
            "people": self.groups,
        }


def rate(trials: Mapping[str, tuple[int, int]], *, seed: int, draws: int = DRAWS) -> Rate:
    """The share of hits; `trials` holds hits and total of each person.

    Where all came out alike a bootstrap has nothing to vary: the interval then reaches as far as a rate can
    be that shows no case in so many people (three of them, by the rule of three).
    """
    counts = np.array([trials[group] for group in sorted(trials)], dtype=np.int64).reshape(-1, 2)
    counts = counts[counts[:, 1] > 0]
    hits, total = (int(number) for number in counts.sum(axis=0))
    if not total:
        return Rate(0, 0, 0, None)
    reach = min(1.0, smallest_measurable(len(counts)))
    if hits == 0:
        return Rate(hits, total, len(counts), Interval(0.0, reach))
    if hits == total:
        return Rate(hits, total, len(counts), Interval(1.0 - reach, 1.0))
    weights = np.concatenate(list(resamples(len(counts), seed=seed, draws=draws)))
    drawn = (weights @ counts[:, 0]) / (weights @ counts[:, 1])
    return Rate(hits, total, len(counts), interval_of(drawn))


def rate_by_group(trials: Iterable[tuple[str, bool]], *, seed: int = 0) -> Rate:
    """The share of hits of trials, each given with the group that it stands or falls with."""
    counts: dict[str, tuple[int, int]] = {}
    for group, hit in trials:
        hits, total = counts.get(group, (0, 0))
        counts[group] = (hits + hit, total + 1)
    return rate(counts, seed=seed)


def resamples(groups: int, *, seed: int, draws: int = DRAWS) -> Iterator[NDArray[np.int64]]:
    """How often each group is drawn in a bootstrap, as blocks (b, groups) that fit the memory."""
    chance = np.random.default_rng(seed)
    block = max(1, min(draws, 10_000_000 // max(1, groups)))
    for start in range(0, draws, block):
        yield chance.multinomial(groups, [1 / groups] * groups, size=min(block, draws - start))


def interval_of(drawn: NDArray[np.floating]) -> Interval:
    """The middle 95 % of what a bootstrap drew."""
    low, high = np.quantile(drawn, _TAILS)
    return Interval(float(low), float(high))


def smallest_measurable(people: int) -> float:
    """The smallest rate that so many independent people can show: three in so many.

    >>> smallest_measurable(300)
    0.01
    """
    return 3 / people if people else 1.0
