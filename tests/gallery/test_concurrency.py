"""Many readers and writers at once: no lost row, no gap, no repeated one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gallery import database
from gallery.database import GalleryUnavailableError
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from tests.gallery.people import SPACE, add_space, enrol, names, people, reference_ids

ROOT = Path(__file__).parents[2]
WRITERS, TRANSACTIONS = 4, 12
Opener = Callable[[str], Gallery]


def test_every_writing_transaction_raises_the_revision_by_one(gallery: Gallery) -> None:
    people(gallery, "Anna", "Bert")  # two transactions
    assert gallery.revision() == 2
    with gallery.write() as writer:
        assert writer.revision == 3
        writer.rename(1, "Anne")
        writer.rename(1, "Annie")
    assert gallery.revision() == 3
    gallery.find("Anne")
    with gallery.changes(SPACE) as changes:
        assert changes.revision == 3
    gallery.forget(1)
    assert gallery.revision() == 4


def test_a_write_that_fails_leaves_no_trace(gallery: Gallery) -> None:
    people(gallery, "Anna")
    with pytest.raises(ZeroDivisionError), gallery.write() as writer:
        enrol(writer, "Bert", "photo of Bert")
        writer.rename(1, "Anne")
        raise ZeroDivisionError
    with pytest.raises(GalleryUnavailableError), gallery.write() as writer:
        enrol(writer, "Carl", "photo of Carl")
        writer.add(NewEntity("Anna", source="test"))  # there already
    assert (gallery.revision(), names(gallery), len(reference_ids(gallery))) == (2, ["Anna"], 1)
    with gallery.write() as writer:
        assert writer.revision == 3


def test_writers_and_a_reader_at_once_see_every_reference_exactly_once(
    gallery: Gallery, gallery_url: str, open_gallery: Opener
) -> None:
    add_space(gallery)
    galleries = [open_gallery(gallery_url) for _ in range(WRITERS)]
    revisions: list[int] = []
    failures: list[BaseException] = []
    running = threading.Event()
    running.set()

    def write(number: int) -> None:
        own: list[int] = []
        try:
            for count in range(TRANSACTIONS):
                with galleries[number].write() as writer:
                    revisions.append(writer.revision)
                    entity_id = enrol(writer, f"{number}-{count}", f"photo {number}-{count}")
                    own.extend(found.id for found in writer.ledger.owners(f"photo {number}-{count}"))
                    if count % 4 == 3:
                        writer.reject(own.pop(0))
                        writer.rename(entity_id, "renamed")
        except BaseException as error:
            failures.append(error)
            raise

    seen: list[int] = []
    removed: set[int] = set()
    since = [0]

    def catch_up() -> None:
        with gallery.changes(SPACE, since=since[0]) as changes:
            blocks = [int(number) for block in changes.blocks for number in block.reference_ids]
            assert changes.revision >= since[0]
            assert not set(blocks) & set(changes.removed.tolist())  # one snapshot knows a row or its end
            seen.extend(blocks)
            removed.update(changes.removed.tolist())
            since[0] = changes.revision

    def read() -> None:
        try:
            while running.is_set():
                catch_up()
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    reader = threading.Thread(target=read)
    for thread in (*threads, reader):
        thread.start()
    for thread in threads:
        thread.join()
    running.clear()
    reader.join()
    catch_up()
    assert failures == []
    assert sorted(revisions) == list(range(2, 2 + WRITERS * TRANSACTIONS))
    assert len(names(gallery)) == WRITERS * TRANSACTIONS
    assert len(seen) == len(set(seen))
    assert sorted(set(seen) - removed) == reference_ids(gallery)
    assert len(removed) == WRITERS * TRANSACTIONS // 4
    assert len(set(seen) | removed) == WRITERS * TRANSACTIONS


def test_changes_are_one_snapshot(gallery: Gallery, gallery_url: str, open_gallery: Opener) -> None:
    numbers = people(gallery, "Anna", "Bert")
    other = open_gallery(gallery_url)
    with gallery.changes(SPACE) as changes:
        with other.write() as writer:
            enrol(writer, "Carl", "photo of Carl")
            writer.reject(1)
            writer.merge(numbers[0], numbers[1])
        assert [block.reference_ids.tolist() for block in changes.blocks] == [[1, 2]]
        assert (changes.revision, changes.merged, changes.removed.tolist()) == (2, {}, [])
    with gallery.changes(SPACE, since=2) as changes:
        assert [block.reference_ids.tolist() for block in changes.blocks] == [[3]]
        assert changes.removed.tolist() == [1]
        assert changes.merged == {numbers[0]: numbers[1]}


def test_changes_that_are_not_read_to_the_end_hold_nothing_back(gallery: Gallery) -> None:
    people(gallery, "Anna", "Bert")
    for _ in range(30):  # more than the pool has connections
        with gallery.changes(SPACE) as changes:
            next(changes.blocks)
        next(gallery.iterate())
    with gallery.write() as writer:
        writer.rename(1, "Anne")
    assert gallery.forget(2).bytes_purged


def test_a_read_that_began_before_does_not_hold_a_writer_up(
    gallery: Gallery, gallery_url: str, open_gallery: Opener
) -> None:
    people(gallery, "Anna")
    other = open_gallery(gallery_url)
    with gallery.ledger() as ledger:
        assert ledger.name(1) == "Anna"
        start = time.perf_counter()
        with other.write() as writer:
            writer.rename(1, "Anne")
        assert time.perf_counter() - start < 2.0
        assert ledger.name(1) == "Anna"
    assert gallery.entity(1).name == "Anne"


def test_a_writer_waits_for_another_one(gallery: Gallery, gallery_url: str, open_gallery: Opener) -> None:
    people(gallery, "Anna")
    other = open_gallery(gallery_url)
    inside, order = threading.Event(), []

    def slow() -> None:
        with other.write() as writer:
            inside.set()
            time.sleep(0.3)
            writer.rename(1, "first")
            order.append("first")

    thread = threading.Thread(target=slow)
    thread.start()
    inside.wait()
    with gallery.write() as writer:
        assert writer.entity(1).name == "first"
        writer.rename(1, "second")
        order.append("second")
    thread.join()
    assert order == ["first", "second"]
    assert gallery.entity(1).name == "second"


def test_a_writer_that_waited_too_long_says_so_in_one_line(
    tmp_path: Path, open_gallery: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.1)
    url = f"sqlite:///{tmp_path / 'gallery.db'}"
    gallery, other = open_gallery(url), open_gallery(url)
    with other.write():
        with pytest.raises(GalleryUnavailableError, match="database is locked") as caught, gallery.write():
            pass
        assert len(str(caught.value).splitlines()) == 1
    with gallery.write() as writer:
        assert writer.revision == 2


PROGRAM = """
import sys
from gallery.entity import NewEntity
from gallery.gallery import Gallery
import alembic.command
print("ready", flush=True)
sys.stdin.readline()
gallery = Gallery.open(sys.argv[1])
for count in range(5):
    with gallery.write() as writer:
        writer.add(NewEntity(f"{sys.argv[2]}-{count}"))
        print(writer.revision)
