"""Enrolling a source: what becomes of each row, in order, and what a batch leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gallery.entity import EntityKind
from gallery.gallery import Gallery
from ingest.models import WrongModelError
from ingest.outcome import Outcome, Status
from ingest.run import IngestOptions, ingest
from ingest.sources.opening import open_source
from ingest.sources.row import Labelled, Row, SourceProblem, Unusable
from tests.fakes import ColourFaces, OtherFaces, picture, write_people
from tests.labelled import BLUE, GREEN, RED, contents, crowd_colours, labelled, names, photo_of, write_crowd
from vision.photo import Photo
from vision.region import Region

BLACK = (0, 0, 0)
GOOD = labelled("Ann", picture(RED))


class BreakingFaces(ColourFaces):
    """Fails after some photos, as a model does that runs out of memory."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        if self.looked_at + len(photos) > self._after:
            raise MemoryError("no memory left")
        return super().regions(photos)


def ran(gallery: Gallery, rows: Sequence[Row], options: IngestOptions | None = None) -> list[Outcome]:
    return list(ingest(gallery, ColourFaces(), rows, options))


def summary(outcomes: Sequence[Outcome]) -> list[tuple[str, str, str | None]]:
    return [(outcome.photo, outcome.status.value, outcome.reason) for outcome in outcomes]


def unreadable() -> bytes:
    raise FileNotFoundError(2, "No such file or directory")


def row_that_reads(where: str, read: Callable[[], bytes]) -> Labelled:
    return Labelled(where, labelled("Zoe", b"", label=where).entity, None, False, read)


def test_an_empty_source_does_nothing(lite: Gallery) -> None:
    assert ran(lite, []) == []
    assert lite.counts().entities == 0
    assert lite.current_space() is None


def test_a_folder_of_people_is_enrolled_in_its_order(gallery: Gallery, tmp_path: Path) -> None:
    folder = write_people(tmp_path / "people", {"Ann": [RED, (180, 0, 0)], "Bob": [GREEN], "Cy": [BLUE]})
    (folder / "Bob/biography.txt").write_text("Bob is green.", encoding="utf-8")
    (folder / "Cy/9.png").write_bytes(picture(BLACK))
    with open_source(folder) as source:
        outcomes = ran(gallery, list(source.rows()))
    assert summary(outcomes) == [
        ("Ann/0.png", "added", None),
        ("Ann/1.png", "added", None),
        ("Bob/0.png", "added", None),
        ("Cy/0.png", "added", None),
        ("Cy/9.png", "skipped", "no_face"),
    ]
    assert [(entity.name, entity.biography) for entity in gallery.iterate()] == [
        ("Ann", ""),
        ("Bob", "Bob is green."),
        ("Cy", ""),
    ]
    for outcome in outcomes[:4]:
        assert outcome.entity_id is not None
        photos = [reference.photo for reference in gallery.references(outcome.entity_id)]
        assert outcome.sha256 in photos
    space = gallery.current_space()
    assert space is not None
    assert (space.name, space.references) == ("colour", 4)


@pytest.mark.parametrize("jobs", [1, 4])
def test_outcomes_come_in_the_order_of_the_rows(lite: Gallery, tmp_path: Path, jobs: int) -> None:
    folder = write_crowd(tmp_path / "crowd", people=20, photos=4)
    (folder / "Person 03/0.png").write_bytes(b"broken")
    with open_source(folder) as source:
        rows = list(source.rows())
    outcomes = ran(lite, rows, IngestOptions(jobs=jobs))
    assert [outcome.photo for outcome in outcomes] == [row.where for row in rows]
    assert [outcome.photo for outcome in outcomes if outcome.status is Status.SKIPPED] == ["Person 03/0.png"]
    assert lite.counts().references == 79


BAD_ROWS: list[tuple[Row, str, str]] = [
    (row_that_reads("gone.png", unreadable), "unreadable", "No such file"),
    (labelled("Zoe", b"", where="empty.png"), "unreadable", "empty"),
    (labelled("Zoe", b"this is no photo", where="text.png"), "unreadable", "expected one of"),
    (labelled("Zoe", photo_of(RED)[:150], where="cut.png"), "unreadable", "damaged"),
    (labelled("Zoe", photo_of(*[RED] * 5), where="large.png"), "too_large", "500 x 100"),
    (labelled("Zoe", picture(BLACK), where="empty room.png"), "no_face", "no face"),
    (labelled("Zoe", photo_of(RED, GREEN), where="pair.png"), "several_faces", "2 faces"),
    (labelled("Mug", picture(BLUE), where="mug.png", kind=EntityKind.THING), "no_model", "things"),
    (Unusable("row 7", SourceProblem.BAD_BOX, "no box"), "bad_box", "no box"),
]


@pytest.mark.parametrize(("bad", "reason", "detail"), BAD_ROWS, ids=[row[0].where for row in BAD_ROWS])
def test_a_row_that_cannot_be_used_is_reported_and_the_others_are_enrolled(
    lite: Gallery, bad: Row, reason: str, detail: str
) -> None:
    rows = [GOOD, bad, labelled("Bob", picture(GREEN))]
    outcomes = ran(lite, rows, IngestOptions(max_pixels=40_000))
    assert summary(outcomes) == [
        ("Ann.png", "added", None),
        (bad.where, "skipped", reason),
        ("Bob.png", "added", None),
    ]
    assert detail in outcomes[1].detail
    assert names(lite) == ["Ann", "Bob"]


