"""Rows to values and back."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from gallery.entity import Entity, EntityKind, NewReference, Reference
from gallery.tables import EntityRow, ReferenceRow
from vision.box import Box
from vision.quality import Quality

ENTITY_COLUMNS = (
    EntityRow.id,
    EntityRow.kind,
    EntityRow.noun,
    EntityRow.name,
    EntityRow.biography,
    EntityRow.source,
    EntityRow.external_id,
    EntityRow.merged_into,
)
REFERENCE_COLUMNS = (
    ReferenceRow.id,
    ReferenceRow.entity_id,
    ReferenceRow.photo,
    ReferenceRow.left,
    ReferenceRow.top,
    ReferenceRow.right,
    ReferenceRow.bottom,
    ReferenceRow.confidence,
    ReferenceRow.sharpness,
    ReferenceRow.brightness,
    ReferenceRow.yaw,
)

Value = TypeVar("Value")


def entity_of(row: Sequence[Any]) -> Entity:
    """The entity in a row of `ENTITY_COLUMNS`."""
    number, kind, noun, name, biography, source, external_id, merged_into = row
    return Entity(number, EntityKind(kind), noun, name, biography, source, external_id, merged_into)


def reference_of(row: Sequence[Any]) -> Reference:
    """The reference in a row of `REFERENCE_COLUMNS`."""
    number, entity_id, photo, left, top, right, bottom, confidence, sharpness, brightness, yaw = row
    box = Box(left, top, right, bottom)
    quality = Quality(min(box.width, box.height), sharpness, brightness, yaw)
    return Reference(number, entity_id, photo, box, quality, confidence)


def reference_values(entity_id: int, reference: NewReference, revision: int) -> dict[str, Any]:
    """The columns of a new reference."""
    landmarks = reference.landmarks
    return {
        "entity_id": entity_id,
        "photo": reference.photo,
        "left": reference.box.left,
        "top": reference.box.top,
        "right": reference.box.right,
        "bottom": reference.box.bottom,
        "confidence": reference.confidence,
        "sharpness": reference.quality.sharpness,
        "brightness": reference.quality.brightness,
        "yaw": reference.quality.yaw,
        "landmarks": None if landmarks is None else np.asarray(landmarks, dtype="<f4").tobytes(),
        "crop": reference.crop,
        "revision": revision,
    }


def place_of(row: Mapping[str, Any]) -> Box:
    """The box in the columns of a reference."""
    return Box(row["left"], row["top"], row["right"], row["bottom"])


def packed(embedding: NDArray[np.floating]) -> bytes:
    """An embedding (d,) as little-endian float16."""
    return np.asarray(embedding, dtype="<f2").tobytes()


def name_key(name: str) -> str:
    """The form of a name that searches compare: composed, case folded, single spaces."""
    # Folding takes some composed letters apart, so they are composed again.
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def merge_pointers(connection: Connection) -> dict[int, int]:
    """Every merged entity and the entity that it points to."""
    rows = connection.execute(
        select(EntityRow.id, EntityRow.merged_into).where(EntityRow.merged_into.is_not(None))
    )
    return {number: target for number, target in rows if target is not None}


def root_of(entity_id: int, pointers: Mapping[int, int]) -> int:
    """The entity that stands for `entity_id` after all merges."""
    while entity_id in pointers:
        entity_id = pointers[entity_id]
    return entity_id


def group_of(entity_id: int, pointers: Mapping[int, int]) -> list[int]:
    """The entity and every one merged into it, directly or through another, sorted."""
    # A chain is cut at the entity, so that one that is merged itself keeps those behind it.
    up_to_it = {number: target for number, target in pointers.items() if number != entity_id}
    return sorted({entity_id, *(n for n in up_to_it if root_of(n, up_to_it) == entity_id)})


def chunked(values: Iterable[Value], size: int = 500) -> Iterator[list[Value]]:
    """Lists of at most `size`, since databases limit the parameters of a statement."""
    chunk: list[Value] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