gallery.close()
"""


def test_processes_that_open_a_new_database_at_once_all_write_to_it(
    gallery_url: str, open_gallery: Opener
) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, gallery_url, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    done = [process.communicate() for process in processes]
    assert [(process.returncode, err) for process, (_, err) in zip(processes, done, strict=True)] == [
        (0, "")
    ] * 4
    revisions = sorted(int(line) for out, _ in done for line in out.split())
    assert revisions == list(range(1, 21))
    assert len(names(open_gallery(gallery_url))) == 20


def test_a_new_file_that_another_process_is_writing_to_is_waited_for(
    tmp_path: Path, open_gallery: Opener
) -> None:
    # SQLite itself does not wait here: no switch to the write-ahead log while somebody is about to write.
    path = tmp_path / "gallery.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.execute, ["ROLLBACK"])
    release.start()
    try:
        assert open_gallery(f"sqlite:///{path}").revision() == 0
    finally:
        release.join()
        other.close()


def test_many_threads_open_one_new_database_at_once(gallery_url: str, open_gallery: Opener) -> None:
    barrier = threading.Barrier(8)
    failures: list[BaseException] = []

    def open_and_write(number: int) -> None:
        try:
            barrier.wait()
            with open_gallery(gallery_url).write() as writer:
                writer.add(NewEntity(str(number)))
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=open_and_write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(names(open_gallery(gallery_url))) == 8
