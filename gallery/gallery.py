"""The gallery: opening it, reading it, and the way to its writers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine, select

from gallery import browsing, database, embedded, forgetting, purge
from gallery.browsing import EVERYBODY, Among, Cover
from gallery.changes import Changes, changes_since, revision_of
from gallery.copying import copy_rows
from gallery.embedded import PhotoEmbeddings
from gallery.entity import Entity, EntityKind, NewEntity, Reference, Space, SpaceKind
from gallery.jobs import Jobs
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
from gallery.removing import UnknownReferenceError
from gallery.strangers import Strangers
from gallery.tables import EntityRow, PhotoRow, ReferenceRow
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
            purge.finish_purge(engine, wait_s=0.0)
            Strangers(engine).expire()
            Jobs(engine).expire()
        except UserError:
            engine.dispose()
            raise
        return cls(engine)

    @classmethod
    def peek(cls, url: str) -> Gallery | None:
        """A gallery to read as it is, without creating or migrating anything; None where that cannot be."""
        if not database.may_be_at(url):
            return None
        engine = database.connect(url)
        try:
            with database.reading(engine) as connection:
                known = database.schema_version(connection) == database.HEAD
        except database.GalleryUnavailableError:
            known = False
        if not known:
            engine.dispose()
            return None
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

    @property
    def jobs(self) -> Jobs:
        """The bulk runs into this gallery."""
        return Jobs(self._engine)

    @property
    def strangers(self) -> Strangers:
        """Faces that were seen and not known, where keeping them is on."""
        return Strangers(self._engine)

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
                entities=browsing.count_of(connection, EntityRow, EntityRow.merged_into.is_(None)),
                references=browsing.count_of(connection, ReferenceRow),
                photos=browsing.count_of(connection, PhotoRow),
            )

    def spaces(self) -> list[Space]:
        """The spaces that the gallery has embeddings in, the current ones first."""
        with database.reading(self._engine) as connection:
            return embedded.spaces_of(connection)

    def current_space(self, kind: SpaceKind = SpaceKind.FACE) -> Space | None:
        """The space that new photos are embedded in; None for a gallery that never held any of that kind."""
        return next((space for space in self.spaces() if space.current and space.kind is kind), None)

    def reference_total(self, kind: EntityKind) -> int:
        """How many references people have, or things."""
        with database.reading(self._engine) as connection:
            return embedded.references_of(connection, kind)

    def nouns(self, kind: EntityKind) -> list[str]:
        """What people are called, or things, each noun once."""
        with database.reading(self._engine) as connection:
            return embedded.nouns_of(connection, kind)

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
            .where(EntityRow.merged_into.is_(None), EntityRow.id > after, *browsing.holds(text))
            .order_by(EntityRow.id)
            .limit(limit)
        )
        with (
            database.reading(self._engine) as connection,
            connection.execution_options(yield_per=1000).execute(statement) as rows,
        ):
            yield from map(entity_of, rows)

    def page(
        self,
        *,
        text: str = "",
        among: Among = EVERYBODY,
        after: Entity | None = None,
        limit: int,
    ) -> list[Entity]:
        """The first `limit` entities by name behind `after`, without those that are merged into others.

        With `text` those whose name holds every word of it.
        """
        with database.reading(self._engine) as connection:
            return browsing.page_of(connection, text, among, after=after, limit=limit)

    def sources(self) -> list[str]:
        """Where entities come from, by name."""
        with database.reading(self._engine) as connection:
            return browsing.sources_of(connection)

    def covers(self, entity_ids: Iterable[int]) -> dict[int, Cover]:
        """What stands for each of these entities in a list; those without references have none."""
        with database.reading(self._engine) as connection:
            return browsing.covers_of(connection, entity_ids)

    def as_new(self, entity_id: int) -> NewEntity:
        """The entity as a source would give it again, merged or not; raise `UnknownEntityError`."""
        with database.reading(self._engine) as connection:
            found = browsing.given_again(connection, entity_id)
        if found is None:
            raise UnknownEntityError(entity_id)
        return found

    def find(self, text: str, *, limit: int = 100) -> list[Entity]:
        """Entities named `text`; where there is none, those whose name holds every word of it."""
        with database.reading(self._engine) as connection:
            return browsing.called(connection, text, limit)

    def named(self, names: Iterable[str]) -> dict[str, list[Entity]]:
        """Who bears each of many names exactly, case aside; the merged count as those who stand for them.

        Keys are the `name_key` of the names that somebody bears.
        """
        with database.reading(self._engine) as connection:
            found = browsing.bearers_of(connection, {name_key(name) for name in names} - {""})
        standing = self.entities(number for numbers in found.values() for number in numbers) if found else {}
        return {
            key: list({entity.id: entity for entity in map(standing.get, numbers) if entity}.values())
            for key, numbers in found.items()
        }

    def merged(self, entity_id: int) -> list[Entity]:
        """The entities that `entity_id` stands for besides itself."""
        with database.reading(self._engine) as connection:
            return browsing.merged_into(connection, entity_id)

    def references(self, entity_id: int) -> list[Reference]:
        """The references of an entity and of everything merged into it."""
        with database.reading(self._engine) as connection:
            group = group_of(entity_id, merge_pointers(connection))
            statement = select(*REFERENCE_COLUMNS).where(ReferenceRow.entity_id.in_(group))
            return [reference_of(row) for row in connection.execute(statement.order_by(ReferenceRow.id))]

    def reference_counts(self) -> dict[int, int]:
        """How many references each entity has, those of merged ones counted for the survivor."""
        with database.reading(self._engine) as connection:
            return browsing.totals_of(connection)

    def crop(self, reference_id: int) -> bytes:
        """The JPEG that is kept of a reference; raise `UnknownReferenceError`."""
        with database.reading(self._engine) as connection:
            crop = browsing.crop_in(connection, reference_id)
        if crop is None:
            raise UnknownReferenceError(reference_id)
        return crop

    def photo_size(self, photo: str) -> tuple[int, int]:
        """The (width, height) of a photo of which something is enrolled."""
        with database.reading(self._engine) as connection:
            columns = select(PhotoRow.width, PhotoRow.height).where(PhotoRow.sha256 == photo)
            width, height = connection.execute(columns).one()
        return width, height

    def without_embedding(
        self, space: str, *, kind: EntityKind = EntityKind.PERSON, after: int = 0, limit: int = 64
    ) -> list[Reference]:
        """References of people, or of things, that have no embedding in a space yet, by id after one."""
        with database.reading(self._engine) as connection:
            return embedded.missing_in(connection, space, kind, after=after, limit=limit)

    @contextmanager
    def photo_embeddings(self, space: str) -> Iterator[Iterator[PhotoEmbeddings]]:
        """The embeddings of whole photos in a space, in blocks, from one snapshot."""
        with database.reading(self._engine) as connection:
            yield embedded.photo_blocks(connection, space)

    def shown_in(self, photos: Iterable[str]) -> dict[str, list[Reference]]:
        """The references that were enrolled from each of these photos."""
        with database.reading(self._engine) as connection:
            return embedded.shown_in(connection, photos)

    @contextmanager
    def changes(self, space: str, *, since: int = 0) -> Iterator[Changes]:
        """What is new and gone in a space after a revision; 0 streams every reference of it."""
        with (
            database.reading(self._engine) as connection,
            changes_since(connection, space, since) as changes,
        ):
            yield changes

    def forget(self, entity_id: int) -> forgetting.Forgotten:
        """Delete an entity, everything merged into it, and every byte of them; raise `UnknownEntityError`."""
        return forgetting.forget(self._engine, entity_id)

    def integrity(self) -> list[str]:
        """What is wrong with the database itself."""
        return database.integrity(self._engine)

    def purge_pending(self) -> bool:
        """Whether bytes of the forgotten may still be in the database's files."""
        return purge.purge_pending(self._engine)

    def sketch(self) -> Gallery:
        """A copy in memory without crops, for trying out what would happen."""
        copy = Gallery.open("sqlite://")
        with database.reading(self._engine) as source, database.writing(copy._engine) as target:
            copy_rows(source, target)
        return copy
