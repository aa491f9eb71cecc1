"""Looking through a gallery a page at a time, however many it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from gallery.entity import Entity, NewEntity
from gallery.records import ENTITY_COLUMNS, chunked, entity_of, group_of, merge_pointers, name_key, root_of
from gallery.tables import EntityRow, ReferenceRow


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands for an entity in a list."""

    reference_id: int  # the first that was enrolled
    crop: bytes  # JPEG
    references: int  # how many there are, those of merged entities included


def holds(text: str) -> list[ColumnElement[bool]]:
    """The conditions that a name holds every word of `text`."""
    return [EntityRow.name_key.contains(word, autoescape=True) for word in name_key(text).split()]


def page_of(connection: Connection, text: str, after: Entity | None, limit: int) -> list[Entity]:
    """The next entities by name behind `after`, without those that are merged into others."""
    place = tuple_(EntityRow.name_key, EntityRow.id)
    # As a plain IS NULL, which nearly every row passes, SQLite would take its index and then sort them all.
    statement = select(*ENTITY_COLUMNS).where(func.coalesce(EntityRow.merged_into, 0) == 0, *holds(text))
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
    chosen = {number: min(parts)[0] for number, parts in found.items()}
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
