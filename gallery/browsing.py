"""Looking through a gallery a page at a time, however many it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, tuple_

from gallery.entity import Entity, EntityKind, NewEntity
from gallery.records import ENTITY_COLUMNS, chunked, entity_of, group_of, merge_pointers, name_key, root_of
from gallery.tables import CoverRow, EntityRow, ReferenceRow, Table


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands for an entity in a list."""

    reference_id: int  # the one that was chosen, else the first that was enrolled
    crop: bytes  # JPEG
    references: int  # how many there are, those of merged entities included


@dataclass(frozen=True, slots=True)
class Among:
    """Those of one kind, or of one source."""

    kind: EntityKind | None = None  # None: any
    source: str | None = None  # None: any


EVERYBODY = Among()


def holds(text: str) -> list[ColumnElement[bool]]:
    """The conditions that a name holds every word of `text`."""
    return [EntityRow.name_key.contains(word, autoescape=True) for word in name_key(text).split()]


def page_of(
    connection: Connection, text: str, among: Among, *, after: Entity | None, limit: int
) -> list[Entity]:
    """The next entities by name behind `after`, without those that are merged into others."""
    place = tuple_(EntityRow.name_key, EntityRow.id)
    # As a plain IS NULL, which nearly every row passes, SQLite would take its index and then sort them all.
    statement = select(*ENTITY_COLUMNS).where(func.coalesce(EntityRow.merged_into, 0) == 0, *holds(text))
    if among.kind is not None:
        statement = statement.where(EntityRow.kind == among.kind.value)
    if among.source is not None:
        statement = statement.where(EntityRow.source == among.source)
    if after is not None:
        statement = statement.where(place > (name_key(after.name), after.id))
    ordered = statement.order_by(EntityRow.name_key, EntityRow.id).limit(limit)
    return [entity_of(row) for row in connection.execute(ordered)]


def covers_of(connection: Connection, entity_ids: Iterable[int]) -> dict[int, Cover]:
    """The cover of each entity that has a reference, those of merged entities counted for the survivor."""
    pointers = merge_pointers(connection)
    root = {member: number for number in entity_ids for member in group_of(number, pointers)}
    first, total = func.min(ReferenceRow.id), func.count()
    found: dict[int, list[tuple[int, int]]] = {}
    for chunk in chunked(root):
        statement = select(ReferenceRow.entity_id, first, total).where(ReferenceRow.entity_id.in_(chunk))
        for member, reference_id, count in connection.execute(statement.group_by(ReferenceRow.entity_id)):
            found.setdefault(root[member], []).append((reference_id, count))
    chosen = {number: min(parts)[0] for number, parts in found.items()} | _chosen(connection, root, found)
    crops: dict[int, bytes] = {}
    for chunk in chunked(chosen.values()):
        rows = connection.execute(
            select(ReferenceRow.id, ReferenceRow.crop).where(ReferenceRow.id.in_(chunk))
        )
        crops.update((reference_id, crop) for reference_id, crop in rows)
    return {
        number: Cover(chosen[number], crops[chosen[number]], sum(count for _, count in parts))
        for number, parts in found.items()
    }


def _chosen(connection: Connection, root: Mapping[int, int], wanted: Collection[int]) -> dict[int, int]:
    """The references that people chose for those that have any, if they still stand for them."""
    chosen: dict[int, int] = {}
    for chunk in chunked(wanted):
        rows = select(CoverRow.entity_id, CoverRow.reference_id, ReferenceRow.entity_id).join(
            ReferenceRow, ReferenceRow.id == CoverRow.reference_id
        )
        for number, reference_id, member in connection.execute(rows.where(CoverRow.entity_id.in_(chunk))):
            if root.get(member) == number:  # not after a merge was taken back
                chosen[number] = reference_id
    return chosen


def choose_cover(connection: Connection, entity_id: int, reference_id: int) -> None:
    """Let a reference stand for an entity in lists."""
    connection.execute(delete(CoverRow).where(CoverRow.entity_id == entity_id))
    connection.execute(insert(CoverRow).values(entity_id=entity_id, reference_id=reference_id))


def sources_of(connection: Connection) -> list[str]:
    """Every source once, by name: each is looked up in the index behind the one before it."""
    first = select(func.min(EntityRow.source).label("source")).cte(recursive=True)
    behind = select(func.min(EntityRow.source)).where(EntityRow.source > first.c.source).scalar_subquery()
    found = first.union_all(select(behind).where(first.c.source.is_not(None)))
    return list(connection.execute(select(found.c.source).where(found.c.source.is_not(None))).scalars())


def crop_in(connection: Connection, reference_id: int) -> bytes | None:
    """The JPEG that is kept of a reference."""
    return connection.execute(select(ReferenceRow.crop).where(ReferenceRow.id == reference_id)).scalar()


def merged_into(connection: Connection, entity_id: int) -> list[Entity]:
    """The entities that one stands for besides itself."""
    others = [number for number in group_of(entity_id, merge_pointers(connection)) if number != entity_id]
    return [
        entity_of(row)
        for chunk in chunked(others)
        for row in connection.execute(select(*ENTITY_COLUMNS).where(EntityRow.id.in_(chunk)))
    ]


def totals_of(connection: Connection) -> dict[int, int]:
    """How many references each entity has, those of merged ones counted for the survivor."""
    counted = select(ReferenceRow.entity_id, func.count()).group_by(ReferenceRow.entity_id)
    pointers = merge_pointers(connection)
    totals: dict[int, int] = {}
    for number, count in connection.execute(counted):
        root = root_of(number, pointers)
        totals[root] = totals.get(root, 0) + count
    return totals


def bearers_of(connection: Connection, keys: Iterable[str]) -> dict[str, list[int]]:
    """The ids of those who bear each of these names, given as their `name_key`."""
    found: dict[str, list[int]] = {}
    for chunk in chunked(keys):
        named = select(EntityRow.name_key, EntityRow.id).where(EntityRow.name_key.in_(chunk))
        for key, number in connection.execute(named):
            found.setdefault(key, []).append(number)
    return found


def given_again(connection: Connection, entity_id: int) -> NewEntity | None:
    """The entity as a source would give it again, so that a further photo changes nothing but itself."""
    row = connection.execute(
        select(*ENTITY_COLUMNS, EntityRow.label).where(EntityRow.id == entity_id)
    ).first()
    if row is None:
        return None
    entity = entity_of(row[:-1])
    return NewEntity(
        name=entity.name,
        kind=entity.kind,
        noun=entity.noun,
        biography=entity.biography,
        source=entity.source,
        label=row.label,
        external_id=entity.external_id,
    )


def called(connection: Connection, text: str, limit: int) -> list[Entity]:
    """Entities named `text`; where there is none, those whose name holds every word of it."""
    key = name_key(text)
    exact = select(*ENTITY_COLUMNS).where(EntityRow.name_key == key)
    partly = select(*ENTITY_COLUMNS).where(*holds(text))
    for statement in (exact, partly):
        shown = statement.where(EntityRow.merged_into.is_(None)).order_by(EntityRow.id).limit(limit)
        rows = connection.execute(shown).all() if key else []
        if rows:
            return [entity_of(row) for row in rows]
    return []


def count_of(connection: Connection, table: type[Table], *where: ColumnElement[bool]) -> int:
    """How many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())
