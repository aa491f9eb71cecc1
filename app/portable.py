"""The gallery in the form that `placard ingest` reads."""

from __future__ import annotations

import io
import json
import zipfile

from gallery.entity import Entity
from gallery.gallery import Gallery

METADATA = "metadata.jsonl"


def line_of(entity: Entity, file_name: str) -> str:
    """The line of `METADATA` that a reference of an entity is read by again."""
    row = {
        "file_name": file_name,
        "name": entity.name,
        "biography": entity.biography,
        "noun": entity.noun,
        "kind": entity.kind.value,
        "source": entity.source,
        # Two people may share a name: without an id of their own, ours keeps them apart.
        "external_id": entity.external_id or f"{entity.source}/{entity.id}",
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def zip_of(gallery: Gallery, entity: Entity) -> bytes:
    """A zip archive of one entity: its crops and what is known about it."""
    buffer, lines = io.BytesIO(), []
    with zipfile.ZipFile(buffer, "w") as archive:
        for reference in gallery.references(entity.id):
            name = f"{reference.id}.jpg"
            lines.append(line_of(entity, name))
            # Without the time, so that the same person is the same file.
            archive.writestr(zipfile.ZipInfo(name), gallery.crop(reference.id))
        archive.writestr(zipfile.ZipInfo(METADATA), "".join(lines))
    return buffer.getvalue()
