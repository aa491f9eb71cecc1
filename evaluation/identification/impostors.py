"""The people of a gallery as strangers to one another: each against all others, leaving the person out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallery.gallery import Gallery

# Similarities that are held at once, 160 MB; of a larger gallery fewer people are looked at as strangers.
_CELLS = 40_000_000
_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """The embeddings of one space, ordered by person."""

    vectors: NDArray[np.float32]  # (n, d)
    owners: NDArray[np.int64]  # (n,), rising: the entity that stands for each after all merges

    @property
    def people(self) -> NDArray[np.int64]:
        """The people, rising."""
        return np.unique(self.owners)

    def of(self, people: Collection[int] | NDArray[np.int64]) -> Faces:
        """Those of some people."""
        kept = np.isin(self.owners, np.asarray(list(people), dtype=np.int64))
        return Faces(self.vectors[kept], self.owners[kept])

    def without(self, people: Collection[int]) -> Faces:
        """Those of all others."""
        return self.of(np.setdiff1d(self.people, np.asarray(list(people), dtype=np.int64)))


@dataclass(frozen=True, slots=True, eq=False)
class Impostors:
    """How similar photos are to everybody but their own person."""

    similarities: NDArray[np.float32]  # (a, p): to the nearest reference of each person; own ones are -2
    strangers: NDArray[np.int64]  # (a,): whose photo it is
    people: NDArray[np.int64]  # (p,)
    weights: NDArray[np.float32]  # (a,): the photos of one person count as one together
    total: float  # the weight of all pairs

    def nearest(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """For each photo the similarity (a,) to the nearest other person, and the lead (a,) over the next."""
        two = np.partition(self.similarities, (-2, -1), axis=1)[:, -2:]
        return two[:, 1], two[:, 1] - two[:, 0]


def faces_in(gallery: Gallery, space: str) -> Faces:
    """All embeddings that a gallery holds in a space."""
    with gallery.changes(space) as changes:
        blocks = list(changes.blocks)
        merged = changes.merged
    if not blocks:
        return Faces(np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.int64))
    owners = np.concatenate([block.entity_ids for block in blocks])
    owners = np.array([merged.get(int(number), int(number)) for number in owners], dtype=np.int64)
    order = np.argsort(owners, kind="stable")
    vectors = np.concatenate([block.vectors for block in blocks]).astype(np.float32)
    return Faces(vectors[order], owners[order])


def impostors_of(faces: Faces, *, seed: int = 0) -> Impostors:
    """Every photo against every other person; of a large gallery those of a seeded part of the people."""
    people, starts, counts = np.unique(faces.owners, return_index=True, return_counts=True)
    chosen = _sample(faces, people, seed)
    rows = np.flatnonzero(np.isin(faces.owners, chosen))
    similarities = np.empty((len(rows), len(people)), dtype=np.float32)
    for begin in range(0, len(rows), _BLOCK):
        block = rows[begin : begin + _BLOCK]
        found = faces.vectors[block] @ faces.vectors.T
        similarities[begin : begin + _BLOCK] = np.maximum.reduceat(found, starts, axis=1)
    own = np.searchsorted(people, faces.owners[rows])
    similarities[np.arange(len(rows)), own] = -2.0
    weights = (1 / counts[own]).astype(np.float32)
    return Impostors(
        similarities, faces.owners[rows], people, weights, float(weights.sum()) * (len(people) - 1)
    )


def _sample(faces: Faces, people: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """As many people as strangers as the memory holds."""
    if len(faces.owners) * len(people) <= _CELLS:
        return people
    share = _CELLS / (len(faces.owners) * len(people))
    count = max(1, int(share * len(people)))
    return np.random.default_rng(seed).choice(people, size=count, replace=False)
