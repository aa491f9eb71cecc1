"""Connections to SQLite or PostgreSQL, and the schema's migrations."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from vision.errors import UserError

HEAD = "0008"
# How long a writer waits for another one before it gives up.
BUSY_TIMEOUT_S = 60
_WRITING = "BEGIN IMMEDIATE"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
# Any number will do as long as every process takes the same.
_MIGRATION_LOCK = 7_261_423


class GalleryUnavailableError(UserError):
    """The database cannot be opened."""


def connect(url: str) -> Engine:
    """An engine for a gallery's URL, sqlite or postgresql; nothing is created yet."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # a port that is no number is a ValueError
        raise GalleryUnavailableError(
            f"Not a database URL: expected sqlite:///FILE or postgresql+psycopg://HOST/NAME, "
            f"got '{_without_secrets(url)}'."
        ) from error
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise GalleryUnavailableError(
            f"A gallery lives in sqlite or postgresql+psycopg, not in {parsed.drivername}."
        )
    parsed = parsed.set(drivername=driver)
    if driver == "postgresql+psycopg":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database in (None, "", ":memory:"):
        engine = create_engine(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        _make_folder(Path(str(parsed.database)).parent)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def may_be_at(url: str) -> bool:
    """False where a URL names a file that is not there, which `connect` would make."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # `connect` says what is wrong
        return True
    return _DRIVERS.get(parsed.drivername) != "sqlite" or Path(parsed.database or "").is_file()


def location(engine: Engine) -> str:
    """The database's URL without its password."""
    plain = engine.url.difference_update_query(["password", "sslpassword"])
    return plain.render_as_string(hide_password=True)


def _without_secrets(url: str) -> str:
    """What is left of a URL that cannot be taken apart when all that may hold a password is cut off."""
    return url.rpartition("@")[2].partition("?")[0]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GalleryUnavailableError(f"The folder {folder} cannot be made: {error.strerror}.") from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, not at the first write
    cursor = connection.cursor()
    _keep_log(cursor)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _keep_log(cursor: sqlite3.Cursor) -> None:
    """Switch to a write-ahead log; processes that do so in a new file at once do not wait by themselves."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= deadline:
                raise
        time.sleep(0.01)


def is_busy(error: BaseException | None) -> bool:
    """Whether SQLite failed only because somebody else uses the file."""
    code: int = getattr(error, "sqlite_errorcode", 0)  # its low byte is the kind
    return code & 0xFF == sqlite3.SQLITE_BUSY


def _begin_sqlite(connection: Connection) -> None:
    # A read that turns into a write fails at once however long the timeout, so writers say it first.
    begin = connection.get_execution_options().get("placard_begin", "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one snapshot of the gallery; raise `GalleryUnavailableError` if that fails."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ"}
    with _named_errors(engine), engine.connect() as plain:
        connection = plain.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write; on SQLite it waits for other writers before it begins."""
    with _named_errors(engine), engine.connect() as plain:
        connection = plain.execution_options(placard_begin=_WRITING)
        with connection.begin():
            yield connection


@contextmanager
def outside_transactions(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements stand alone, for those that no transaction takes."""
    options: dict[str, Any] = {"placard_begin": None}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "AUTOCOMMIT"}
    with _named_errors(engine), engine.connect() as plain:
        yield plain.execution_options(**options)


@contextmanager
def _named_errors(engine: Engine) -> Iterator[None]:
    """Turn what can go wrong outside (no server, a full disk, a lock held too long) into one line."""
    try:
        yield
    except (OperationalError, DatabaseError) as error:
        raise GalleryUnavailableError(
            f"The gallery at {location(engine)} cannot be used: {_first_line(error.orig)}."
        ) from error


def schema_version(connection: Connection) -> str | None:
    """The number of the schema, None in an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, version: str = HEAD) -> None:
    """Bring the schema to `version`, up or down; nothing is changed when a step fails."""
    with reading(engine) as connection:
        present = schema_version(connection)
    if present == version:
        return
    if present is not None and present > HEAD:
        raise GalleryUnavailableError(
            f"The gallery has schema {present}, but this Placard knows only up to {HEAD}. Update Placard."
        )
    if present is None and engine.dialect.name == "sqlite" and _tables(engine):
        raise GalleryUnavailableError(
            f"{engine.url.database} is another program's database. Give a file of its own to the gallery."
        )
    _run_steps(engine, version)


def _tables(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return inspect(connection).get_table_names()


def _first_line(cause: object) -> str:
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def _run_steps(engine: Engine, version: str) -> None:
    on_sqlite = engine.dialect.name == "sqlite"
    with _named_errors(engine), engine.connect().execution_options(placard_begin=_WRITING) as connection:
        if on_sqlite:
            # Batch mode rebuilds a table by dropping it: with foreign keys on, its children would go too.
            _set_foreign_keys(connection, on=False)
        try:
            with connection.begin():
                if not on_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
                _steps(connection, version)
                broken = connection.execute(text("PRAGMA foreign_key_check")).first() if on_sqlite else None
                if broken is not None:
                    raise GalleryUnavailableError(
                        f"The migration to {version} would break references: {broken}"
                    )
        finally:
            if on_sqlite:
                _set_foreign_keys(connection, on=True)


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError(f"expected an SQLite connection, got {type(raw)}")
    raw.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def _steps(connection: Connection, version: str) -> None:
    from alembic import command
    from alembic.config import Config

    present = schema_version(connection)
    if present == version:  # another process was faster
        return
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    if present is not None and version < present:
        command.downgrade(config, version)
    else:
        command.upgrade(config, version)


def integrity(engine: Engine) -> list[str]:
    """What SQLite's own checks find wrong with the file; nothing for a server, which checks itself."""
    if engine.dialect.name != "sqlite":
        return []
    with reading(engine) as connection:
        found = [row[0] for row in connection.execute(text("PRAGMA integrity_check(10)")) if row[0] != "ok"]
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    return found + [f"row {row[1]} of {row[0]} refers to a missing row of {row[2]}" for row in broken]
