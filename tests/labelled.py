"""Rows of sources that exist only in memory, and many small photos, for tests of ingest."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from ingest.sources.row import Labelled
from vision.box import Box

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)


def labelled(
    name: str,
    photo: bytes,
    *,
    where: str = "",
    source: str = "test",
    label: str = "",
    external_id: str | None = None,
    biography: str | None = None,
    box: Box | None = None,
    kind: EntityKind = EntityKind.PERSON,
) -> Labelled:
    """A row whose photo is in memory; without a biography the source is silent about it."""
    entity = NewEntity(
        name=name,
        kind=kind,
        biography=biography or "",
        source=source,
        label=label or name,
        external_id=external_id,
    )
    return Labelled(where or f"{name}.png", entity, box, biography is not None, lambda: photo)


def photo_of(*colours: tuple[int, int, int], number: int = 0) -> bytes:
    """A photo like `tests.fakes.picture`; another number gives other bytes of the same faces."""
    pixels = np.zeros((100, 100 * len(colours), 3), dtype=np.uint8)
    for column, colour in enumerate(colours):
        pixels[:, 100 * column : 100 * (column + 1)] = colour
    pixels[0, 0] = (number % 256, number // 256, 1)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def crowd_colours(people: int) -> list[tuple[int, int, int]]:
    """A colour of its own direction for each person."""
    return [(30 + 25 * (person % 8), 30 + 25 * (person // 8), 120) for person in range(people)]


def write_crowd(folder: Path, people: int, photos: int) -> Path:
    """A folder per person with different photos of one colour."""
    for person, colour in enumerate(crowd_colours(people)):
        place = folder / f"Person {person:02}"
        place.mkdir(parents=True, exist_ok=True)
        for number in range(photos):
            (place / f"{number}.png").write_bytes(photo_of(colour, number=person * photos + number))
    return folder


def contents(gallery: Gallery) -> dict[int, tuple[str, str, list[str]]]:
    """Name, biography and the photos of every entity."""
    return {
        entity.id: (
            entity.name,
            entity.biography,
            [reference.photo for reference in gallery.references(entity.id)],
        )
        for entity in gallery.iterate()
    }


def names(gallery: Gallery) -> Sequence[str]:
    """Who is in a gallery, in the order of their ids."""
    return [entity.name for entity in gallery.iterate()]
