"""The gallery: opening it, reading it, and the way to its writers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select

from gallery import database, forgetting
from gallery.browsing import Cover, covers_of, given_again, holds, page_of
from gallery.changes import BLOCK, Changes, changes_since, revision_of
from gallery.entity import Entity, NewEntity, Reference, Space
from gallery.forgetting import Forgotten
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
    PhotoRow,
    ReferenceRow,
    RevisionRow,
    SpaceRow,
    Table,
)
from gallery.writer import UnknownEntityError, Writer
from vision.errors import UserError


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a gallery holds."""

    entities: int  # people and things, merged ones counted once
    references: int
    photos: int


class Gallery:
    """Entities, references and embeddings in one database. Safe for many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Gallery:
        """Open a gallery by URL, creating or migrating it as needed; raise `GalleryUnavailableError`."""
        engine = database.connect(url)
        try:
            database.migrate(engine)
            forgetting.finish_purge(engine, wait_s=0.0)
        except UserError:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def location(self) -> str:
        """The database's URL without its password."""
        return database.location(self._engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
            return revision_of(connection)

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

    def iterate(self, *, text: str = "", after: int = 0, limit: int | None = None) -> Iterator[Entity]:
        """Entities that are not merged into others, by id, beginning after one.

        With `text` those whose name holds every word of it.
        """
        statement = (
            select(*ENTITY_COLUMNS)
            .where(EntityRow.merged_into.is_(None), EntityRow.id > after, *holds(text))
            .order_by(EntityRow.id)
            .limit(limit)
        )
        with (
            database.reading(self._engine) as connection,
            connection.execution_options(yield_per=1000).execute(statement) as rows,
        ):
            yield from map(entity_of, rows)

    def page(self, *, text: str = "", after: Entity | None = None, limit: int) -> list[Entity]:
        """The first `limit` entities by name behind `after`, without those that are merged into others.

        With `text` those whose name holds every word of it.
        """
        with database.reading(self._engine) as connection:
            return page_of(connection, text, after, limit)

    def covers(self, entity_ids: Iterable[int]) -> dict[int, Cover]:
        """What stands for each of these entities in a list; those without references have none."""
        with database.reading(self._engine) as connection:
            return covers_of(connection, entity_ids)

    def as_new(self, entity_id: int) -> NewEntity:
        """The entity as a source would give it again, merged or not; raise `UnknownEntityError`."""
        with database.reading(self._engine) as connection:
            found = given_again(connection, entity_id)
        if found is None:
            raise UnknownEntityError(entity_id)
        return found

    def find(self, text: str, *, limit: int = 100) -> list[Entity]:
        """Entities named `text`; where there is none, those whose name holds every word of it."""
        key = name_key(text)
        exact = select(*ENTITY_COLUMNS).where(EntityRow.name_key == key)
        partly = select(*ENTITY_COLUMNS).where(*holds(text))
        with database.reading(self._engine) as connection:
            for statement in (exact, partly):
                shown = statement.where(EntityRow.merged_into.is_(None)).order_by(EntityRow.id).limit(limit)
                rows = connection.execute(shown).all() if key else []
                if rows:
                    return [entity_of(row) for row in rows]
        return []

    def named(self, names: Iterable[str]) -> dict[str, list[Entity]]:
        """Who bears each of many names exactly, case aside; the merged count as those who stand for them.

        Keys are the `name_key` of the names that somebody bears.
        """
        keys = {name_key(name) for name in names} - {""}
        found: dict[str, list[int]] = {}
        with database.reading(self._engine) as connection:
            for chunk in chunked(keys):
                named = select(EntityRow.name_key, EntityRow.id).where(EntityRow.name_key.in_(chunk))
                for key, number in connection.execute(named):
                    found.setdefault(key, []).append(number)
        standing = self.entities(number for numbers in found.values() for number in numbers) if found else {}
        return {
            key: list({entity.id: entity for entity in map(standing.get, numbers) if entity}.values())
            for key, numbers in found.items()
        }

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
        with (
            database.reading(self._engine) as connection,
            changes_since(connection, space, since) as changes,
        ):
            yield changes

    def forget(self, entity_id: int) -> Forgotten:
        """Delete an entity, everything merged into it, and every byte of them; raise `UnknownEntityError`."""
        return forgetting.forget(self._engine, entity_id)

    def integrity(self) -> list[str]:
        """What is wrong with the database itself."""
        return database.integrity(self._engine)

    def purge_pending(self) -> bool:
        """Whether bytes of the forgotten may still be in the database's files."""
        return forgetting.purge_pending(self._engine)

    def sketch(self) -> Gallery:
        """A copy in memory without crops, for trying out what would happen."""
        copy = Gallery.open("sqlite://")
        with database.reading(self._engine) as source, database.writing(copy._engine) as target:
            # Rows come by id: a merged entity may come before the one that it points to.
            target.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            target.execute(delete(RevisionRow))
            for table in Table.metadata.sorted_tables:
                columns = [column for column in table.columns if column.name != "crop"]
                rows = source.execution_options(yield_per=BLOCK).execute(select(*columns))
                for part in rows.mappings().partitions():
                    extra = {"crop": b""} if "crop" in table.columns else {}
                    target.execute(insert(table), [{**row, **extra} for row in part])
        return copy


def _count(connection: Connection, table: type[Table], *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())
