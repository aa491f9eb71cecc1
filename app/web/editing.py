"""Changing an entity from a page that may show an older state of it."""

from __future__ import annotations

from gallery.entity import Entity
from gallery.gallery import Gallery


def save(gallery: Gallery, shown: Entity, name: str, biography: str) -> Entity | None:
    """Give an entity another name and biography, unless they are no longer those that were shown.

    Return the entity of now where somebody else has changed it meanwhile: then nothing is written. Raise
    `UserError` for an empty name and for an entity that is gone.
    """
    with gallery.write() as writer:
        now = writer.entity(shown.id)
        if (now.name, now.biography) != (shown.name, shown.biography):
            return now
        if name != shown.name:
            writer.rename(shown.id, name)
        if biography != shown.biography:
            writer.describe(shown.id, biography)
    return None
