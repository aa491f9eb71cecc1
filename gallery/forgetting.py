"""Forgetting: deleting somebody with everything that is known of them, and proving it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select

from gallery import database
from gallery.jobs import clear_jobs
from gallery.purge import PURGE_WAIT_S, ask_for_purge, finish_purge
from gallery.records import group_of, merge_pointers, root_of
from gallery.tables import EntityRow, ReferenceRow
from gallery.watch import drop_alike
from gallery.writer import Erased, Writer


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a deletion removed, and that nothing of it is left."""

    entities: int
    references: int
    remaining_rows: int  # counted after the deletion; 0
    bytes_purged: (
        bool  # False while another process's open snapshot keeps old pages; done at the next opening
    )


def forget(engine: Engine, entity_id: int) -> Forgotten:
    """Delete an entity, everything merged into it, and every byte of them; raise `UnknownEntityError`."""
    with database.writing(engine) as connection:
        writer = Writer(connection)
        pointers = merge_pointers(connection)
        drop_alike(connection, group_of(root_of(entity_id, pointers), pointers))
        erased = writer.erase(entity_id)
        clear_jobs(connection)
        ask_for_purge(connection, str(writer.revision))
    purged = finish_purge(engine, wait_s=PURGE_WAIT_S)
    with database.reading(engine) as connection:
        remaining = _remaining(connection, erased)
    return Forgotten(len(erased.entity_ids), len(erased.reference_ids), remaining, purged)


def _remaining(connection: Connection, erased: Erased) -> int:
    entities = select(func.count()).select_from(EntityRow).where(EntityRow.id.in_(erased.entity_ids))
    references = (
        select(func.count()).select_from(ReferenceRow).where(ReferenceRow.id.in_(erased.reference_ids))
    )
    return int(connection.execute(entities).scalar_one() + connection.execute(references).scalar_one())
