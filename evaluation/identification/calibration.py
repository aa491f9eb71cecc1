"""Thresholds estimated on a gallery's own people, for a wanted rate of strangers who get a name."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from evaluation.identification.impostors import Faces, Impostors, faces_in, impostors_of
from evaluation.identification.tail import Tail, fitted
from evaluation.intervals import Rate, rate
from gallery.calibration import Calibration
from gallery.gallery import Gallery
from vision.errors import UserError

HIGHEST_RATE = 0.1
# With so few people a wanted 1 % came out between 0 and 4 % (docs/evaluation.md); with fewer it says nothing.
LEAST_PEOPLE = 50
# Pairs of different people that are expected above the threshold, at least: further out nothing was measured.
_LEAST_EXPECTED = 0.05
# Pairs so similar that fewer than this many are expected in the whole gallery may be one person twice.
_SUSPECT = 0.2
METHOD = "exponential tail of leave-one-person-out similarities"


class TooFewPeopleError(UserError):
    """A gallery that is too small for a rate."""

    def __init__(self, present: int, needed: int, fpir: float, gallery_size: int) -> None:
        super().__init__(
            f"Calibrating for {100 * fpir:g} % of strangers among {gallery_size} people takes at least "
            f"{needed} people with references, but the gallery has {present}. "
            f"Add people, or set PLACARD_THRESHOLD."
        )


@dataclass(frozen=True, slots=True)
class Alike:
    """Two entities that look like one person."""

    one: int
    other: int
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A threshold for a wanted rate, and what the gallery itself says about it."""

    calibration: Calibration
    tail: Tail
    suspects: tuple[Alike, ...]  # left out of the estimate: the tail does not explain them
    alike: tuple[Alike, ...]  # counted, though their similarity reaches the threshold
    impostors: Impostors

    def measured(self, threshold: float, *, seed: int = 0) -> Rate:
        """The share of the gallery's own photos that would be named at a threshold if nobody were known."""
        highest = self.impostors.similarities.max(axis=1)
        trials: Counter[int] = Counter(self.impostors.strangers.tolist())
        named: Counter[int] = Counter(self.impostors.strangers[highest >= threshold].tolist())
        return rate({str(person): (named[person], trials[person]) for person in trials}, seed=seed)


def estimate(
    gallery: Gallery, space: str, *, fpir: float, margin: float, gallery_size: int | None = None
) -> Estimate:
    """The threshold of a space at which a share `fpir` of strangers gets a name.

    `gallery_size` is how many people there will be; those of now by default. The margin is taken as it is: it
    hardly changes how many strangers are named at rates of 1 % and less.
    Raise `TooFewPeopleError` where the gallery says too little.
    """
    return estimate_for(faces_in(gallery, space), space, fpir=fpir, margin=margin, gallery_size=gallery_size)


def estimate_for(
    faces: Faces, space: str, *, fpir: float, margin: float, gallery_size: int | None = None
) -> Estimate:
    """As `estimate`, for embeddings."""
    if not 0 < fpir <= HIGHEST_RATE:
        raise UserError(
            f"Expected a rate above 0 and up to {HIGHEST_RATE:g} of strangers named, got {fpir:g}."
        )
    present = len(faces.people)
    size = gallery_size or present
    needed = _people_needed(fpir, size)
    if present < needed:
        raise TooFewPeopleError(present, needed, fpir, max(size, needed))
    impostors = impostors_of(faces)
    robust = fitted(impostors, fpir=fpir, people=size, robust=True)
    suspects = tuple(
        pair
        for pair in _pairs(impostors, robust.level)
        if robust.pairs_above(pair.similarity, present) < _SUSPECT
    )
    kept = _without(impostors, suspects)
    tail = fitted(kept, fpir=fpir, people=size)
    threshold = round(tail.threshold(fpir, size), 4)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    calibration = Calibration(
        space, threshold, margin, fpir, present, size, len(faces.owners), METHOD, made_at
    )
    return Estimate(calibration, tail, suspects, _pairs(kept, threshold), kept)


def _people_needed(fpir: float, gallery_size: int) -> int:
    """How many people make enough pairs to see so rare a similarity."""
    return max(LEAST_PEOPLE, math.ceil(math.sqrt(2 * _LEAST_EXPECTED * gallery_size / fpir)))


def _pairs(impostors: Impostors, similarity: float) -> tuple[Alike, ...]:
    """The pairs that are so similar or more, most similar first."""
    pairs: dict[tuple[int, int], float] = {}
    for row, column in np.argwhere(impostors.similarities >= similarity).tolist():
        one, other = sorted((int(impostors.strangers[row]), int(impostors.people[column])))
        found = float(impostors.similarities[row, column])
        pairs[one, other] = max(found, pairs.get((one, other), -1.0))
    return tuple(Alike(*pair, pairs[pair]) for pair in sorted(pairs, key=lambda pair: -pairs[pair]))


def _without(impostors: Impostors, suspects: tuple[Alike, ...]) -> Impostors:
    """The similarities without those between suspects."""
    similarities = impostors.similarities.copy()
    for pair in suspects:
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            column = int(np.searchsorted(impostors.people, other))
            similarities[impostors.strangers == one, column] = -2.0
    return replace(impostors, similarities=similarities)
