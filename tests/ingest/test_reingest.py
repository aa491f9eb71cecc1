"""The same source again: nothing twice, what changed is taken over, and what people decided stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from gallery.gallery import Gallery
from ingest.outcome import Outcome, Status
from ingest.run import ingest
from ingest.sources.opening import open_source
from ingest.sources.row import Row
from tests.fakes import ColourFaces, picture
from tests.labelled import BLUE, GREEN, RED, contents, labelled, names, photo_of, write_crowd
from vision.box import Box
from vision.photo import Photo

ADDED, UPDATED, UNCHANGED, SKIPPED = Status.ADDED, Status.UPDATED, Status.UNCHANGED, Status.SKIPPED


def ran(gallery: Gallery, *rows: Row) -> list[Outcome]:
    return list(ingest(gallery, ColourFaces(), rows))


def statuses(outcomes: Sequence[Outcome]) -> list[Status]:
    return [outcome.status for outcome in outcomes]


def looked_at(gallery: Gallery, *rows: Row) -> int:
    faces = ColourFaces()
    list(ingest(gallery, faces, rows))
    return faces.looked_at


def test_the_same_source_twice_adds_nothing_and_looks_at_no_photo_again(
    gallery: Gallery, tmp_path: Path
) -> None:
    folder = write_crowd(tmp_path / "crowd", people=6, photos=3)
    faces = ColourFaces()
    with open_source(folder) as source:
        assert set(statuses(list(ingest(gallery, faces, source.rows())))) == {ADDED}
    assert faces.looked_at == 18
    before = contents(gallery), gallery.revision()
    with open_source(folder) as source:
        again = list(ingest(gallery, faces, source.rows()))
    assert set(statuses(again)) == {UNCHANGED}
    assert [outcome.entity_id for outcome in again] == [1 + number // 3 for number in range(18)]
    assert faces.looked_at == 18
    assert (contents(gallery), gallery.revision()) == before


def test_a_changed_biography_is_taken_over_without_looking_at_the_photo(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED), biography="Old."))
    row = labelled("Ann", picture(RED), biography="New.")
    assert looked_at(lite, row) == 0
    assert lite.entity(1).biography == "New."
    ran(lite, labelled("Ann", picture(RED), biography="Newer."))
    assert statuses(ran(lite, labelled("Ann", picture(RED), biography="Newer."))) == [UNCHANGED]


def test_a_source_that_says_nothing_about_somebody_takes_no_biography_away(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED), biography="Ann is red."))
    assert statuses(ran(lite, labelled("Ann", picture(RED)))) == [UNCHANGED]
    ran(lite, labelled("Ann", photo_of(RED, number=1)))
    assert lite.entity(1).biography == "Ann is red."
    assert statuses(ran(lite, labelled("Ann", picture(RED), biography=""))) == [UPDATED]
    assert lite.entity(1).biography == ""


def test_a_new_photo_brings_a_changed_biography_with_it(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED), biography="Old."))
    assert statuses(ran(lite, labelled("Ann", photo_of(RED, number=1), biography="New."))) == [ADDED]
    assert lite.entity(1).biography == "New."


def test_a_name_and_biography_that_a_person_gave_are_kept(gallery: Gallery) -> None:
    ran(gallery, labelled("Ann", picture(RED), biography="From the source.", external_id="7"))
    with gallery.write() as writer:
        writer.rename(1, "Anna Smith")
        writer.describe(1, "By hand.")
    again = labelled("Annie", picture(RED), biography="From the source, changed.", external_id="7")
    assert statuses(ran(gallery, again)) == [UNCHANGED]
    new_photo = labelled("Annie", photo_of(RED, number=1), biography="Changed.", external_id="7")
    assert statuses(ran(gallery, new_photo)) == [ADDED]
    assert (gallery.entity(1).name, gallery.entity(1).biography) == ("Anna Smith", "By hand.")
    assert gallery.counts().entities == 1


def test_a_name_that_changed_in_the_source_is_taken_over_by_the_external_id(lite: Gallery) -> None:
    ran(lite, labelled("Ann Miller", picture(RED), external_id="7"))
    assert statuses(ran(lite, labelled("Ann Smith", picture(RED), external_id="7"))) == [UPDATED]
    assert names(lite) == ["Ann Smith"]
    assert [entity.name for entity in lite.find("ann smith")] == ["Ann Smith"]
    assert lite.find("ann miller") == []


def test_a_changed_name_from_a_source_without_biographies_leaves_the_biography(lite: Gallery) -> None:
    ran(lite, labelled("Ann Miller", picture(RED), external_id="7", biography="Ann is red."))
    assert statuses(ran(lite, labelled("Ann Smith", picture(RED), external_id="7"))) == [UPDATED]
    assert (lite.entity(1).name, lite.entity(1).biography) == ("Ann Smith", "Ann is red.")


def test_an_external_id_finds_the_same_person_from_another_source(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED), external_id="7", source="one"))
    assert statuses(ran(lite, labelled("Ann", picture(RED), external_id="7", source="two"))) == [UNCHANGED]
    assert lite.counts().entities == 1


def test_the_same_label_in_another_source_is_a_new_person_and_is_reported(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED), source="north"))
    [outcome] = ran(lite, labelled("Ann", picture(GREEN), source="south"))
    assert (outcome.status, outcome.entity_id) == (ADDED, 2)
    assert outcome.detail.startswith("another Ann is known from north (entity 1)")
    assert "gallery merge" in outcome.detail


def test_a_later_photo_that_is_unlike_the_others_is_reported(lite: Gallery) -> None:
    ran(lite, labelled("Ann", picture(RED), where="1"))
    [alike] = ran(lite, labelled("Ann", picture((200, 40, 0)), where="2"))
    [unlike] = ran(lite, labelled("Ann", picture((20, 0, 200)), where="3"))
    assert (alike.status, alike.detail) == (ADDED, "")
    assert unlike.status is ADDED
    assert "unlike the other photos of this person (similarity 0.10)" in unlike.detail


def test_two_people_of_one_name_stay_two_by_their_external_ids(lite: Gallery) -> None:
    outcomes = ran(
        lite,
        labelled("Ann", picture(RED), external_id="1"),
        labelled("Ann", picture(GREEN), external_id="2"),
        labelled("Ann", photo_of(GREEN, number=1), external_id="2"),
    )
    assert [outcome.entity_id for outcome in outcomes] == [1, 2, 2]


def test_a_rejected_photo_is_not_enrolled_for_that_person_again(gallery: Gallery) -> None:
    wrong = labelled("Ann", photo_of(RED, number=1))
    ran(gallery, labelled("Ann", picture(RED)), wrong)
    with gallery.write() as writer:
        writer.reject(gallery.references(1)[1].id)
    [outcome] = ran(gallery, wrong)
    assert (outcome.status, outcome.reason) == (SKIPPED, "rejected")
    assert looked_at(gallery, wrong) == 0
    assert len(gallery.references(1)) == 1
    # It may well show somebody else.
    assert statuses(ran(gallery, labelled("Bob", photo_of(RED, number=1)))) == [ADDED]


LEFT, RIGHT = Box(10, 10, 90, 90), Box(110, 10, 190, 90)


def reject(gallery: Gallery, entity_id: int, photo: bytes, box: Box) -> None:
    with gallery.write() as writer:
        writer.reject_in(entity_id, hashlib.sha256(photo).hexdigest(), box)


def test_a_photo_that_was_only_asked_about_is_refused_for_who_was_rejected_in_it(gallery: Gallery) -> None:
    ran(gallery, labelled("Ann", picture(RED)), labelled("Bob", picture(GREEN)))
    seen = photo_of(RED, number=1)
    reject(gallery, 1, seen, LEFT)
    again = labelled("Ann", seen)
    assert [(one.status, one.reason) for one in ran(gallery, again)] == [(SKIPPED, "rejected")]
    assert looked_at(gallery, again) == 0
    with gallery.write() as writer:
        writer.merge(1, into=2)  # who stands for her is not given the photo either
    [outcome] = ran(gallery, labelled("Bob", seen))
    assert outcome.reason == "rejected"


def test_another_face_of_the_photo_may_be_who_was_rejected_in_one(gallery: Gallery) -> None:
    ran(gallery, labelled("Ann", picture(RED)))
    seen = photo_of(RED, RED, number=1)
    reject(gallery, 1, seen, LEFT)
    assert [one.reason for one in ran(gallery, labelled("Ann", seen, box=LEFT))] == ["rejected"]
    assert statuses(ran(gallery, labelled("Ann", seen, box=RIGHT))) == [ADDED]


def test_a_face_that_is_nearer_to_who_was_rejected_in_it_is_no_conflict(gallery: Gallery) -> None:
    ran(gallery, labelled("Ann", picture(RED)), labelled("Bob", picture(GREEN)))
    seen = photo_of((200, 120, 0), number=1)
    bob = labelled("Bob", seen, box=LEFT)
    assert [one.reason for one in ran(gallery, bob)] == ["identity_conflict"]
    reject(gallery, 1, seen, LEFT)
    assert statuses(ran(gallery, bob)) == [ADDED]


def test_a_merge_survives_and_a_new_photo_goes_to_the_entity_of_its_label(gallery: Gallery) -> None:
    rows = [labelled("Ann", picture(RED)), labelled("Annie", picture(GREEN))]
    ran(gallery, *rows)
    with gallery.write() as writer:
        writer.merge(2, into=1)
    assert statuses(ran(gallery, *rows)) == [UNCHANGED, UNCHANGED]
    # Nearer to the survivor's photo than to the label's own: within a merge that is no conflict.
    [outcome] = ran(gallery, labelled("Annie", photo_of((200, 10, 0), number=1)))
    assert (outcome.status, outcome.entity_id) == (ADDED, 2)
    assert len(gallery.references(1)) == 3
    with gallery.write() as writer:
        writer.unmerge(2)
    assert [len(gallery.references(number)) for number in (1, 2)] == [1, 2]


def test_the_forgotten_are_not_revived_under_their_label_or_another_name(gallery: Gallery) -> None:
    ann = labelled("Ann", picture(RED), external_id="7")
    ran(gallery, ann, labelled("Bob", picture(GREEN)))
    gallery.forget(1)
    rows = [
        ann,
        labelled("Ann", photo_of(RED, number=1), external_id="7"),
        labelled("Somebody", picture(RED)),
    ]
    outcomes = ran(gallery, *rows)
    assert [(outcome.status, outcome.reason) for outcome in outcomes] == [(SKIPPED, "forgotten")] * 3
    assert looked_at(gallery, *rows) == 0
    assert names(gallery) == ["Bob"]


def test_who_shares_a_photo_with_the_forgotten_stays_and_is_kept_up_to_date(lite: Gallery) -> None:
    group = photo_of(RED, GREEN)
    red, green = (found.box for found in ColourFaces().regions([Photo.open(group)])[0])
    ann = labelled("Ann", group, box=red)
    ran(lite, ann, labelled("Bob", group, box=green, biography="Old."))
    lite.forget(1)
    [again] = ran(lite, labelled("Bob", group, box=green, biography="Old."))
    assert again.status is UNCHANGED
    [outcome] = ran(lite, labelled("Bob", group, box=green, biography="New."))
    assert outcome.status is UPDATED
    assert [outcome.reason for outcome in ran(lite, ann)] == ["forgotten"]
    assert next(iter(contents(lite).values()))[:2] == ("Bob", "New.")


def test_somebody_forgotten_while_a_run_reads_ahead_is_not_revived(lite: Gallery) -> None:
    people = [labelled(f"Person {n}", photo_of((200, 8 * n, 0))) for n in range(20)]
    ran(lite, *people)
    news = [
        labelled(f"Person {n}", photo_of((200, 8 * n, 0)), biography=f"Born in {1950 + n}.")
        for n in range(20)
    ]

    def rows() -> Iterator[Row]:
        yield from news[:17]
        lite.forget(1)  # after the first row is judged, before its batch is written
        yield from news[17:]

    outcomes = list(ingest(lite, ColourFaces(), rows()))
    assert (outcomes[0].status, outcomes[0].reason) == (SKIPPED, "forgotten")
    assert statuses(outcomes[1:]) == [UPDATED] * 19
    assert "Person 0" not in names(lite)


def test_a_later_blue_photo_of_ann_is_hers_where_nobody_is_nearer(lite: Gallery) -> None:
    assert statuses(ran(lite, labelled("Ann", picture(RED)), labelled("Ann", picture(BLUE)))) == [ADDED] * 2
