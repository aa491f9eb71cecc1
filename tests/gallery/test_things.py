"""Things in a gallery of people: spaces of their own, and what deletions and decisions do to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gallery.entity import EntityKind, NewEntity, SpaceKind
from gallery.gallery import Gallery
from gallery.writer import Writer
from tests.fakes import reference
from tests.gallery.people import SPACE, enrol, people
from vision.errors import UserError

MUG = NewEntity("Ann's mug", kind=EntityKind.THING, noun="mug", source="test")
VECTOR = np.array([1, 0], dtype=np.float32)


def add_thing(writer: Writer, entity: NewEntity, *photos: str) -> int:
    """A thing with a reference from each photo, in a space of two dimensions."""
    writer.add_space("shape", 2, "folder", kind=SpaceKind.THING)
    number = writer.add(entity)
    for photo in photos:
        new = reference((1, 0), photo, space="shape")
        writer.add_reference(number, new, (100, 100))
    return number


def test_faces_and_things_each_have_a_current_space(gallery: Gallery) -> None:
    people(gallery, "Ann")
    with gallery.write() as writer:
        add_thing(writer, MUG, "mug 1", "mug 2")
    assert [(s.name, s.kind, s.current, s.references) for s in gallery.spaces()] == [
        (SPACE, SpaceKind.FACE, True, 1),
        ("shape", SpaceKind.THING, True, 2),
    ]
    with gallery.write() as writer:
        writer.add_space("better", 4, "other", kind=SpaceKind.THING)
    things, faces = gallery.current_space(SpaceKind.THING), gallery.current_space()
    assert (things and things.name, faces and faces.name) == ("better", SPACE)


def test_a_space_of_things_misses_no_reference_of_a_person(gallery: Gallery) -> None:
    people(gallery, "Ann", "Ben")
    with gallery.write() as writer:
        mug = add_thing(writer, MUG, "mug 1")
    missing = gallery.without_embedding("better", kind=EntityKind.THING)
    assert [found.entity_id for found in missing] == [mug]
    assert len(gallery.without_embedding("other")) == 2
    assert [gallery.reference_total(kind) for kind in EntityKind] == [2, 1]


def test_a_photo_of_a_person_is_no_duplicate_for_a_thing(gallery: Gallery) -> None:
    people(gallery, "Ann")
    with gallery.ledger() as ledger:
        assert ledger.standing(MUG.identity, "photo of Ann", EntityKind.THING).others == ()
        assert len(ledger.standing("label:x\x1fBob", "photo of Ann").others) == 1


def test_nouns_are_those_of_things_that_stand_for_themselves(gallery: Gallery) -> None:
    people(gallery, "Ann")
    with gallery.write() as writer:
        mug = add_thing(writer, MUG, "mug 1")
        cup = add_thing(writer, replace(MUG, name="cup", noun="cup"), "cup 1")
        add_thing(writer, replace(MUG, name="other", noun="mug"), "mug 3")
        writer.merge(cup, mug)
    assert gallery.nouns(EntityKind.THING) == ["mug"]
    assert gallery.nouns(EntityKind.PERSON) == ["person"]


def test_a_reference_of_a_thing_is_split_off_as_a_thing_and_never_given_to_a_person(gallery: Gallery) -> None:
    [ann] = people(gallery, "Ann")
    with gallery.write() as writer:
        mug = add_thing(writer, MUG, "mug 1", "mug 2")
    second = gallery.references(mug)[1]
    with gallery.write() as writer:
        other = writer.split(second.id, NewEntity("the other", source="hand"))
    assert gallery.entity(other).kind is EntityKind.THING
    with pytest.raises(UserError, match="A reference of a thing cannot be given to a person"):
        first = gallery.references(mug)[0]
        with gallery.write() as writer:
            writer.split(first.id, NewEntity("Ann", source="test"))
    assert [len(gallery.references(number)) for number in (mug, other, ann)] == [1, 1, 1]


def test_forgetting_a_thing_leaves_nothing_of_it_and_everything_of_the_person_in_the_same_photo(
    gallery: Gallery,
) -> None:
    people(gallery, "Ann")
    with gallery.write() as writer:
        mug = add_thing(writer, MUG, "photo of Ann", "mug 1")
        writer.add_space("whole", 2, "folder", kind=SpaceKind.PHOTO)
        for photo in ("photo of Ann", "mug 1"):
            writer.add_photo_embedding(photo, "whole", VECTOR)
        enrol(writer, "Ben", "photo of Ben")
        writer.add_photo_embedding("photo of Ben", "whole", VECTOR)
    forgotten = gallery.forget(mug)
    assert (forgotten.entities, forgotten.references, forgotten.remaining_rows) == (1, 2, 0)
    assert {space.name: space.references for space in gallery.spaces()} == {SPACE: 2, "shape": 0, "whole": 1}
    with gallery.photo_embeddings("whole") as blocks:
        assert [block.photos for block in blocks] == [["photo of Ben"]]
    assert gallery.nouns(EntityKind.THING) == []
    assert [entity.name for entity in gallery.iterate()] == ["Ann", "Ben"]
    assert gallery.integrity() == []


def test_a_sketch_holds_things_and_whole_photos_too(gallery: Gallery) -> None:
    with gallery.write() as writer:
        add_thing(writer, MUG, "mug 1")
        writer.add_space("whole", 2, "folder", kind=SpaceKind.PHOTO)
        writer.add_photo_embedding("mug 1", "whole", VECTOR)
    with gallery.sketch() as sketch:
        assert sketch.spaces() == gallery.spaces()
        with sketch.photo_embeddings("whole") as blocks:
            [block] = list(blocks)
        assert (block.photos, block.vectors.tolist()) == (["mug 1"], [[1, 0]])
    assert gallery.photo_size("mug 1") == (100, 100)
    assert {photo: len(found) for photo, found in gallery.shown_in(["mug 1", "none"]).items()} == {"mug 1": 1}
