"""How much a run holds at a time, and what it leaves when its caller goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from gallery.gallery import Gallery
from ingest import run
from ingest.gate import EnrolmentRules
from ingest.outcome import Status
from ingest.run import IngestOptions, ingest
from ingest.sources.row import Labelled, Row
from tests.fakes import ColourFaces, picture
from tests.labelled import BLUE, crowd_colours, labelled, photo_of
from vision.photo import Photo
from vision.region import Region


class CountingFaces(ColourFaces):
    """Notes how many photos it was given at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[int] = []

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        self.given.append(len(photos))
        return super().regions(photos)


def test_a_batch_holds_a_bounded_number_of_photos_and_pixels(
    lite: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [labelled(f"P{n}", photo_of(colour)) for n, colour in enumerate(crowd_colours(20))]
    faces = CountingFaces()
    list(ingest(lite, faces, rows))
    assert faces.given == [run.BATCH_PHOTOS, 4]
    monkeypatch.setattr(run, "BATCH_PIXELS", 30_000)  # three photos of 100 x 100
    faces = CountingFaces()
    list(ingest(lite, faces, [labelled(f"Q{n}", photo_of(BLUE, number=n)) for n in range(1, 8)]))
    assert faces.given == [3, 3, 1]


def test_no_more_photos_are_read_ahead_than_memory_is_meant_for(lite: Gallery) -> None:
    begun = 0
    lock = threading.Lock()

    def reading(photo: bytes) -> Callable[[], bytes]:
        def read() -> bytes:
            nonlocal begun
            with lock:
                begun += 1
            return photo

        return read

    def rows() -> Iterator[Row]:
        for n, colour in enumerate(crowd_colours(60)):
            row = labelled(f"Person {n:02}", b"")
            yield Labelled(row.where, row.entity, None, False, reading(photo_of(colour)))

    jobs = 2
    outcomes = ingest(lite, ColourFaces(), rows(), IngestOptions(jobs=jobs))
    next(outcomes)
    # The first batch is committed; 2 * jobs photos are decoded ahead, and as many are read ahead of these.
    assert run.BATCH_PHOTOS <= begun <= run.BATCH_PHOTOS + 4 * jobs + 2
    assert len(list(outcomes)) == 59


@pytest.mark.parametrize("depth", [1, 4])
def test_work_ahead_is_never_more_than_its_depth(depth: int) -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield number

    with ThreadPoolExecutor(4) as pool:
        done = 0
        for result in run._ahead(pool, lambda number: number * number, items(), depth):
            assert result == done * done
            done += 1
            assert taken - done <= depth
    assert done == 50


def test_an_abandoned_run_keeps_its_committed_batches_and_ends_its_threads(lite: Gallery) -> None:
    rows = [labelled(f"Person {n:02}", photo_of(colour)) for n, colour in enumerate(crowd_colours(40))]
    outcomes = ingest(lite, ColourFaces(), rows)
    assert isinstance(outcomes, Iterator)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # a generator, as its caller knows when it is interrupted
    assert lite.counts().references == run.BATCH_PHOTOS
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_each_face_model_says_itself_which_faces_are_too_doubtful_to_enrol(lite: Gallery) -> None:
    class Doubtful(ColourFaces):
        sure_confidence = 0.95  # its faces have 0.9

    [refused] = ingest(lite, Doubtful(), [labelled("Ann", picture((200, 0, 0)))])
    assert refused.reason == "low_confidence"
    by_hand = IngestOptions(rules=EnrolmentRules(min_confidence=0.8))
    [added] = ingest(lite, Doubtful(), [labelled("Ann", picture((200, 0, 0)))], by_hand)
    assert added.status is Status.ADDED
