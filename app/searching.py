"""`placard gallery search`: enrolled photos by what they show."""

from __future__ import annotations

import sys
from pathlib import Path

from app.forms import print_json, printable
from app.settings import Settings
from app.things import choose_search
from gallery.gallery import Gallery
from retrieval.search import search as find


def search(settings: Settings, text: str, *, limit: int, as_json: bool) -> None:
    """Print the photos that a text fits best, and who and what is enrolled from each."""
    with Gallery.open(settings.gallery_url) as gallery:
        embedder = choose_search(settings, gallery)
        print(f"Search: {Path(embedder.name).name} on {embedder.device}", file=sys.stderr)
        found = find(gallery, embedder, text, limit=limit)
    if as_json:
        print_json(
            [
                {
                    "photo": one.photo,
                    "similarity": round(one.similarity, 4),
                    "entities": [{"entity_id": e.id, "name": e.name} for e in one.entities],
                }
                for one in found
            ]
        )
        return
    for one in found:
        names = ", ".join(f"{printable(entity.name)} (entity {entity.id})" for entity in one.entities)
        print(f"{one.similarity:.3f}  {names}  photo {one.photo[:12]}")
