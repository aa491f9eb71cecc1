"""Thresholds estimated on a gallery's own people or things, for a wanted rate of others who get a name."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from evaluation.identification.impostors import Faces, Impostors, faces_in, impostors_of
from evaluation.identification.tail import Tail, fitted
from evaluation.intervals import Rate, rate
from gallery.calibration import Calibration
from gallery.entity import EntityKind
from gallery.gallery import Gallery
from vision.errors import UserError

HIGHEST_RATE = 0.1
# With 60 people a wanted 1 % came out between 0 and 3.5 % on others; with fewer it says little.
# Things are fewer: of 15, estimated on 12 and tried on the rest, up to twice the wanted share was named
# (docs/accuracy.md); with fewer it was more.
LEAST = {EntityKind.PERSON: 50, EntityKind.THING: 12}
# Pairs of different people that are expected above the threshold, at least: further out nothing was measured.
_LEAST_EXPECTED = 0.05
# Pairs so similar that fewer than this many are expected in the whole gallery may be one person twice.
_SUSPECT = 0.2
# Copies of one photo are so similar, whatever the tail explains; of lfw10's people no two photos were above
# 0.91, with either model.
_ONE_PHOTO = 0.98
METHOD = "exponential tail of leave-one-person-out similarities, times the share that leads by the margin"
# The margin is trusted with that much: photos of another kind than the gallery's may lead more often.
_LEAST_SHARE = 0.1
_MOST_NEAR = 0.5  # of strangers, so similar to somebody, whatever the margin does
_GRID = np.linspace(-1.0, 1.0, 4001)  # thresholds that are considered


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a threshold is wanted for; the margin is taken as it is.

    The margin counts: many a stranger resembles several people, and none of them clearly.
    Raise `UserError` for a rate that makes no sense.
    """

    fpir: float  # the share of strangers that gets a name
    margin: float
    gallery_size: int | None = None  # how many people there will be; None: those of now
    kind: EntityKind = EntityKind.PERSON  # what the gallery's entities in the space are

    def __post_init__(self) -> None:
        if not 0 < self.fpir <= HIGHEST_RATE:
            raise UserError(
                f"Expected a rate above 0 and up to {HIGHEST_RATE:g} of strangers named, got {self.fpir:g}."
            )


class TooFewPeopleError(UserError):
    """A gallery that is too small for a rate."""

    def __init__(self, present: int, needed: int, wanted: Wanted) -> None:
        kind, setting = wanted.kind, "THING_THRESHOLD" if wanted.kind is EntityKind.THING else "THRESHOLD"
        among = "" if wanted.gallery_size is None else f" among {wanted.gallery_size} {kind.several}"
        super().__init__(
            f"Calibrating for {100 * wanted.fpir:g} % of {kind.strangers}{among} takes at least "
            f"{needed} {kind.several} with references, but the gallery has {present}. "
            f"Add {kind.several}, or set PLACARD_{setting}."
        )


