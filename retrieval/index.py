"""The references of one space, searchable, kept up with the gallery."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallery.gallery import Gallery
from retrieval.vectors import VectorIndex, empty_index
from vision.device import Device

# Most people have few references, so this many neighbours usually show two distinct ones.
_FIRST_K = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity near a query, by its most similar reference."""

    entity_id: int  # merges resolved
    similarity: float
    reference_id: int


@dataclass(frozen=True, slots=True, eq=False)
class _Snapshot:
    """One state of the index; a search keeps the one that it began with."""

    revision: int
    vectors: VectorIndex
    reference_ids: NDArray[np.int64]  # (n,), by position in `vectors`
    entity_ids: NDArray[np.int64]  # (n,), as enrolled
    roots: NDArray[np.int64]  # (n,), merges resolved


class ReferenceIndex:
    """A derived index: it can be thrown away at any time and is rebuilt from the gallery's rows."""

    def __init__(self, gallery: Gallery, space: str, dimension: int, device: Device = Device.AUTO) -> None:
        self._gallery = gallery
        self.space = space
        self._lock = threading.Lock()
        nothing = np.zeros(0, dtype=np.int64)
        self._snapshot = _Snapshot(0, empty_index(dimension, device), nothing, nothing, nothing)

    @property
    def size(self) -> int:
        """How many references it held when it last caught up."""
        return self._snapshot.vectors.size

    @property
    def revision(self) -> int:
        """The gallery's revision that it last caught up with."""
        return self._snapshot.revision

    def catch_up(self) -> None:
        """Take over every change of the gallery since the last time."""
        if self._gallery.revision() == self._snapshot.revision:
            return
        with self._lock:
            snapshot = self._snapshot
            with self._gallery.changes(self.space, since=snapshot.revision) as changes:
                blocks = list(changes.blocks)
                removed = np.flatnonzero(np.isin(snapshot.reference_ids, changes.removed))
                self._snapshot = _Snapshot(
                    changes.revision,
                    _vectors(snapshot.vectors, removed, [block.vectors for block in blocks]),
                    *_identities(
                        (snapshot.reference_ids, [block.reference_ids for block in blocks], removed),
                        (snapshot.entity_ids, [block.entity_ids for block in blocks], removed),
                        changes.merged,
                    ),
                )

    def nearest(
        self, embeddings: NDArray[np.float32], without: Sequence[Collection[int]] | None = None
    ) -> list[list[Hit]]:
        """For each embedding (q, d) the nearest two distinct entities, fewer where there are fewer.

        `without` has for each embedding the entities, merges resolved, that it cannot be.
        """
        snapshot = self._snapshot
        if snapshot.vectors.size == 0:
            return [[] for _ in embeddings]
        found: list[list[Hit]] = [[] for _ in embeddings]
        open_queries, k = list(range(len(embeddings))), _FIRST_K
        while open_queries:
            k = min(k, snapshot.vectors.size)
            similarities, positions = snapshot.vectors.search(embeddings[open_queries], k)
            for row, query in enumerate(open_queries):
                passed = without[query] if without is not None else ()
                found[query] = _distinct(snapshot, similarities[row], positions[row], passed)
            # One person with many references can fill the first k: widen until a second one shows.
            open_queries = [
                query for query in open_queries if len(found[query]) < 2 and k < snapshot.vectors.size
            ]
            k *= 8
        return found


def _vectors(index: VectorIndex, removed: NDArray[np.int64], added: list[NDArray[np.float16]]) -> VectorIndex:
    if not len(removed) and not added:
        return index
    dimension = added[0].shape[1] if added else 0
    return index.changed(
        removed, np.concatenate(added) if added else np.zeros((0, dimension), dtype=np.float16)
    )


_Column = tuple[NDArray[np.int64], list[NDArray[np.int64]], NDArray[np.int64]]


def _identities(
    references: _Column, entities: _Column, merged: Mapping[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Reference ids, entity ids and roots after a change, in the order of the vectors."""
    reference_ids, entity_ids = (
        np.concatenate([np.delete(present, removed), *added])
        for present, added, removed in (references, entities)
    )
    if not merged:
        return reference_ids, entity_ids, entity_ids
    sources = np.array(sorted(merged), dtype=np.int64)
    targets = np.array([merged[number] for number in sorted(merged)], dtype=np.int64)
    places = np.searchsorted(sources, entity_ids).clip(max=len(sources) - 1)
    roots = np.where(sources[places] == entity_ids, targets[places], entity_ids)
    return reference_ids, entity_ids, roots


def _distinct(
    snapshot: _Snapshot,
    similarities: NDArray[np.float32],
    positions: NDArray[np.int64],
    passed: Collection[int],
) -> list[Hit]:
    """The first two distinct entities of one falling list that are not to be passed over."""
    hits: list[Hit] = []
    for similarity, position in zip(similarities.tolist(), positions.tolist(), strict=True):
        entity_id = int(snapshot.roots[position])
        if position >= 0 and entity_id not in passed and all(hit.entity_id != entity_id for hit in hits):
            reference_id = int(snapshot.reference_ids[position])
            hits.append(Hit(entity_id, max(-1.0, min(1.0, similarity)), reference_id))
            if len(hits) == 2:
                break
    return hits
