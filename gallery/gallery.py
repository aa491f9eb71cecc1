"""The gallery: opening it, reading it, and the way to its writers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Engine, Executable, delete, func, insert, select

from gallery import database
from gallery.entity import Embeddings, Entity, Reference, Space
from gallery.ledger import Ledger
from gallery.records import (
    ENTITY_COLUMNS,
    REFERENCE_COLUMNS,
    chunked,
    entity_of,
    group_of,
    merge_pointers,
    name_key,
    reference_of,
    root_of,
)
from gallery.tables import (
    EmbeddingRow,
    EntityRow,
    NoteRow,
    PhotoRow,
    ReferenceRow,
    RevisionRow,
    SpaceRow,
    Table,
    TombstoneRow,
)
from gallery.writer import UnknownEntityError, Writer
from vision.errors import UserError

_PURGE = "purge-pending"
# A reader that is in the middle of its snapshot keeps deleted bytes in the log; it is waited for this long.
PURGE_WAIT_S = 10.0
BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a gallery holds."""

    entities: int  # people and things, merged ones counted once
    references: int
    photos: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a deletion removed, and that nothing of it is left."""

    entities: int
    references: int
    remaining_rows: int  # counted after the deletion; 0
    bytes_purged: (
        bool  # False while another process's open snapshot keeps old pages; done at the next opening
    )


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What happened to one space since a revision, read in one snapshot."""

    revision: int
    removed: NDArray[np.int64]  # ids of deleted references
    merged: dict[int, int]  # every merged entity and the entity that stands for it
    blocks: Iterator[Embeddings]  # new embeddings, in blocks


