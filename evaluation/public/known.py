"""The concepts of a public bench in the user's own gallery, where they were enrolled as anything else is."""

from __future__ import annotations

from collections.abc import Iterable

from evaluation.bench.record import BenchError
from gallery.entity import Entity
from gallery.gallery import Gallery
from generation.folding import folded

_LISTED = 5


def known_concepts(concepts: Iterable[str], gallery: Gallery) -> dict[str, Entity]:
    """The entity of each concept, by its name; raise `BenchError` for one that is missing, or there twice."""
    named: dict[str, list[Entity]] = {}
    for entity in gallery.iterate():
        named.setdefault(folded(entity.name), []).append(entity)
    wanted = sorted(set(concepts))
    missing = [concept for concept in wanted if folded(concept) not in named]
    if missing:
        shown = ", ".join(missing[:_LISTED]) + (" ..." if len(missing) > _LISTED else "")
        raise BenchError(
            f"{len(missing)} of {len(wanted)} concepts are not in the gallery: {shown}; "
            f"ingest their training photos first, each under the name of its concept."
        )
    for concept in wanted:
        if len(named[folded(concept)]) > 1:
            raise BenchError(f"The gallery has several entities named {concept}; a concept is one of them.")
    return {concept: named[folded(concept)][0] for concept in wanted}
