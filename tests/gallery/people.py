"""Galleries with people in them, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from gallery.writer import Writer
from tests.fakes import reference

SPACE = "colour"


def add_space(gallery: Gallery) -> None:
    """Make the space of the fakes known."""
    with gallery.write() as writer:
        writer.add_space(SPACE, 3, "colour")


def enrol(
    writer: Writer, name: str, *photos: str, vector: Sequence[float] = (1, 0, 0), crop: bytes = b"jpeg"
) -> int:
    """Add a person with a reference from each photo; the space must be known."""
    number = writer.add(NewEntity(name, source="test"))
    for photo in photos:
        writer.add_reference(number, reference(vector, photo, crop=crop), (100, 100))
    return number


def people(gallery: Gallery, *names: str) -> list[int]:
    """Add people with one reference each, from a photo named after them."""
    add_space(gallery)
    with gallery.write() as writer:
        return [enrol(writer, name, f"photo of {name}") for name in names]


def names(gallery: Gallery) -> list[str]:
    """The names of all who are not merged into others."""
    return [entity.name for entity in gallery.iterate()]


def reference_ids(gallery: Gallery, since: int = 0) -> list[int]:
    """The ids of all references with an embedding since a revision."""
    with gallery.changes(SPACE, since=since) as changes:
        return [int(number) for block in changes.blocks for number in block.reference_ids]
