"""`placard demo` and the pictures that are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.annotate import annotated
from app.settings import read_settings
from gallery.entity import Entity, EntityKind
from retrieval.match import Candidate, Decision, Match
from tests.app.conftest import Run
from tests.fakes import region
from vision.box import Box
from vision.photo import Photo


def test_the_demo_names_two_people_and_leaves_two_strangers_unnamed(run: Run) -> None:
    result = run("demo")
    assert result.code == 0
    who = result.out.split("Who is in the photo?")[1].split("\n\n")[0].splitlines()[1:]
    assert [line.split("  ")[1].strip() for line in who] == [
        "Eileen Collins",
        "unknown",
        "unknown",
        "Tom Hanks",
    ]
    assert "Elmira, New York" in result.out
    assert "[1]" in result.out
    picture = read_settings().home / "demo/answer.jpg"
    assert str(picture) in result.out
    with Image.open(picture) as image:
        assert image.size == (1280, 560)
    # Nothing of the demo stays in the user's own gallery.
    assert not (read_settings().home / "gallery.db").exists()


def known(name: str, box: Box) -> Match:
    entity = Entity(1, EntityKind.PERSON, "person", name, "", "test")
    return Match(region((1, 0, 0), box), Decision.ACCEPTED, entity, (Candidate(entity, 0.9, 1),))


@pytest.mark.parametrize("size", [(20, 20), (60, 40), (640, 480), (4000, 3000)])
@pytest.mark.parametrize("name", ["Al", "A name that is far too long to fit into any small photo whatsoever"])
def test_a_name_is_drawn_inside_a_photo_of_any_size(size: tuple[int, int], name: str) -> None:
    photo = Photo.from_pixels(np.full((size[1], size[0], 3), 128, dtype=np.uint8))
    box = Box(0, 0, size[0] // 2, size[1] // 2)
    drawn = annotated(photo, [known(name, box)])
    assert (drawn.size == size) == (max(size) >= 400)
    assert drawn.size[0] * size[1] == drawn.size[1] * size[0]
    pixels = np.asarray(drawn).reshape(-1, 3)
    assert (pixels == (255, 255, 255)).all(axis=1).sum() >= 40  # letters
    assert (pixels == (128, 128, 128)).all(axis=1).any()  # and the photo beside them


def test_labels_of_a_crowd_do_not_cover_each_other() -> None:
    photo = Photo.from_pixels(np.full((600, 900, 3), 128, dtype=np.uint8))
    crowd = [known(f"Person {number}", Box(60 * number, 200, 60 * number + 50, 260)) for number in range(6)]
    drawn = np.asarray(annotated(photo, crowd))
    alone = [np.asarray(annotated(photo, [match])) for match in crowd]
    changed = sum(int((picture != photo.pixels).any(axis=2).sum()) for picture in alone)
    together = int((drawn != photo.pixels).any(axis=2).sum())
    assert together > 0.9 * changed


def test_the_photo_itself_is_not_drawn_on(tmp_path: Path) -> None:
    photo = Photo.from_pixels(np.zeros((100, 100, 3), dtype=np.uint8))
    annotated(photo, [known("Anna", Box(10, 10, 50, 50))])
    assert not photo.pixels.any()
