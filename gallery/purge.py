"""Making deleted bytes leave the database's files."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import OperationalError

from gallery import database
from gallery.tables import NoteRow

_PURGE = "purge-pending"
_TABLES = (
    'entities, "references", embeddings, photo_embeddings, photos, decisions, jobs, job_lines, strangers, '
    "ignored"
)
# A reader that is in the middle of its snapshot keeps deleted bytes in the log; it is waited for this long.
PURGE_WAIT_S = 10.0


def purge_pending(engine: Engine) -> bool:
    """Whether bytes of the forgotten may still be in the database's files."""
    return _asked(engine) is not None


def finish_purge(engine: Engine, *, wait_s: float) -> bool:
    """Purge if a deletion asked for it; False where a reader prevented it for `wait_s`."""
    asked = _asked(engine)
    if asked is None:
        return True
    if not _purge(engine, wait_s=wait_s):
        return False
    with database.writing(engine) as connection:
        # A deletion that came after this purge began has asked anew, and does its own.
        connection.execute(delete(NoteRow).where(NoteRow.name == _PURGE, NoteRow.value == asked))
    return True


def ask_for_purge(connection: Connection, value: str) -> None:
    """Note in the transaction of a deletion that its bytes have to go; `value` tells it from other ones."""
    asked = connection.execute(update(NoteRow).where(NoteRow.name == _PURGE).values(value=value))
    if asked.rowcount == 0:
        connection.execute(insert(NoteRow).values(name=_PURGE, value=value))


def _asked(engine: Engine) -> str | None:
    with database.reading(engine) as connection:
        return connection.execute(select(NoteRow.value).where(NoteRow.name == _PURGE)).scalar()


def _purge(engine: Engine, *, wait_s: float) -> bool:
    """Make deleted bytes leave the files of an SQLite gallery; False while another reader prevents it.

    On PostgreSQL the tables are vacuumed; the server's log and backups are the server's own affair.
    """
    with database.outside_transactions(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"VACUUM {_TABLES}")
            return True
        _wait_for_others(connection, wait_s)
        try:
            # Emptying the log first shows cheaply whether somebody reads; a vacuum writes the whole file.
            if not _empty_log(connection):
                return False
            connection.exec_driver_sql("VACUUM")
            return _empty_log(connection)
        except OperationalError as error:
            if database.is_busy(error.orig):
                return False
            raise
        finally:
            _wait_for_others(connection, database.BUSY_TIMEOUT_S)


def _wait_for_others(connection: Connection, timeout_s: float) -> None:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(timeout_s * 1000)}")


def _empty_log(connection: Connection) -> bool:
    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
    return not busy