@dataclass(frozen=True, slots=True)
class Alike:
    """Two entities that look like one person."""

    one: int
    other: int
    similarity: float

    @property
    def is_one_photo(self) -> bool:
        """Whether both have copies of the same photo."""
        return self.similarity >= _ONE_PHOTO


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A threshold for a wanted rate, and what the gallery itself says about it."""

    calibration: Calibration
    tail: Tail
    suspects: tuple[Alike, ...]  # left out of the estimate: the tail does not explain them
    alike: tuple[Alike, ...]  # counted, though one would be named as the other
    impostors: Impostors
    kind: EntityKind

    def measured(self, threshold: float, margin: float, *, seed: int = 0) -> Rate:
        """The share of the gallery's own photos that get another's name, their own person left out."""
        similarity, lead = self.impostors.nearest()
        hits = (similarity >= threshold) & (lead >= margin)
        trials: Counter[int] = Counter(self.impostors.strangers.tolist())
        named: Counter[int] = Counter(self.impostors.strangers[hits].tolist())
        return rate({str(person): (named[person], trials[person]) for person in trials}, seed=seed)


def estimate(gallery: Gallery, space: str, wanted: Wanted) -> Estimate:
    """The threshold of a space at which a wanted share of strangers gets a name.

    Raise `TooFewPeopleError` where the gallery says too little.
    """
    return estimate_for(faces_in(gallery, space), space, wanted)


def estimate_for(faces: Faces, space: str, wanted: Wanted) -> Estimate:
    """As `estimate`, for embeddings."""
    present = len(faces.people)
    size = _enough(present, wanted)
    impostors = impostors_of(faces)
    robust = fitted(impostors, robust=True)
    suspects = _suspects(impostors, robust)
    kept = _without(impostors, suspects)
    tail = fitted(kept)
    threshold = _threshold(kept, tail, wanted, people=size)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    made_on = (present, size, len(faces.owners), METHOD, made_at)
    calibration = Calibration(space, threshold, wanted.margin, wanted.fpir, *made_on)
    similarity, lead = kept.nearest()
    named = (similarity >= threshold) & (lead >= wanted.margin)
    alike = _pairs(kept, (kept.similarities == similarity[:, None]) & named[:, None])
    return Estimate(calibration, tail, suspects, alike, kept, wanted.kind)


def _enough(present: int, wanted: Wanted) -> int:
    """How large the gallery is that is meant; raise `UserError` where too few are `present`."""
    several, size = wanted.kind.several, present if wanted.gallery_size is None else wanted.gallery_size
    if size < present:
        raise UserError(
            f"Calibrating for {wanted.kind.strangers} among {size} {several}, but the gallery has {present} "
            f"already."
        )
    needed = _needed(wanted, size)
    if present < needed:
        raise TooFewPeopleError(present, needed, wanted)
    return size


def _needed(wanted: Wanted, gallery_size: int) -> int:
    """How many people make enough pairs to see so rare a similarity.

    Where that is more than the gallery is meant to hold, it grows with those who are added.
    """
    least = LEAST[wanted.kind]
    size = max(least, gallery_size)
    alone = 2 * _LEAST_EXPECTED / wanted.fpir
    needed = math.sqrt(alone * size)
    return max(least, math.ceil(round(needed if needed <= size else alone, 6)))


def _threshold(impostors: Impostors, tail: Tail, wanted: Wanted, *, people: int) -> float:
    """The lowest threshold from which on no more than the wanted share of strangers is named.

    How many are so similar to somebody is what the tail says, or what was seen where that is more. How many
    of these also lead by the margin was seen; one more is added on both sides, so that where nobody was seen
    the margin is not counted on.
    """
    similarity, lead = impostors.nearest()
    near = _weight_above(similarity, impostors.weights)
    leads = lead >= wanted.margin
    clear = _weight_above(similarity[leads], impostors.weights[leads])
    share = np.minimum(1.0, near / near[0])
    seen = 1 - (1 - share) ** (people / (len(impostors.people) - 1))
    alike = np.maximum(tail.fpir(_GRID, people), seen)
    rates = alike * np.maximum(_LEAST_SHARE, (clear + 1) / (near + 1))
    over = np.flatnonzero((rates > wanted.fpir) | (alike > _MOST_NEAR))
    return round(float(_GRID[min(int(over[-1]) + 1, len(_GRID) - 1)]), 4)


def _weight_above(similarity: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much weight lies at or above each threshold of the grid."""
    order = np.argsort(similarity)
    below = np.concatenate([[0.0], np.cumsum(weights[order], dtype=np.float64)])
    return np.asarray(below[-1] - below[np.searchsorted(similarity[order], _GRID)])


def _pairs(impostors: Impostors, chosen: NDArray[np.bool_]) -> tuple[Alike, ...]:
    """The pairs that a mask over the similarities chooses, most similar first."""
    pairs: dict[tuple[int, int], float] = {}
    for row, column in np.argwhere(chosen).tolist():
        one, other = sorted((int(impostors.strangers[row]), int(impostors.people[column])))
        found = float(impostors.similarities[row, column])
        pairs[one, other] = max(found, pairs.get((one, other), -1.0))
    return tuple(Alike(*pair, pairs[pair]) for pair in sorted(pairs, key=lambda pair: -pairs[pair]))


def _suspects(impostors: Impostors, tail: Tail) -> tuple[Alike, ...]:
    """Pairs that may be one person: those that the tail does not explain, and copies of one photo.

    Where there are more copies than people they are none: to such a model everybody looks alike.
    """
    people = len(impostors.people)
    pairs = _pairs(impostors, impostors.similarities >= min(tail.level, _ONE_PHOTO))
    copies = sum(pair.is_one_photo for pair in pairs) <= people
    return tuple(
        pair
        for pair in pairs
        if (copies and pair.is_one_photo) or tail.pairs_above(pair.similarity, people) < _SUSPECT
    )


def _without(impostors: Impostors, suspects: tuple[Alike, ...]) -> Impostors:
    """The similarities without those between suspects."""
    similarities = impostors.similarities.copy()
    for pair in suspects:
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            column = int(np.searchsorted(impostors.people, other))
            similarities[impostors.strangers == one, column] = -2.0
    return replace(impostors, similarities=similarities)
