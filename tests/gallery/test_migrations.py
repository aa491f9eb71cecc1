"""The history of the schema, up and down with people in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from gallery import database
from gallery.database import HEAD, GalleryUnavailableError, migrate, schema_version
from gallery.entity import NewEntity
from gallery.gallery import Counts, Gallery
from gallery.tables import Table
from tests.gallery.people import SPACE, enrol, names, people, reference_ids
from vision.box import Box

ROOT = Path(__file__).parents[2]
Opener = Callable[[str], Gallery]


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with database.reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def version(engine: Engine) -> str | None:
    with database.reading(engine) as connection:
        return schema_version(connection)


EVERYTHING = [
    "SELECT id, identity, name, name_key, biography FROM entities ORDER BY id",
    'SELECT id, entity_id, photo, crop FROM "references" ORDER BY id',
    "SELECT reference_id, space, vector FROM embeddings ORDER BY reference_id",
    "SELECT sha256 FROM photos ORDER BY sha256",
    "SELECT name, dimension, current FROM spaces",
    "SELECT reference_id, revision FROM tombstones",
    "SELECT value FROM revision",
]


def test_a_new_database_is_what_the_tables_say(gallery: Gallery) -> None:
    with database.reading(gallery._engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
        assert schema_version(connection) == HEAD


def test_down_and_up_again_keeps_people_references_and_embeddings(gallery: Gallery) -> None:
    numbers = people(gallery, "Anna", "Bert", "Carl", "Dora")
    with gallery.write() as writer:
        writer.merge(numbers[0], numbers[1])
        writer.rename(numbers[2], "Carla")
        writer.reject(3)
    engine = gallery._engine
    before = [rows(engine, statement) for statement in EVERYTHING]
    assert [len(found) for found in before] == [4, 3, 3, 3, 1, 1, 1]
    for step in ("0001", HEAD, "0001", HEAD):
        migrate(engine, step)
        assert version(engine) == step
        assert [rows(engine, statement) for statement in EVERYTHING] == before
    assert names(gallery) == ["Anna", "Bert", "Carla", "Dora"]  # merges belong to the second step
    assert gallery.integrity() == []
    with database.reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_what_the_schema_guards_is_guarded_after_migrations_too(gallery: Gallery) -> None:
    numbers = people(gallery, "Anna", "Bert")
    gallery.forget(numbers[1])
    for step in ("0001", HEAD):
        migrate(gallery._engine, step)
    with gallery.write() as writer:
        assert enrol(writer, "Carl", "photo of Carl") > numbers[1]  # the id of the forgotten stays unused
    with pytest.raises(GalleryUnavailableError, match=r"(?i)unique"), gallery.write() as writer:
        writer.add(NewEntity("Anna", source="test"))
    for broken in (
        "UPDATE entities SET merged_into = 999",
        'UPDATE "references" SET entity_id = 999',
        "UPDATE embeddings SET space = 'unknown'",
    ):
        with pytest.raises(GalleryUnavailableError, match=r"(?i)foreign key"), gallery.write() as writer:
            writer.connection.execute(text(broken))
    # Deleting an entity takes its references and their embeddings along.
    with gallery.write() as writer:
        writer.connection.execute(text(f"DELETE FROM entities WHERE id = {numbers[0]}"))
    assert [len(rows(gallery._engine, f'SELECT 1 FROM "{t}"')) for t in ("references", "embeddings")] == [
        1,
        1,
    ]


def test_a_step_that_fails_changes_nothing(gallery: Gallery) -> None:
    people(gallery, "Anna")
    engine = gallery._engine
    migrate(engine, "0001")
    with database.writing(engine) as connection:
        connection.execute(text("CREATE TABLE forgotten (x INTEGER)"))  # in the way of the second step
    with pytest.raises(GalleryUnavailableError, match=r"forgotten.* already exists") as caught:
        migrate(engine)
    assert len(str(caught.value).splitlines()) == 1
    assert version(engine) == "0001"
    assert rows(engine, "SELECT name FROM entities") == [("Anna",)]
    with database.writing(engine) as connection:
        connection.execute(text("DROP TABLE forgotten"))
    migrate(engine)
    assert (names(gallery), len(reference_ids(gallery))) == (["Anna"], 1)
    if engine.dialect.name == "sqlite":
        assert rows(engine, "PRAGMA foreign_keys") == [(1,)]


def test_who_was_rejected_stays_so_up_and_down(gallery: Gallery) -> None:
    anna, bert = people(gallery, "Anna", "Bert")
    with gallery.write() as writer:
        for box in (Box(1, 1, 9, 9), Box(11, 1, 19, 9)):
            writer.reject_in(anna, "p", box)
        writer.rename(bert, "Berta")
    migrate(gallery._engine, "0002")
    wanted = [(anna, "rejected", "p"), (bert, "renamed", "")]
    assert rows(gallery._engine, "SELECT entity_id, kind, photo FROM decisions ORDER BY id") == wanted
    migrate(gallery._engine)
    with gallery.ledger() as ledger:
        assert [(one.entity_id, one.box) for one in ledger.rejections("p")] == [(anna, None)]
    with pytest.raises(GalleryUnavailableError, match=r"(?i)unique"), gallery.write() as writer:
        again = "INSERT INTO decisions (entity_id, kind, photo, box) VALUES (:anna, 'rejected', 'p', '')"
        writer.connection.execute(text(again), {"anna": anna})


def test_a_newer_schema_is_left_alone(gallery: Gallery, gallery_url: str, open_gallery: Opener) -> None:
    people(gallery, "Anna")
    with gallery.write() as writer:
        writer.connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(GalleryUnavailableError, match=r"schema 0999.*Update Placard") as caught:
        open_gallery(gallery_url)
    assert len(str(caught.value).splitlines()) == 1
    assert version(gallery._engine) == "0999"


def test_opening_twice_migrates_once(gallery: Gallery, gallery_url: str, open_gallery: Opener) -> None:
    people(gallery, "Anna")
    assert open_gallery(gallery_url).counts() == Counts(1, 1, 1)
    migrate(gallery._engine)
    with gallery.changes(SPACE) as changes:
        assert len(next(changes.blocks).reference_ids) == 1


def test_the_program_may_lie_in_a_folder_with_a_percent_sign(tmp_path: Path) -> None:
    place = tmp_path / "100% mine"
    for package in ("gallery", "vision"):
        shutil.copytree(ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__"))
    program = "from gallery.gallery import Gallery; print(Gallery.open('sqlite:///g.db').counts().entities)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=place, env={**os.environ}
    )
    assert (done.stdout, done.stderr) == ("0\n", "")
