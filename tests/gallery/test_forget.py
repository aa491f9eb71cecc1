"""Forgetting somebody: rows, bytes and ids."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gallery import forgetting, purge
from gallery.entity import NewEntity
from gallery.forgetting import Forgotten
from gallery.gallery import Counts, Gallery
from gallery.tables import Table
from gallery.writer import UnknownEntityError
from tests.fakes import reference
from tests.gallery.people import SPACE, add_space, enrol, names, people, reference_ids
from tests.gallery.traces import fill, found_in

ROOT = Path(__file__).parents[2]
Opener = Callable[[str], Gallery]


def all_rows(gallery: Gallery) -> str:
    """Everything in every table, as one text."""
    with gallery.write() as writer:
        tables = [table.name for table in Table.metadata.sorted_tables]
        found = {name: writer.connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in tables}
    return repr(found)


def test_nothing_of_the_forgotten_and_of_those_merged_into_them_is_left(gallery: Gallery) -> None:
    add_space(gallery)
    with gallery.write() as writer:
        anna = writer.add(NewEntity("Anna Unique", external_id="Q-4711", biography="a mayor", source="s"))
        first = writer.add_reference(anna, reference((1, 0, 0), "a" * 64), (10, 10))
        shared = writer.add_reference(anna, reference((1, 0, 0), "c" * 64), (10, 10))
        anne = enrol(writer, "Anne Other", "b" * 64)
        bert = enrol(writer, "Bert", "c" * 64)
        writer.rename(anne, "Anne Renamed")
        writer.merge(anne, anna)
    before = gallery.revision()
    second = next(found.id for found in gallery.references(anna) if found.photo == "b" * 64)
    assert gallery.forget(anna) == Forgotten(2, 3, 0, bytes_purged=True)
    assert names(gallery) == ["Bert"]
    assert gallery.counts() == Counts(1, 1, 1)  # the shared photo is still Bert's
    assert [found.photo for found in gallery.references(bert)] == ["c" * 64]
    with gallery.changes(SPACE, since=before) as changes:
        assert sorted(changes.removed.tolist()) == sorted([first, shared, second])
        assert (changes.merged, list(changes.blocks)) == ({}, [])
    rows = all_rows(gallery)
    for text in ("Unique", "unique", "Renamed", "Other", "Q-4711", "mayor", "a" * 64, "b" * 64):
        assert text not in rows
    for number in (anna, anne):
        with pytest.raises(UnknownEntityError):
            gallery.entity(number)
        with pytest.raises(UnknownEntityError):
            gallery.forget(number)


def test_forgetting_a_merged_one_forgets_the_person_that_it_belongs_to(gallery: Gallery) -> None:
    anna, anne, bert = people(gallery, "Anna", "Anne", "Bert")
    with gallery.write() as writer:
        writer.merge(anne, anna)
    assert gallery.forget(anne).entities == 2
    assert names(gallery) == ["Bert"]
    assert gallery.entity(bert).name == "Bert"


def test_the_forgotten_are_known_again_by_keyed_hashes_only(gallery: Gallery) -> None:
    add_space(gallery)
    with gallery.write() as writer:
        anna = writer.add(NewEntity("Anna", external_id="Q-4711"))
        writer.add_reference(anna, reference((1, 0, 0), "a" * 64), (10, 10))
        enrol(writer, "Bert", "b" * 64)
    gallery.forget(anna)
    with gallery.ledger() as ledger:
        assert ledger.standing("id:Q-4711", "new photo").forgotten
        assert ledger.standing("label:s\x1fsomebody", "a" * 64).forgotten
        assert not ledger.standing("label:test\x1fBert", "b" * 64).forgotten
        assert not ledger.standing("id:Q-4712", "another").forgotten
    rows = all_rows(gallery)
    assert "Q-4711" not in rows
    assert "a" * 64 not in rows
    for text in ("id:Q-4711", "photo:" + "a" * 64, "Q-4711"):
        assert hashlib.sha256(text.encode()).hexdigest() not in rows  # a plain hash could be guessed


def test_a_ban_does_not_keep_the_hash_of_a_photo_of_the_forgotten(gallery: Gallery) -> None:
    ann, ben = people(gallery, "Ann", "Ben")
    with gallery.write() as writer:
        shared = writer.add_reference(ben, reference((0, 1, 0), "photo of Ann"), (100, 100))
        writer.reject(shared)
    gallery.forget(ann)
    with gallery.ledger() as ledger:
        assert ledger.decided(ben, "photo of Ann") == set()
        assert ledger.standing(NewEntity("Ben", source="test").identity, "photo of Ann").forgotten


def test_each_gallery_has_a_key_of_its_own(tmp_path: Path, open_gallery: Opener) -> None:
    keys = []
    for name in ("one", "two"):
        gallery = open_gallery(f"sqlite:///{tmp_path / name}.db")
        gallery.forget(people(gallery, "Anna")[0])
        with gallery.write() as writer:
            keys.append(set(writer.connection.exec_driver_sql("SELECT key FROM forgotten").scalars()))
    assert [len(found) for found in keys] == [2, 2]
    assert not keys[0] & keys[1]


def test_ids_of_the_forgotten_are_never_given_out_again(
    gallery: Gallery, gallery_url: str, open_gallery: Opener
) -> None:
    numbers = people(gallery, "Anna", "Bert")
    last_reference = reference_ids(gallery)[-1]
    gallery.forget(numbers[-1])
    again = open_gallery(gallery_url)
    with again.write() as writer:
        new = enrol(writer, "Carl", "photo of Carl")
    assert new > numbers[-1]
    assert reference_ids(again)[-1] > last_reference


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gallery").mkdir()
    return tmp_path / "gallery"


def test_no_byte_of_the_forgotten_is_left_in_any_file(folder: Path, open_gallery: Opener) -> None:
    gallery = open_gallery(f"sqlite:///{folder / 'gallery.db'}")
    filled = fill(gallery, 300)
    gone = [filled[i] for i in (0, 7, 49, 50, 150, 298, 299)]
    traces = [trace for _, given in gone for trace in given.traces()]
    assert {trace for _, trace in found_in(folder, traces)} == set(traces)  # they can be found at all
    for entity_id, _ in gone:
        assert gallery.forget(entity_id) == Forgotten(1, 1, 0, bytes_purged=True)
    assert found_in(folder, traces) == []
    kept = filled[100][1].traces()
    assert {trace for _, trace in found_in(folder, kept)} == set(kept)
    gallery.close()
    assert found_in(folder, traces) == []
    assert len(list(open_gallery(f"sqlite:///{folder / 'gallery.db'}").iterate())) == 293


def test_a_rejected_reference_leaves_with_the_next_forgetting(folder: Path, open_gallery: Opener) -> None:
    gallery = open_gallery(f"sqlite:///{folder / 'gallery.db'}")
    filled = fill(gallery, 20)
    with gallery.write() as writer:
        writer.reject(reference_ids_of(gallery, filled[3][0])[0])
    gallery.forget(filled[4][0])
    packed = filled[3][1].vector.astype("<f2").tobytes()
    assert found_in(folder, [filled[3][1].crop[:24], packed[:24]]) == []


def reference_ids_of(gallery: Gallery, entity_id: int) -> list[int]:
    return [found.id for found in gallery.references(entity_id)]


def test_an_open_snapshot_delays_the_purge_until_the_next_opening(
    folder: Path, open_gallery: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "PURGE_WAIT_S", 0.2)
    url = f"sqlite:///{folder / 'gallery.db'}"
    gallery, other = open_gallery(url), open_gallery(url)
    filled = fill(gallery, 30)
    entity_id, given = filled[5]
    with other.ledger() as ledger:
        assert ledger.name(entity_id) == given.name
        assert gallery.forget(entity_id) == Forgotten(1, 1, 0, bytes_purged=False)
        assert gallery.purge_pending()
        assert ledger.name(entity_id) == given.name  # the snapshot is undisturbed
        assert found_in(folder, given.traces())
        # Others can open, read and write meanwhile, and are not kept waiting.
        third = open_gallery(url)
        assert third.purge_pending()
        with third.write() as writer:
            writer.rename(filled[6][0], "New Name")
    fourth = open_gallery(url)
    assert not fourth.purge_pending()
    assert found_in(folder, given.traces()) == []


def test_a_reader_that_ends_in_time_is_waited_for(folder: Path, open_gallery: Opener) -> None:
    url = f"sqlite:///{folder / 'gallery.db'}"
    gallery, other = open_gallery(url), open_gallery(url)
    (entity_id, given), *_ = fill(gallery, 5)
    reading, forgotten = threading.Event(), threading.Event()

    def read() -> None:
        with other.ledger() as ledger:
            ledger.name(entity_id)
            reading.set()
            forgotten.wait(0.4)

    thread = threading.Thread(target=read)
    thread.start()
    reading.wait()
    assert gallery.forget(entity_id).bytes_purged
    forgotten.set()
    thread.join()
    assert found_in(folder, given.traces()) == []


def test_a_process_killed_before_the_purge_leaves_it_to_the_next_one(
    folder: Path, open_gallery: Opener
) -> None:
    url = f"sqlite:///{folder / 'gallery.db'}"
    gallery = open_gallery(url)
    filled = fill(gallery, 30)
    entity_id, given = filled[10]
    gallery.close()
    program = (
        "import os, sys\n"
        "from gallery import forgetting\n"
        "from gallery.gallery import Gallery\n"
        "gallery = Gallery.open(sys.argv[1])\n"
        "forgetting.finish_purge = lambda *_, **__: os._exit(9)\n"
        "gallery.forget(int(sys.argv[2]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, url, str(entity_id)], cwd=ROOT, env=os.environ)
    assert done.returncode == 9
    assert found_in(folder, given.traces())
    again = open_gallery(url)
    assert not again.purge_pending()
    assert found_in(folder, given.traces()) == []
    with pytest.raises(UnknownEntityError):
        again.entity(entity_id)


def test_a_purge_does_not_settle_a_deletion_that_came_during_it(
    folder: Path, open_gallery: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = open_gallery(f"sqlite:///{folder / 'gallery.db'}")
    anna, bert = people(gallery, "Anna", "Bert")
    finish = purge._purge

    def meanwhile(engine: Engine, *, wait_s: float) -> bool:
        done = finish(engine, wait_s=wait_s)
        with gallery.write() as writer:  # another process, which has not come to its own purge yet
            writer.erase(bert)
            purge.ask_for_purge(writer.connection, str(writer.revision))
        return done

    monkeypatch.setattr(purge, "_purge", meanwhile)
    gallery.forget(anna)
    assert gallery.purge_pending()


def test_another_writer_delays_the_purge_but_breaks_nothing(
    folder: Path, open_gallery: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{folder / 'gallery.db'}"
    gallery, other = open_gallery(url), open_gallery(url)
    people(gallery, "Anna", "Bert")
    with gallery.write() as writer:
        purge.ask_for_purge(writer.connection, str(writer.revision))
    with other.write() as writer:
        assert not purge.finish_purge(gallery._engine, wait_s=0.1)
        writer.rename(1, "Anne")
    assert purge.finish_purge(gallery._engine, wait_s=0.1)
    assert names(gallery) == ["Anne", "Bert"]
