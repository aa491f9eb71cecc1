"""Changing an entity from a page that may show an older state of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from app.web.roles import ensure_editor
from gallery.entity import Entity
from gallery.gallery import Gallery


@dataclass(frozen=True, slots=True)
class Texts:
    """What can be edited of an entity."""

    name: str
    noun: str = ""
    biography: str = ""

    @classmethod
    def of(cls, entity: Entity) -> Self:
        """The texts of an entity."""
        return cls(entity.name, entity.noun, entity.biography)


def save(gallery: Gallery, shown: Entity, texts: Texts) -> Entity | None:
    """Give an entity other texts, unless they are no longer those that were shown.

    Return the entity of now where somebody else has changed it meanwhile: then nothing is written. Raise
    `UserError` for an empty name or noun, for an entity that is gone, and in a session that may only look.
    """
    ensure_editor()
    with gallery.write() as writer:
        now = writer.entity(shown.id)
        if Texts.of(now) != Texts.of(shown):
            return now
        if texts.name != shown.name:
            writer.rename(shown.id, texts.name)
        if texts.noun != shown.noun:
            writer.call(shown.id, texts.noun)
        if texts.biography != shown.biography:
            writer.describe(shown.id, texts.biography)
    return None
