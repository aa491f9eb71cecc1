"""RCIDScore of descriptions that a model gave to records, beside that of the records' own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.intervals import Interval, interval_of, resamples
from evaluation.rcid.judge import WordJudge
from evaluation.rcid.score import rcid_score
from training.asking import context_of
from training.dataset.record import Record


@dataclass(frozen=True, slots=True)
class Descriptions:
    """The mean RCIDScore of descriptions, by words and without a model."""

    mean: float  # from 0 to 1, of the model's
    interval: Interval
    own: float  # of the records' own descriptions: what a model that has learnt the set can reach
    total: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.interval}; the set's own {self.own:.3f}; {self.total} descriptions)"


def described(told: Sequence[tuple[Record, str]], *, seed: int) -> Descriptions | None:
    """The score of descriptions, each with its record; None where there is none.

    One of a photo at most is looked at, or the interval would take them as independent. Those that should not
    cite are left out: the score cannot tell whom they speak of.
    """
    first = {record.image: (record, text) for record, text in reversed(told) if record.citations}
    if not first:
        return None
    scores = np.array([_total(record, text) for record, text in first.values()])  # (n,), from 0 to 1
    own = [_total(record, record.answer) for record, _ in first.values()]
    drawn = np.concatenate([weights @ scores for weights in resamples(len(scores), seed=seed)]) / len(scores)
    return Descriptions(float(scores.mean()), interval_of(drawn), sum(own) / len(own), len(own))


def _total(record: Record, text: str) -> float:
    return rcid_score(text, context_of(record), WordJudge()).total or 0.0
