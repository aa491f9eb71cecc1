"""Copying all rows of one database into an empty one, without the crops."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from gallery.changes import BLOCK
from gallery.tables import (
    IgnoredRow,
    JobLineRow,
    JobRow,
    RevisionRow,
    StrangerRow,
    Table,
    WatchLineRow,
    WatchRow,
)

_LEFT_OUT = tuple(
    table.__tablename__ for table in (JobRow, JobLineRow, StrangerRow, IgnoredRow, WatchRow, WatchLineRow)
)


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy everything but crops, bulk runs and unknown faces into an SQLite database that was just made."""
    # Rows come by id: a merged entity may come before the one that it points to.
    target.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    target.execute(delete(RevisionRow))
    for table in Table.metadata.sorted_tables:
        if table.name in _LEFT_OUT:
            continue
        columns = [column for column in table.columns if column.name != "crop"]
        rows = source.execution_options(yield_per=BLOCK).execute(select(*columns))
        for part in rows.mappings().partitions():
            extra = {"crop": b""} if "crop" in table.columns else {}
            target.execute(insert(table), [{**row, **extra} for row in part])