class Gallery:
    """Entities, references and embeddings in one database. Safe for many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Gallery:
        """Open a gallery by URL, creating or migrating it as needed; raise `GalleryUnavailableError`."""
        engine = database.connect(url)
        database.migrate(engine)
        gallery = cls(engine)
        gallery._finish_purge(wait_s=0.0)
        return gallery

    @property
    def location(self) -> str:
        """The database's URL without its password."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """A writer whose changes are kept together when the block ends, or not at all."""
        with database.writing(self._engine) as connection:
            yield Writer(connection)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """What the gallery knows now, in one snapshot."""
        with database.reading(self._engine) as connection:
            yield Ledger(connection)

    def revision(self) -> int:
        """The number of the last change."""
        with database.reading(self._engine) as connection:
            return _revision(connection)

    def counts(self) -> Counts:
        """How much the gallery holds."""
        with database.reading(self._engine) as connection:
            return Counts(
                entities=_count(connection, EntityRow, EntityRow.merged_into.is_(None)),
                references=_count(connection, ReferenceRow),
                photos=_count(connection, PhotoRow),
            )

    def spaces(self) -> list[Space]:
        """The spaces that the gallery has embeddings in, the current one first."""
        counted = func.count(EmbeddingRow.reference_id)
        statement = (
            select(SpaceRow.name, SpaceRow.dimension, SpaceRow.faces, SpaceRow.current, counted)
            .outerjoin(EmbeddingRow, EmbeddingRow.space == SpaceRow.name)
            .group_by(SpaceRow.name, SpaceRow.dimension, SpaceRow.faces, SpaceRow.current)
            .order_by(SpaceRow.current.desc(), SpaceRow.name)
        )
        with database.reading(self._engine) as connection:
            return [Space(*row) for row in connection.execute(statement)]

    def current_space(self) -> Space | None:
        """The space that new photos are embedded in; None for a gallery that never held a photo."""
        return next((space for space in self.spaces() if space.current), None)

    def entity(self, entity_id: int) -> Entity:
        """The entity that stands for `entity_id` after all merges; raise `UnknownEntityError`."""
        found = self.entities([entity_id])
        if entity_id not in found:
            raise UnknownEntityError(entity_id)
        return found[entity_id]

    def entities(self, entity_ids: Iterable[int]) -> dict[int, Entity]:
        """For each id that exists, the entity that stands for it."""
        wanted = set(entity_ids)
        with database.reading(self._engine) as connection:
            pointers = merge_pointers(connection)
            roots = {number: root_of(number, pointers) for number in wanted}
            rows: dict[int, Entity] = {}
            for chunk in chunked(set(roots.values())):
                for row in connection.execute(select(*ENTITY_COLUMNS).where(EntityRow.id.in_(chunk))):
                    rows[row[0]] = entity_of(row)
        return {number: rows[root] for number, root in roots.items() if root in rows}

    def iterate(self, *, after: int = 0, limit: int | None = None) -> Iterator[Entity]:
        """Entities that are not merged into others, by id, beginning after one."""
        statement = (
            select(*ENTITY_COLUMNS)
            .where(EntityRow.merged_into.is_(None), EntityRow.id > after)
            .order_by(EntityRow.id)
            .limit(limit)
        )
        with database.reading(self._engine) as connection:
            yield from map(entity_of, connection.execution_options(yield_per=1000).execute(statement))

    def find(self, text: str, *, limit: int = 100) -> list[Entity]:
        """Entities named `text`; where there is none, those whose name holds every word of it."""
        key = name_key(text)
        exact = select(*ENTITY_COLUMNS).where(EntityRow.name_key == key)
        words = [EntityRow.name_key.contains(word, autoescape=True) for word in key.split()]
        partly = select(*ENTITY_COLUMNS).where(*words)
        with database.reading(self._engine) as connection:
            for statement in (exact, partly):
                shown = statement.where(EntityRow.merged_into.is_(None)).order_by(EntityRow.id).limit(limit)
                rows = connection.execute(shown).all() if key else []
                if rows:
                    return [entity_of(row) for row in rows]
        return []

    def merged(self, entity_id: int) -> list[Entity]:
        """The entities that `entity_id` stands for besides itself."""
        with database.reading(self._engine) as connection:
            pointers = merge_pointers(connection)
            others = [number for number in group_of(entity_id, pointers) if number != entity_id]
            rows = connection.execute(select(*ENTITY_COLUMNS).where(EntityRow.id.in_(others)))
            return [entity_of(row) for row in rows]

    def references(self, entity_id: int) -> list[Reference]:
        """The references of an entity and of everything merged into it."""
        with database.reading(self._engine) as connection:
            group = group_of(entity_id, merge_pointers(connection))
            statement = select(*REFERENCE_COLUMNS).where(ReferenceRow.entity_id.in_(group))
            return [reference_of(row) for row in connection.execute(statement.order_by(ReferenceRow.id))]

    def reference_counts(self) -> dict[int, int]:
        """How many references each entity has, those of merged ones counted for the survivor."""
        counted = select(ReferenceRow.entity_id, func.count()).group_by(ReferenceRow.entity_id)
        with database.reading(self._engine) as connection:
            pointers = merge_pointers(connection)
            totals: dict[int, int] = {}
            for number, count in connection.execute(counted):
                root = root_of(number, pointers)
                totals[root] = totals.get(root, 0) + count
        return totals

    def crop(self, reference_id: int) -> bytes:
        """The JPEG that is kept of a reference."""
        with database.reading(self._engine) as connection:
            crop = connection.execute(
                select(ReferenceRow.crop).where(ReferenceRow.id == reference_id)
            ).scalar()
        if crop is None:
            raise UserError(f"No reference {reference_id} in the gallery.")
        return crop

    def without_embedding(self, space: str, *, after: int = 0, limit: int = 64) -> list[Reference]:
        """References that have no embedding in a space yet, by id, beginning after one."""
        there = select(EmbeddingRow.reference_id).where(
            EmbeddingRow.reference_id == ReferenceRow.id, EmbeddingRow.space == space
        )
        statement = select(*REFERENCE_COLUMNS).where(~there.exists(), ReferenceRow.id > after)
        with database.reading(self._engine) as connection:
            rows = connection.execute(statement.order_by(ReferenceRow.id).limit(limit))
            return [reference_of(row) for row in rows]

    @contextmanager
    def changes(self, space: str, *, since: int = 0) -> Iterator[Changes]:
        """What is new and gone in a space after a revision; 0 streams every reference of it."""
        new = (
            select(EmbeddingRow.reference_id, ReferenceRow.entity_id, EmbeddingRow.vector)
            .join(ReferenceRow, ReferenceRow.id == EmbeddingRow.reference_id)
            .where(EmbeddingRow.space == space, EmbeddingRow.revision > since)
            .order_by(EmbeddingRow.reference_id)
        )
        gone = select(TombstoneRow.reference_id).where(TombstoneRow.revision > since)
        with database.reading(self._engine) as connection:
            pointers = merge_pointers(connection)
            yield Changes(
                revision=_revision(connection),
                removed=np.fromiter(connection.execute(gone).scalars(), dtype=np.int64),
                merged={number: root_of(number, pointers) for number in pointers},
                blocks=_blocks(connection.execution_options(yield_per=BLOCK), new),
            )

    def forget(self, entity_id: int) -> Forgotten:
        """Delete an entity, everything merged into it, and every byte of them; raise `UnknownEntityError`."""
        with self.write() as writer:
            erased = writer.erase(entity_id)
            if _note(writer.connection, _PURGE) is None:
                writer.connection.execute(insert(NoteRow).values(name=_PURGE, value="1"))
        purged = self._finish_purge(wait_s=PURGE_WAIT_S)
        with database.reading(self._engine) as connection:
            remaining = _count(connection, EntityRow, EntityRow.id.in_(erased.entity_ids)) + _count(
                connection, ReferenceRow, ReferenceRow.id.in_(erased.reference_ids)
            )
        return Forgotten(len(erased.entity_ids), len(erased.reference_ids), remaining, purged)

    def integrity(self) -> list[str]:
        """What is wrong with the database itself."""
        return database.integrity(self._engine)

    def purge_pending(self) -> bool:
        """Whether bytes of the forgotten may still be in the database's files."""
        with database.reading(self._engine) as connection:
            return _note(connection, _PURGE) is not None

    def _finish_purge(self, *, wait_s: float) -> bool:
        if not self.purge_pending():
            return True
        deadline = time.monotonic() + wait_s
        while not database.purge(self._engine):
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.1)
        with database.writing(self._engine) as connection:
            connection.execute(delete(NoteRow).where(NoteRow.name == _PURGE))
        return True

    def sketch(self) -> Gallery:
        """A copy in memory without crops, for trying out what would happen."""
        copy = Gallery.open("sqlite://")
        with database.reading(self._engine) as source, database.writing(copy._engine) as target:
            target.execute(delete(RevisionRow))
            for table in Table.metadata.sorted_tables:
                columns = [column for column in table.columns if column.name != "crop"]
                rows = source.execution_options(yield_per=BLOCK).execute(select(*columns))
                for part in rows.mappings().partitions():
                    extra = {"crop": b""} if "crop" in table.columns else {}
                    target.execute(insert(table), [{**row, **extra} for row in part])
        return copy


def _revision(connection: Connection) -> int:
    return int(connection.execute(select(RevisionRow.value)).scalar_one())


def _count(connection: Connection, table: type[Table], *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def _note(connection: Connection, name: str) -> str | None:
    return connection.execute(select(NoteRow.value).where(NoteRow.name == name)).scalar()


def _blocks(connection: Connection, statement: Executable) -> Iterator[Embeddings]:
    for part in connection.execute(statement).partitions():
        yield Embeddings(
            reference_ids=np.array([row[0] for row in part], dtype=np.int64),
            entity_ids=np.array([row[1] for row in part], dtype=np.int64),
            vectors=np.frombuffer(b"".join(row[2] for row in part), dtype="<f2").reshape(len(part), -1),
        )
