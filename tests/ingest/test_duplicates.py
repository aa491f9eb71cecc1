"""One photo or face under two names, and photos that are filed under the wrong name."""

from __future__ import annotations

from collections.abc import Sequence

from gallery.gallery import Gallery
from ingest.gate import EnrolmentRules
from ingest.outcome import Outcome, Status
from ingest.run import IngestOptions, ingest
from ingest.sources.row import Row
from tests.fakes import ColourFaces, picture
from tests.labelled import BLUE, GREEN, RED, contents, labelled, names, photo_of
from vision.box import Box

LEFT, RIGHT = Box(10, 10, 90, 90), Box(110, 10, 190, 90)


def ran(gallery: Gallery, *rows: Row, options: IngestOptions | None = None) -> list[Outcome]:
    return list(ingest(gallery, ColourFaces(), rows, options))


def results(outcomes: Sequence[Outcome]) -> list[str]:
    return [outcome.reason or outcome.status.value for outcome in outcomes]


def test_a_photo_that_moved_to_another_name_changes_nothing_and_names_the_other(gallery: Gallery) -> None:
    ran(gallery, labelled("Ann", picture(RED)), labelled("Bob", picture(GREEN)))
    before = contents(gallery), gallery.revision()
    outcomes = ran(gallery, labelled("Bob", picture(RED)), labelled("Cy", picture(RED)))
    assert results(outcomes) == ["duplicate", "duplicate"]
    assert [outcome.detail for outcome in outcomes] == ["enrolled as Ann (entity 1) already"] * 2
    assert (contents(gallery), gallery.revision()) == before


def test_one_photo_under_two_names_in_one_batch_goes_to_the_first(lite: Gallery) -> None:
    assert results(ran(lite, labelled("Ann", picture(RED)), labelled("Bob", picture(RED)))) == [
        "added",
        "duplicate",
    ]
    assert names(lite) == ["Ann"]


def test_the_same_file_twice_under_one_person_is_one_reference(lite: Gallery) -> None:
    rows = [labelled("Ann", picture(RED)), labelled("Ann", picture(RED), where="copy.png")]
    assert results(ran(lite, *rows)) == ["added", "unchanged"]
    assert results(ran(lite, *rows)) == ["unchanged", "unchanged"]
    assert lite.counts().references == 1


def test_two_people_are_enrolled_from_one_group_photo_by_their_boxes(gallery: Gallery) -> None:
    group = photo_of(RED, GREEN)
    rows = [labelled("Ann", group, box=LEFT), labelled("Bob", group, box=RIGHT)]
    assert results(ran(gallery, *rows)) == ["added", "added"]
    assert [gallery.references(number)[0].box for number in (1, 2)] == [LEFT, RIGHT]
    assert gallery.counts().photos == 1
    faces = ColourFaces()
    assert results(list(ingest(gallery, faces, rows))) == ["unchanged", "unchanged"]
    assert faces.looked_at == 0


def test_one_face_for_two_people_is_a_duplicate(lite: Gallery) -> None:
    group = photo_of(RED, GREEN)
    rows = [labelled("Ann", group, box=LEFT), labelled("Bob", group, box=Box(15, 15, 95, 95))]
    assert results(ran(lite, *rows)) == ["added", "duplicate"]
    faces = ColourFaces()
    assert results(list(ingest(lite, faces, rows))) == ["unchanged", "duplicate"]
    assert faces.looked_at == 0
    # A box too loose to tell before the face is found.
    loose = labelled("Cy", group, box=Box(0, 0, 115, 100))
    assert loose.box is not None
    assert LEFT.iou(loose.box) > 0.5
    looser = labelled("Di", group, box=Box(0, 0, 140, 100))
    assert looser.box is not None
    assert LEFT.iou(looser.box) < 0.5
    assert results(ran(lite, loose, looser)) == ["duplicate", "duplicate"]
    assert names(lite) == ["Ann"]


def test_a_box_without_a_face_is_no_face(lite: Gallery) -> None:
    row = labelled("Ann", photo_of(RED, (0, 0, 0)), box=RIGHT)
    assert results(ran(lite, row)) == ["no_face"]


def test_a_later_photo_nearer_to_somebody_else_is_an_identity_conflict(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED)), labelled("Bob", picture(GREEN)))
    before = contents(lite)
    [outcome] = ran(lite, labelled("Ann", photo_of((50, 200, 0), number=1)))
    assert (outcome.status, outcome.reason) == (Status.SKIPPED, "identity_conflict")
    assert "nearer to Bob (entity 2, similarity 0.97)" in outcome.detail
    assert "(0.24)" in outcome.detail
    assert contents(lite) == before


def test_a_conflict_within_one_batch_is_found_too(lite: Gallery) -> None:
    rows = [
        labelled("Ann", picture(RED)),
        labelled("Bob", picture(GREEN)),
        labelled("Ann", photo_of((0, 190, 0), number=1)),
    ]
    assert results(ran(lite, *rows)) == ["added", "added", "identity_conflict"]


def test_a_photo_as_near_to_both_is_no_conflict(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED)), labelled("Bob", picture(GREEN)))
    assert results(ran(lite, labelled("Ann", photo_of((150, 150, 0), number=1)))) == ["added"]


def test_a_first_photo_near_a_stranger_is_enrolled_and_only_reported(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED)))
    [outcome] = ran(lite, labelled("Bob", picture((200, 50, 0))))
    assert outcome.status is Status.ADDED
    assert outcome.detail == "looks like Ann (entity 1, similarity 0.97)"
    assert names(lite) == ["Ann", "Bob"]


def test_a_later_photo_of_a_look_alike_is_not_reported_again(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED)), labelled("Bob", picture((200, 50, 0))))
    [outcome] = ran(lite, labelled("Bob", photo_of((200, 50, 0), number=1)))
    assert (outcome.status, outcome.detail) == (Status.ADDED, "")


def test_how_near_a_stranger_is_reported_is_a_rule(lite: Gallery) -> None:
    options = IngestOptions(rules=EnrolmentRules(look_alike=0.98))
    outcomes = ran(
        lite, labelled("Ann", picture(RED)), labelled("Bob", picture((200, 50, 0))), options=options
    )
    assert [outcome.detail for outcome in outcomes] == ["", ""]


def test_photos_of_somebody_who_was_forgotten_cause_no_conflict(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED)), labelled("Bob", picture(GREEN)))
    with lite.write() as writer:
        writer.merge(2, into=1)
    # Of one group now, so no conflict; and none either once the group is forgotten.
    assert results(ran(lite, labelled("Ann", photo_of((0, 190, 0), number=1)))) == ["added"]
    lite.forget(1)
    rows = [labelled("Cy", picture(BLUE)), labelled("Cy", photo_of((0, 180, 20), number=2))]
    assert results(ran(lite, *rows)) == ["added", "added"]


def test_a_run_sees_what_is_deleted_while_it_goes_on(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED)), labelled("Bob", picture(GREEN)))
    first = [labelled(f"P{n}", picture((0, n, 200))) for n in range(16)]
    outcomes = ingest(lite, ColourFaces(), [*first, labelled("Ann", photo_of((50, 200, 0), number=1))])
    next(iter(outcomes))  # the first batch is committed, its neighbours are in memory
    lite.forget(2)
    *_, last = outcomes
    assert last.status is Status.ADDED
