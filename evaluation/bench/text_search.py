"""The texts of a gallery that fit a question best, whoever is in the photo: what plain text RAG would do."""

from __future__ import annotations

from collections.abc import Sequence

from gallery.entity import Entity
from generation.context import Context, Entry
from generation.terms import terms
from vision.box import Box
from vision.photo import Photo

# How many texts are told; a gallery of no more is told whole.
MOST_TEXTS = 10


class TextSearch:
    """BM25 over whole biographies, with the words as the reader compares them."""

    def __init__(self, entities: Sequence[Entity]) -> None:
        import bm25s  # imported here: it takes a third of a second and brings scipy

        self.entities = entities
        self._index = bm25s.BM25()
        self._index.index(
            [terms(f"{entity.name}. {entity.biography}") or [""] for entity in entities], show_progress=False
        )

    def best(self, question: str) -> list[Entity]:
        """The entities whose texts share most with the question, best first."""
        if len(self.entities) <= MOST_TEXTS:
            return list(self.entities)
        wanted = sorted(set(terms(question)))
        scores = self._index.get_scores(wanted) if wanted else [0.0] * len(self.entities)
        order = sorted(range(len(self.entities)), key=lambda place: -float(scores[place]))
        return [self.entities[place] for place in order[:MOST_TEXTS]]

    def context(self, photo: Photo, question: str) -> Context:
        """A context in which everybody stands everywhere: each box is the whole photo, so no place tells."""
        everywhere = Box(0, 0, *photo.size)
        entries = tuple(
            Entry.of(k, entity, everywhere, everywhere)
            for k, entity in enumerate(self.best(question), start=1)
        )
        return Context(photo.size, entries, ())
