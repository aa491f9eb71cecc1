"""Unknown faces: kept only where it is on, for a time, and gone with every byte."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from gallery import database
from gallery.database import migrate
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from gallery.strangers import Strangers
from gallery.watch import DAY_S, NewStranger
from tests.fakes import reference
from tests.gallery.traces import Person, found_in, person
from vision.errors import UserError
from vision.region import unit

ROOT = Path(__file__).parents[2]
Opener = Callable[[str], Gallery]
RED, ORANGE, GREEN, BLUE = (1, 0, 0), (1, 0.3, 0), (0, 1, 0), (0, 0, 1)
ANN = "ann@example.org"


def face(vector: Sequence[float], crop: bytes = b"jpeg", space: str = "colour") -> NewStranger:
    return NewStranger(space, unit(np.asarray(vector, dtype=np.float32)), crop)


def seen(strangers: Strangers, *vectors: Sequence[float]) -> int:
    return strangers.note([face(vector) for vector in vectors], alike_from=0.8)


def whats(strangers: Strangers) -> list[str]:
    return [f"{line.who} {line.what}" for line in reversed(strangers.lines())]


def on(gallery: Gallery, days: int = 7) -> Strangers:
    gallery.strangers.switch_on("To greet returning guests", days, who=ANN)
    return gallery.strangers


def test_nothing_is_kept_unless_it_is_on(gallery: Gallery) -> None:
    assert gallery.strangers.watch() is None
    assert seen(gallery.strangers, RED) == 0
    assert gallery.strangers.groups() == []


@pytest.mark.parametrize(
    ("purpose", "days", "says"),
    [
        ("", 7, "what unknown faces are kept for"),
        (" \n", 7, "kept for"),
        ("Guests", 0, "1 to 30 days, but got 0"),
        ("Guests", 31, "1 to 30 days, but got 31"),
    ],
)
def test_without_a_purpose_or_for_too_long_it_is_not_switched_on(
    gallery: Gallery, purpose: str, days: int, says: str
) -> None:
    with pytest.raises(UserError, match=says):
        gallery.strangers.switch_on(purpose, days, who=ANN)
    assert gallery.strangers.watch() is None
    assert gallery.strangers.lines() == []


def test_the_purpose_the_time_and_who_switched_it_on_are_stored(gallery: Gallery, gallery_url: str) -> None:
    on(gallery)
    with Gallery.open(gallery_url) as other:
        watch = other.strangers.watch()
        assert watch is not None
        assert (watch.purpose, watch.days, watch.by) == ("To greet returning guests", 7, ANN)
        assert time.time() - 60 < watch.since <= time.time()
        assert whats(other.strangers) == [f"{ANN} switched on for 7 days: To greet returning guests"]
        with pytest.raises(UserError, match="It is on already"):
            other.strangers.switch_on("Another", 30, who=ANN)


def test_faces_join_the_group_of_the_most_similar_one_and_the_same_picture_is_kept_once(
    gallery: Gallery,
) -> None:
    strangers = on(gallery)
    assert seen(strangers, RED, GREEN, ORANGE, RED) == 3
    assert strangers.note([face(RED, space="other")], alike_from=0.8) == 1  # spaces are never compared
    groups = strangers.groups()
    assert [[one.id for one in group] for group in groups] == [[3, 1], [2], [4]]
    assert strangers.crops([1, 2, 99]) == {1: b"jpeg", 2: b"jpeg"}
    assert all(one.seen <= time.time() for group in groups for one in group)


def test_seeing_faces_is_no_change_of_the_gallery(gallery: Gallery) -> None:
    before = gallery.revision()
    seen(on(gallery), RED)
    assert gallery.revision() == before
    with gallery.sketch() as sketch:
        assert (sketch.strangers.watch(), sketch.strangers.groups()) == (None, [])


def test_the_ignored_are_not_kept_again_and_leave_one_vector_only(gallery: Gallery) -> None:
    strangers = on(gallery)
    seen(strangers, RED, ORANGE, GREEN)
    strangers.ignore(1, who=ANN)
    assert [[one.id for one in group] for group in strangers.groups()] == [[3]]
    assert (seen(strangers, RED, ORANGE, BLUE), strangers.ignored()) == (1, 1)
    with pytest.raises(UserError, match="gone by now"):
        strangers.ignore(1, who=ANN)
    assert strangers.stop_ignoring(who=ANN) == 1
    assert seen(strangers, RED) == 1
    assert whats(strangers)[1:] == [
        f"{ANN} 2 faces deleted, to be ignored from now on",
        f"{ANN} 1 no longer ignored",
    ]


def test_a_face_goes_when_its_time_is_over_and_not_before(gallery: Gallery, gallery_url: str) -> None:
    strangers = on(gallery, days=7)
    seen(strangers, RED)
    now = time.time()
    assert strangers.expire(now + 7 * DAY_S - 60) == 0
    assert strangers.expire(now + 7 * DAY_S + 60) == 1
    assert strangers.groups() == []
    assert whats(strangers)[-1] == "Placard 1 face deleted: their time was over"
    assert strangers.watch() is not None  # it goes on for those who come
    seen(strangers, GREEN)
    _age(gallery, 8 * DAY_S)
    with Gallery.open(gallery_url) as later:  # whoever opens the gallery first
        assert later.strangers.groups() == []
        assert not later.purge_pending()


def test_switching_off_deletes_everything_but_the_record_of_it(gallery: Gallery) -> None:
    strangers = on(gallery)
    seen(strangers, RED, GREEN)
    strangers.ignore(2, who=ANN)
    assert strangers.switch_off(who="bob@example.org") == 1
    assert (strangers.watch(), strangers.groups(), strangers.ignored()) == (None, [], 0)
    assert seen(strangers, BLUE) == 0
    assert whats(strangers)[-1] == "bob@example.org switched off; 1 face deleted"
    with pytest.raises(UserError, match="off already"):
        strangers.switch_off(who=ANN)


def test_with_the_forgotten_go_the_unknown_faces_like_theirs(gallery: Gallery) -> None:
    strangers = on(gallery)
    seen(strangers, RED, GREEN, BLUE)
    strangers.ignore(3, who=ANN)
    with gallery.write() as writer:
        writer.add_space("colour", 3, "colour")
        for name, vector in (("Ann", RED), ("Cy", BLUE)):
            writer.add_reference(writer.add(NewEntity(name)), reference(vector, name), (100, 100))
    gallery.forget(1)
    assert [[one.id for one in group] for group in strangers.groups()] == [[2]]
    assert strangers.ignored() == 1
    gallery.forget(2)
    assert strangers.ignored() == 0


def _age(gallery: Gallery, seconds: float) -> None:
    with database.writing(gallery._engine) as connection:
        connection.exec_driver_sql(f"UPDATE strangers SET seen = seen - {seconds}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "files"
    path.mkdir()
    return path


@pytest.fixture
def crowded(folder: Path, open_gallery: Opener) -> tuple[Gallery, list[Person]]:
    """A gallery that keeps thirty faces whose bytes can be found in its files."""
    gallery = open_gallery(f"sqlite:///{folder / 'gallery.db'}")
    people = [person(number) for number in range(30)]
    strangers = on(gallery)
    faces = [face(one.vector.tolist(), one.crop, "wide") for one in people]
    assert strangers.note(faces, alike_from=0.9) == 30
    assert all(len(found_in(folder, _traces(one))) >= 4 for one in people[:5])
    return gallery, people


def _traces(one: Person) -> list[bytes]:
    """What is kept of a stranger: picture and vector."""
    return one.traces()[5:]


@pytest.mark.parametrize("way", ["off", "delete", "ignore", "expire"])
def test_no_byte_of_a_deleted_face_is_left_in_the_files(
    folder: Path, crowded: tuple[Gallery, list[Person]], way: str
) -> None:
    gallery, people = crowded
    strangers = gallery.strangers
    match way:
        case "off":
            strangers.switch_off(who=ANN)
        case "delete":
            strangers.delete(range(1, 31), who=ANN)
        case "ignore":
            for group in strangers.groups():
                strangers.ignore(group[0].group, who=ANN)
        case "expire":
            assert strangers.expire(time.time() + 8 * DAY_S) == 30
    kept = 3 if way == "ignore" else len(_traces(people[0]))  # the vector stays to know them by
    assert [found for one in people for found in found_in(folder, _traces(one)[:kept])] == []
    assert not gallery.purge_pending()


@pytest.mark.parametrize("deleting", ["switch_off(who='ann')", "expire(2e10)"])
def test_a_process_killed_before_the_bytes_are_gone_leaves_that_to_the_next_one(
    folder: Path, crowded: tuple[Gallery, list[Person]], open_gallery: Opener, deleting: str
) -> None:
    gallery, people = crowded
    gallery.close()
    url = f"sqlite:///{folder / 'gallery.db'}"
    program = (
        "import os, sys\nfrom gallery import strangers\nfrom gallery.gallery import Gallery\n"
        "gallery = Gallery.open(sys.argv[1])\n"
        "strangers.finish_purge = lambda *_, **__: os._exit(9)\n"
        f"gallery.strangers.{deleting}\n"
    )
    done = subprocess.run([sys.executable, "-c", program, url], cwd=ROOT, env=os.environ)
    assert done.returncode == 9
    assert found_in(folder, _traces(people[0]))
    again = open_gallery(url)
    assert (again.strangers.groups(), again.purge_pending()) == ([], False)
    assert [found for one in people for found in found_in(folder, _traces(one))] == []


def test_a_process_killed_within_a_deletion_has_deleted_nothing(
    gallery: Gallery, gallery_url: str, open_gallery: Opener
) -> None:
    strangers = on(gallery)
    seen(strangers, RED, GREEN)
    gallery.close()
    program = (
        "import os, sys\nfrom gallery import strangers\nfrom gallery.gallery import Gallery\n"
        "gallery = Gallery.open(sys.argv[1])\n"
        "strangers.ask_for_purge = lambda *_: os._exit(9)\n"
        "gallery.strangers.switch_off(who='ann')\n"
    )
    done = subprocess.run([sys.executable, "-c", program, gallery_url], cwd=ROOT, env=os.environ)
    assert done.returncode == 9
    again = open_gallery(gallery_url).strangers
    assert again.watch() is not None
    assert len(again.groups()) == 2
    assert len(again.lines()) == 1


def test_a_step_back_in_the_schema_drops_every_unknown_face(gallery: Gallery) -> None:
    seen(on(gallery), RED)
    for step in ("0007", database.HEAD):
        migrate(gallery._engine, step)
    assert (gallery.strangers.watch(), gallery.strangers.groups()) == (None, [])
