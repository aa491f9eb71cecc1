"""Splitting a wrong reference off, on both databases."""

from __future__ import annotations

import numpy as np
import pytest

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from retrieval.index import ReferenceIndex
from tests.fakes import reference
from tests.gallery.people import SPACE, add_space, enrol
from vision.errors import UserError

BOB = NewEntity("Bob", source="hand", label="bob 1")


def mixed(gallery: Gallery) -> int:
    """Ann with a photo of hers and one that shows Bob."""
    add_space(gallery)
    with gallery.write() as writer:
        ann = enrol(writer, "Ann", "hers", crop=b"ann")
        writer.add_reference(ann, reference((0, 1, 0), "his", crop=b"bob"), (100, 100))
    return ann


def test_a_reference_that_is_split_off_keeps_all_but_its_person(gallery: Gallery) -> None:
    ann = mixed(gallery)
    before = gallery.references(ann)[1]
    with gallery.write() as writer:
        writer.add_space("other", 2, "other", current=False)
        writer.add_embedding(before.id, "other", np.array([1, 0], dtype=np.float32))
        bob = writer.split(before.id, BOB)
    assert [one.photo for one in gallery.references(ann)] == ["hers"]
    (after,) = gallery.references(bob)
    assert (after.photo, after.box, after.quality, after.confidence) == (
        before.photo,
        before.box,
        before.quality,
        before.confidence,
    )
    assert gallery.crop(after.id) == b"bob"
    assert {space.name: space.references for space in gallery.spaces()} == {SPACE: 2, "other": 1}
    assert gallery.integrity() == []


def test_an_index_that_was_open_learns_who_it_belongs_to_now(gallery: Gallery) -> None:
    ann = mixed(gallery)
    index = ReferenceIndex(gallery, SPACE, 3)
    query = np.array([[0, 1, 0]], dtype=np.float32)
    index.catch_up()
    assert index.nearest(query)[0][0].entity_id == ann
    with gallery.write() as writer:
        bob = writer.split(gallery.references(ann)[1].id, BOB)
    index.catch_up()
    assert index.size == 2
    assert [hit.entity_id for hit in index.nearest(query)[0]] == [bob, ann]


def test_the_source_does_not_bring_the_reference_back(gallery: Gallery) -> None:
    ann = mixed(gallery)
    identity = gallery.as_new(ann).identity
    with gallery.write() as writer:
        writer.split(gallery.references(ann)[1].id, BOB)
    with gallery.ledger() as ledger:
        assert ledger.standing(identity, "his").rejects(None)
        assert not ledger.standing(identity, "hers").rejects(None)
        assert not ledger.standing(BOB.identity, "his").rejects(None)


def test_a_reference_of_a_merged_person_is_split_off_that_one(gallery: Gallery) -> None:
    ann = mixed(gallery)
    with gallery.write() as writer:
        survivor = writer.add(NewEntity("Anna"))
        writer.merge(ann, survivor)
    with gallery.write() as writer:
        bob = writer.split(gallery.references(survivor)[1].id, BOB)
    assert [one.photo for one in gallery.references(survivor)] == ["hers"]
    assert gallery.entity(bob).name == "Bob"


def test_a_second_reference_is_split_to_the_same_identity(gallery: Gallery) -> None:
    ann = mixed(gallery)
    first, second = gallery.references(ann)
    with gallery.write() as writer:
        assert writer.split(first.id, BOB) == writer.split(second.id, BOB)
    assert gallery.references(ann) == []


def test_a_reference_that_is_not_there_cannot_be_split_off(gallery: Gallery) -> None:
    with pytest.raises(UserError, match="No reference 5"), gallery.write() as writer:
        writer.split(5, BOB)
    assert gallery.counts().entities == 0


def test_a_noun_is_kept_as_a_person_gave_it(gallery: Gallery) -> None:
    new = NewEntity("Ann", noun="lady", source="a")
    with gallery.write() as writer:
        number = writer.add(new)
        writer.call(number, "woman")
        assert not writer.refresh(number, new)
    assert gallery.entity(number).noun == "woman"
    with pytest.raises(UserError, match="needs a noun"), gallery.write() as writer:
        writer.call(number, " ")


def test_somebody_of_the_same_photo_and_somebody_who_was_ruled_out_do_not_get_it(gallery: Gallery) -> None:
    ann = mixed(gallery)
    wrong = gallery.references(ann)[1]
    with gallery.write() as writer:
        bob, cy = writer.add(BOB), writer.add(NewEntity("Cy"))
        writer.add_reference(bob, reference((0, 1, 0), "his"), (100, 100))
        writer.reject_in(cy, "his", wrong.box)
    with pytest.raises(UserError, match="Bob has a reference of this photo"), gallery.write() as writer:
        writer.split(wrong.id, gallery.as_new(bob))
    with pytest.raises(UserError, match="said that this is not Cy"), gallery.write() as writer:
        writer.split(wrong.id, gallery.as_new(cy))
    assert [one.id for one in gallery.references(ann)][1] == wrong.id
    with gallery.ledger() as ledger:
        assert ledger.rejections_of(ann) == []


def test_a_reference_that_is_withdrawn_leaves_nothing_and_may_come_again(gallery: Gallery) -> None:
    ann = mixed(gallery)
    his = gallery.references(ann)[1]
    index = ReferenceIndex(gallery, SPACE, 3)
    index.catch_up()
    with gallery.write() as writer:
        assert not writer.withdraw(his.id, entity_too=True)
    assert [one.photo for one in gallery.references(ann)] == ["hers"]
    assert gallery.counts().photos == 1
    with gallery.ledger() as ledger:
        assert ledger.rejections("his") == []
    index.catch_up()
    assert index.size == 1
    with pytest.raises(UserError, match="No reference"), gallery.write() as writer:
        writer.withdraw(his.id, entity_too=True)


def test_somebody_goes_with_their_only_reference_unless_anything_else_is_known(gallery: Gallery) -> None:
    add_space(gallery)
    with gallery.write() as writer:
        names = ("new", "kept", "described", "merged", "survivor")
        ids = {name: enrol(writer, name, f"photo of {name}") for name in names}
        writer.describe(ids["described"], "Sings.")
    first = {number: gallery.references(number)[0].id for number in ids.values()}
    with gallery.write() as writer:
        writer.merge(ids["merged"], ids["survivor"])
    gone = {}
    for name, number in ids.items():
        with gallery.write() as writer:
            gone[name] = writer.withdraw(first[number], entity_too=name != "kept")
    assert gone == {"new": True, "kept": False, "described": False, "merged": False, "survivor": False}
    assert ids["new"] not in gallery.entities(ids.values())
    assert gallery.integrity() == []
