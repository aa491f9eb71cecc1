"""What is embedded in which space, and what is not yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, insert, select, update

from gallery.changes import BLOCK
from gallery.entity import EntityKind, Reference, Space, SpaceKind
from gallery.records import REFERENCE_COLUMNS, chunked, reference_of
from gallery.tables import EmbeddingRow, EntityRow, PhotoEmbeddingRow, ReferenceRow, SpaceRow


@dataclass(frozen=True, slots=True, eq=False)
class PhotoEmbeddings:
    """A block of embeddings of whole photos, row i belonging to photo i."""

    photos: list[str]  # SHA-256
    vectors: NDArray[np.float16]  # (n, d), unit length


def spaces_of(connection: Connection) -> list[Space]:
    """The spaces with how much each holds, the current ones first."""
    references = select(func.count()).where(EmbeddingRow.space == SpaceRow.name).scalar_subquery()
    photos = select(func.count()).where(PhotoEmbeddingRow.space == SpaceRow.name).scalar_subquery()
    columns = (SpaceRow.name, SpaceRow.dimension, SpaceRow.model, SpaceRow.current)
    statement = select(*columns, references + photos, SpaceRow.kind)
    ordered = statement.order_by(SpaceRow.current.desc(), SpaceRow.kind, SpaceRow.name)
    return [
        Space(name, dimension, model, current, held, SpaceKind(kind))
        for name, dimension, model, current, held, kind in connection.execute(ordered)
    ]


def keep_space(connection: Connection, space: Space) -> None:
    """Make a space known; a current one replaces the current one of its kind before."""
    if space.current:
        of_kind = SpaceRow.kind == space.kind.value
        connection.execute(update(SpaceRow).where(of_kind).values(current=False))
    here = SpaceRow.name == space.name
    present = connection.execute(select(SpaceRow.dimension).where(here)).scalar()
    if present is None:
        values = {"name": space.name, "dimension": space.dimension, "model": space.model}
        connection.execute(insert(SpaceRow).values(**values, current=space.current, kind=space.kind.value))
        return
    if present != space.dimension:
        raise ValueError(f"Space {space.name} has {present} dimensions, but {space.dimension} were given")
    connection.execute(update(SpaceRow).where(here).values(model=space.model))
    if space.current:
        connection.execute(update(SpaceRow).where(here).values(current=True))


def missing_in(
    connection: Connection, space: str, kind: EntityKind, *, after: int, limit: int
) -> list[Reference]:
    """References of entities of a kind that have no embedding in a space, by id, beginning after one."""
    there = select(EmbeddingRow.reference_id).where(
        EmbeddingRow.reference_id == ReferenceRow.id, EmbeddingRow.space == space
    )
    statement = (
        select(*REFERENCE_COLUMNS)
        .join(EntityRow, EntityRow.id == ReferenceRow.entity_id)
        .where(~there.exists(), ReferenceRow.id > after, EntityRow.kind == kind.value)
        .order_by(ReferenceRow.id)
        .limit(limit)
    )
    return [reference_of(row) for row in connection.execute(statement)]


def references_of(connection: Connection, kind: EntityKind) -> int:
    """How many references entities of a kind have."""
    joined = (
        select(func.count()).select_from(ReferenceRow).join(EntityRow, EntityRow.id == ReferenceRow.entity_id)
    )
    return int(connection.execute(joined.where(EntityRow.kind == kind.value)).scalar_one())


def nouns_of(connection: Connection, kind: EntityKind) -> list[str]:
    """What entities of a kind are called, each noun once, sorted."""
    standing = (EntityRow.kind == kind.value, EntityRow.merged_into.is_(None))
    return sorted(connection.execute(select(EntityRow.noun).where(*standing).distinct()).scalars())


def photo_blocks(connection: Connection, space: str) -> Iterator[PhotoEmbeddings]:
    """The embeddings of whole photos in a space, in blocks."""
    statement = select(PhotoEmbeddingRow.photo, PhotoEmbeddingRow.vector).where(
        PhotoEmbeddingRow.space == space
    )
    with connection.execution_options(yield_per=BLOCK).execute(statement) as rows:
        for part in rows.partitions():
            vectors = np.frombuffer(b"".join(row[1] for row in part), dtype="<f2").reshape(len(part), -1)
            yield PhotoEmbeddings([row[0] for row in part], vectors)


def shown_in(connection: Connection, photos: Iterable[str]) -> dict[str, list[Reference]]:
    """The references that were enrolled from each of these photos."""
    found: dict[str, list[Reference]] = {}
    for chunk in chunked(photos):
        statement = select(*REFERENCE_COLUMNS).where(ReferenceRow.photo.in_(chunk))
        for row in connection.execute(statement.order_by(ReferenceRow.id)):
            reference = reference_of(row)
            found.setdefault(reference.photo, []).append(reference)
    return found
