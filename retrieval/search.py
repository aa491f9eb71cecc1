"""Text to enrolled photos: what they show, not who is in them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gallery.entity import Entity, SpaceKind
from gallery.gallery import Gallery
from vision.embedder import Embedder, TextEmbedder
from vision.errors import UserError
from vision.things import photo_space


@dataclass(frozen=True, slots=True)
class Shown:
    """An enrolled photo that fits a text."""

    photo: str  # SHA-256
    similarity: float  # cosine of text and photo
    entities: tuple[Entity, ...]  # who and what is enrolled from it


def search(gallery: Gallery, embedder: Embedder, text: str, *, limit: int = 10) -> list[Shown]:
    """The photos that a text fits best; raise `UserError` where there is nothing to search.

    All photos are compared: their vectors are read once, in blocks.
    """
    if not text.strip():
        raise UserError("Expected what the photo shows, such as 'a man with a red tie', but it is empty.")
    if not isinstance(embedder, TextEmbedder):
        raise UserError(f"{embedder.name} reads no texts; search needs a CLIP model.")
    space = photo_space(embedder)
    _check(gallery, space)
    best = _nearest(gallery, space, embedder.embed_texts([text])[0], limit)
    references = gallery.shown_in([photo for _, photo in best])
    entities = gallery.entities({one.entity_id for found in references.values() for one in found})
    shown = []
    for similarity, photo in best:
        known = (entities.get(one.entity_id) for one in references.get(photo, ()))
        distinct = {entity.id: entity for entity in known if entity is not None}
        if distinct:  # else it was forgotten a moment ago
            shown.append(Shown(photo, similarity, tuple(distinct.values())))
    return shown


def _check(gallery: Gallery, space: str) -> None:
    current = gallery.current_space(SpaceKind.PHOTO)
    if current is None or not current.references:
        raise UserError("No photo is prepared for search: 'placard ingest --search' does that.")
    if current.name != space:
        raise UserError(
            f"The photos were prepared with {current.name}, but would be searched with {space}; "
            f"leave --things out."
        )


def _nearest(gallery: Gallery, space: str, query: NDArray[np.float32], limit: int) -> list[tuple[float, str]]:
    """Similarity and photo of the nearest, most similar first."""
    best: list[tuple[float, str]] = []
    with gallery.photo_embeddings(space) as blocks:
        for block in blocks:
            similarities = (block.vectors.astype(np.float32) @ query).tolist()
            best = heapq.nlargest(limit, [*best, *zip(similarities, block.photos, strict=True)])
    return best
