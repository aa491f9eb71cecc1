"""What people say is not in a place of a photo, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from gallery.rejection import Rejection
from gallery.writer import UnknownEntityError
from tests.gallery.people import people
from tests.gallery.traces import fill, found_in
from vision.box import Box
from vision.errors import UserError

LEFT, RIGHT = Box(10, 10, 90, 90), Box(110, 10, 190, 90)
PHOTO = "d" * 64


def in_photo(gallery: Gallery) -> list[Rejection]:
    with gallery.ledger() as ledger:
        return ledger.rejections(PHOTO)


def test_a_rejection_is_about_its_place_and_is_kept_once(gallery: Gallery) -> None:
    ann, ben = people(gallery, "Ann", "Ben")
    with gallery.write() as writer:
        first = writer.reject_in(ann, PHOTO, LEFT)
        assert writer.reject_in(ann, PHOTO, LEFT) == first
        second = writer.reject_in(ann, PHOTO, RIGHT)
        third = writer.reject_in(ben, PHOTO, None)
    assert in_photo(gallery) == [
        Rejection(first, ann, PHOTO, LEFT),
        Rejection(second, ann, PHOTO, RIGHT),
        Rejection(third, ben, PHOTO, None),
    ]
    with gallery.ledger() as ledger:
        assert [one.id for one in ledger.rejections_of(ann)] == [first, second]
        assert ledger.rejections("e" * 64) == []
        assert ledger.decided(ann) == set()


@pytest.mark.parametrize(
    ("box", "other", "covers"),
    [
        (LEFT, LEFT, True),
        (LEFT, Box(20, 20, 90, 90), True),  # as another face model draws it
        (LEFT, RIGHT, False),
        (LEFT, Box(70, 70, 130, 130), False),  # a neighbour
        (None, RIGHT, True),
        (LEFT, None, True),
    ],
)
def test_a_place_is_the_same_for_another_face_model(box: Box | None, other: Box | None, covers: bool) -> None:
    assert Rejection(1, 1, PHOTO, box).covers(other) is covers


def test_a_rejection_is_taken_back_once(gallery: Gallery) -> None:
    ann, _ = people(gallery, "Ann", "Ben")
    with gallery.write() as writer:
        number = writer.reject_in(ann, PHOTO, LEFT)
        writer.rename(ann, "Anna")
    with gallery.write() as writer:
        writer.unreject(number)
    assert in_photo(gallery) == []
    with pytest.raises(UserError, match=f"no rejection {number}"), gallery.write() as writer:
        writer.unreject(number)
    with gallery.write() as writer:  # a name that was given is no rejection
        assert not writer.refresh(ann, NewEntity("Ann", source="test"))


def test_only_who_is_there_can_be_rejected(gallery: Gallery) -> None:
    with pytest.raises(UnknownEntityError), gallery.write() as writer:
        writer.reject_in(7, PHOTO, LEFT)
    assert in_photo(gallery) == []


def test_a_rejection_holds_for_who_stands_for_the_rejected_until_that_is_taken_back(gallery: Gallery) -> None:
    ann, annie = people(gallery, "Ann", "Annie")
    ann_again = gallery.as_new(ann).identity
    with gallery.write() as writer:
        writer.reject_in(annie, PHOTO, LEFT)
        writer.merge(annie, into=ann)
    with gallery.ledger() as ledger:
        assert [one.entity_id for one in ledger.rejections(PHOTO)] == [ann]
        assert [one.entity_id for one in ledger.rejections_of(ann)] == [ann]
        assert ledger.standing(ann_again, PHOTO).rejects(LEFT)
        assert not ledger.standing(ann_again, PHOTO).rejects(RIGHT)
    with gallery.write() as writer:
        writer.unmerge(annie)
    with gallery.ledger() as ledger:
        assert [one.entity_id for one in ledger.rejections(PHOTO)] == [annie]
        assert not ledger.standing(ann_again, PHOTO).rejects(LEFT)


def test_a_rejected_reference_is_rejected_in_its_place(gallery: Gallery) -> None:
    ann, _ = people(gallery, "Ann", "Ben")
    (reference,) = gallery.references(ann)
    with gallery.write() as writer:
        writer.reject(reference.id)
    with gallery.ledger() as ledger:
        (rejection,) = ledger.rejections("photo of Ann")
    assert (rejection.entity_id, rejection.box) == (ann, reference.box)


def test_a_rejection_goes_with_the_forgotten(gallery: Gallery) -> None:
    ann, annie = people(gallery, "Ann", "Annie")
    with gallery.write() as writer:
        writer.merge(annie, into=ann)
        writer.reject_in(annie, PHOTO, LEFT)
    gallery.forget(ann)
    assert in_photo(gallery) == []


def test_no_byte_of_a_rejection_is_left_when_its_person_is_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "gallery"
    folder.mkdir()
    trace = [PHOTO.encode(), b"4711,12,4799,98"]
    with Gallery.open(f"sqlite:///{folder / 'gallery.db'}") as gallery:
        filled = fill(gallery, 60)
        with gallery.write() as writer:
            writer.reject_in(filled[30][0], PHOTO, Box(4711, 12, 4799, 98))
        assert {found for _, found in found_in(folder, trace)} == set(trace)  # they can be found at all
        assert gallery.forget(filled[30][0]).bytes_purged
        assert found_in(folder, trace) == []