def test_a_gallery_of_another_model_takes_no_photo(lite: Gallery) -> None:
    ran(lite, [GOOD])
    before = lite.revision()
    with pytest.raises(WrongModelError, match=r"made with colour.*with other"):
        list(ingest(lite, OtherFaces(), [labelled("Bob", picture(GREEN))]))
    assert lite.revision() == before


def test_a_run_in_which_everything_is_refused_writes_nothing_and_chooses_no_model(gallery: Gallery) -> None:
    before = gallery.revision()
    assert [outcome.reason for outcome in ran(gallery, [labelled("Zoe", picture(BLACK))])] == ["no_face"]
    assert gallery.revision() == before
    assert gallery.current_space() is None
    outcomes = list(ingest(gallery, OtherFaces(), [GOOD]))
    assert [outcome.status for outcome in outcomes] == [Status.ADDED]


@pytest.mark.parametrize(
    "refused",
    [labelled("Zoe", picture(BLACK)), labelled("Zoe", b""), labelled("Zoe", picture(RED)), BAD_ROWS[-1][0]],
    ids=["gate", "unreadable", "duplicate", "unusable"],
)
def test_stopping_at_a_refusal_keeps_what_came_before_and_nothing_after(lite: Gallery, refused: Row) -> None:
    rows = [GOOD, labelled("Bob", picture(GREEN)), refused, labelled("Cy", picture(BLUE))]
    outcomes = ran(lite, rows, IngestOptions(stop_on_refusal=True))
    assert [outcome.status.value for outcome in outcomes] == ["added", "added", "skipped"]
    assert names(lite) == ["Ann", "Bob"]


def test_stopping_at_a_refusal_that_comes_first_writes_nothing(lite: Gallery) -> None:
    ran(lite, [GOOD])
    before = lite.revision()
    rows = [labelled("Zoe", picture(BLACK)), labelled("Bob", picture(GREEN))]
    assert len(ran(lite, rows, IngestOptions(stop_on_refusal=True))) == 1
    assert lite.revision() == before


def test_stopping_at_a_refusal_in_a_later_batch_ends_the_run_there(lite: Gallery) -> None:
    colours = crowd_colours(40)
    rows = [labelled(f"Person {n:02}", photo_of(colour)) for n, colour in enumerate(colours)]
    rows[20] = labelled("Nobody", picture(BLACK))
    outcomes = ran(lite, rows, IngestOptions(stop_on_refusal=True))
    assert [outcome.photo for outcome in outcomes] == [row.where for row in rows[:21]]
    assert lite.counts().references == 20


def test_a_dry_run_reports_what_the_real_run_does_and_writes_nothing(gallery: Gallery) -> None:
    ran(gallery, [GOOD])
    rows: list[Row] = [
        GOOD,
        labelled("Ann", picture(RED), biography="Ann is red."),
        labelled("Ann", photo_of(RED, number=1)),
        labelled("Bob", picture(GREEN)),
        labelled("Cy", picture(RED)),
        labelled("Ann", photo_of(GREEN, number=2), where="wrong.png"),
        *(row for row, _, _ in BAD_ROWS),
    ]
    before = contents(gallery), gallery.revision()
    sketch = gallery.sketch()
    tried = ran(sketch, rows, IngestOptions(max_pixels=40_000))
    sketch.close()
    assert (contents(gallery), gallery.revision()) == before
    assert ran(gallery, rows, IngestOptions(max_pixels=40_000)) == tried
    assert {outcome.status for outcome in tried} == set(Status)


def test_a_dry_run_on_an_empty_gallery_leaves_it_empty(lite: Gallery) -> None:
    sketch = lite.sketch()
    assert [outcome.status for outcome in ran(sketch, [GOOD])] == [Status.ADDED]
    sketch.close()
    assert lite.counts().entities == 0
    assert lite.current_space() is None


def test_a_model_that_fails_leaves_the_batches_before_it_and_nothing_half_written(gallery: Gallery) -> None:
    rows = [
        labelled(f"Person {n:02}", photo_of(colour), where=str(n))
        for n, colour in enumerate(crowd_colours(40))
    ]
    with pytest.raises(MemoryError):
        list(ingest(gallery, BreakingFaces(after=32), rows))
    assert gallery.counts().references == gallery.counts().entities == 32
    assert gallery.integrity() == []
    assert [outcome.status.value for outcome in ran(gallery, rows)] == ["unchanged"] * 32 + ["added"] * 8


def test_an_error_while_decoding_reaches_the_caller(lite: Gallery) -> None:
    def broken() -> bytes:
        raise RuntimeError("a bug in a source")

    rows = [GOOD, row_that_reads("bug.png", broken)]
    with pytest.raises(RuntimeError, match="a bug in a source"):
        ran(lite, rows)
