"""Embeddings of the gallery in memory, to catch photos that are filed under the wrong name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallery.gallery import Gallery


@dataclass(frozen=True, slots=True)
class Likeness:
    """How similar an embedding is to its own entity's references, and to the nearest other entity's."""

    own: float | None  # None where the entity has no reference yet
    other: float | None  # None where there is no other entity
    other_id: int | None


class Neighbours:
    """All embeddings of one space, kept up with the gallery and with what this run adds."""

    def __init__(self, gallery: Gallery, space: str, dimension: int) -> None:
        self._gallery = gallery
        self._space = space
        self._revision = 0
        self._merged: dict[int, int] = {}
        self._count = 0
        self._vectors = np.zeros((1024, dimension), dtype=np.float32)
        self._entity_ids = np.zeros(1024, dtype=np.int64)
        self._reference_ids = np.zeros(1024, dtype=np.int64)

    def catch_up(self) -> None:
        """Take over what this and other processes have committed."""
        with self._gallery.changes(self._space, since=self._revision) as changes:
            self._revision = changes.revision
            self._merged = changes.merged
            for block in changes.blocks:
                new = ~np.isin(block.reference_ids, self._reference_ids[: self._count])
                self._append(block.reference_ids[new], block.entity_ids[new], block.vectors[new])
            self._drop(changes.removed)

    def add(self, reference_id: int, entity_id: int, embedding: NDArray[np.float32]) -> None:
        """Count in a reference that this run is about to commit."""
        self._append(np.array([reference_id]), np.array([entity_id]), embedding[None])

    def likeness(
        self, entity_id: int | None, embedding: NDArray[np.float32], *, without: Collection[int] = ()
    ) -> Likeness:
        """Compare an embedding (d,) with the references of an entity and with everybody else's.

        `without` are entities, merges resolved, that a person said it does not show.
        """
        if self._count == 0:
            return Likeness(None, None, None)
        similarities = self._vectors[: self._count] @ embedding
        group = {entity_id, self._merged.get(entity_id or 0, entity_id)}
        group |= {number for number, root in self._merged.items() if root in group}
        mine = np.isin(self._entity_ids[: self._count], [number for number in group if number is not None])
        passed = mine | self._of(without)
        others = np.where(passed, -np.inf, similarities)
        nearest = int(others.argmax())
        found = not passed.all()
        return Likeness(
            own=float(similarities[mine].max()) if mine.any() else None,
            other=float(others[nearest]) if found else None,
            other_id=int(self._entity_ids[nearest]) if found else None,
        )

    def _of(self, roots: Collection[int]) -> NDArray[np.bool_]:
        """Which rows belong to entities or to what is merged into them."""
        members = [*roots, *(number for number, root in self._merged.items() if root in roots)]
        return np.isin(self._entity_ids[: self._count], members)

    def _append(
        self, reference_ids: NDArray[np.int64], entity_ids: NDArray[np.int64], vectors: NDArray[np.floating]
    ) -> None:
        end = self._count + len(reference_ids)
        if end > len(self._vectors):
            size = max(end, 2 * len(self._vectors))
            self._vectors = np.resize(self._vectors, (size, self._vectors.shape[1]))
            self._entity_ids = np.resize(self._entity_ids, size)
            self._reference_ids = np.resize(self._reference_ids, size)
        self._vectors[self._count : end] = vectors
        self._entity_ids[self._count : end] = entity_ids
        self._reference_ids[self._count : end] = reference_ids
        self._count = end

    def _drop(self, reference_ids: NDArray[np.int64]) -> None:
        keep = ~np.isin(self._reference_ids[: self._count], reference_ids)
        if keep.all():
            return
        kept = int(keep.sum())
        for array in (self._vectors, self._entity_ids, self._reference_ids):
            array[:kept] = array[: self._count][keep]
        self._count = kept
