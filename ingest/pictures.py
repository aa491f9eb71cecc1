"""Whole photos, embedded so that they are found by what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gallery.entity import SpaceKind
from gallery.writer import Writer
from vision.embedder import Embedder
from vision.photo import Photo
from vision.things import embed_photos, photo_space


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """The embeddings of the photos of one batch by hash; none where nobody asked for search."""

    embedder: Embedder | None = None
    vectors: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @classmethod
    def of(cls, embedder: Embedder | None, photos: Sequence[Photo]) -> Pictures:
        """Embed photos, each once."""
        if embedder is None:
            return cls()
        distinct = list({photo.sha256: photo for photo in photos}.values())
        vectors = embed_photos(embedder, distinct)
        return cls(embedder, {photo.sha256: vector for photo, vector in zip(distinct, vectors, strict=True)})

    def keep(self, writer: Writer, photo: str) -> None:
        """Add the embedding of a photo of which something is enrolled, if there is none yet."""
        if self.embedder is None:
            return
        space = photo_space(self.embedder)
        if writer.ledger.photo_embedded(photo, space):
            return
        if writer.ledger.current_space(SpaceKind.PHOTO) is None:
            name = self.embedder.name
            writer.add_space(space, self.embedder.dimension, name, kind=SpaceKind.PHOTO)
        writer.add_photo_embedding(photo, space, self.vectors[photo])
