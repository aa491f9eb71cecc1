"""One entity standing for another, and taking that back exactly."""

from __future__ import annotations

import pytest

from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from gallery.records import group_of, root_of
from tests.gallery.people import SPACE, names, people
from vision.errors import UserError


def merge(gallery: Gallery, entity_id: int, into: int) -> None:
    with gallery.write() as writer:
        writer.merge(entity_id, into)


def unmerge(gallery: Gallery, entity_id: int) -> None:
    with gallery.write() as writer:
        writer.unmerge(entity_id)


def photos(gallery: Gallery, entity_id: int) -> list[str]:
    return [found.photo.removeprefix("photo of ") for found in gallery.references(entity_id)]


def everything(gallery: Gallery) -> tuple[object, ...]:
    """All that a gallery tells about its people, but not when it changed."""
    entities = list(gallery.iterate())
    merged = {e.id: [other.id for other in gallery.merged(e.id)] for e in entities}
    references = {e.id: photos(gallery, e.id) for e in entities}
    with gallery.changes(SPACE) as changes:
        enrolled = [(b.reference_ids.tolist(), b.entity_ids.tolist()) for b in changes.blocks]
        return entities, merged, references, gallery.reference_counts(), changes.merged, enrolled


def test_the_survivor_answers_for_both(gallery: Gallery) -> None:
    anna, anne, bert = people(gallery, "Anna", "Anne", "Bert")
    before = everything(gallery)
    merge(gallery, anne, anna)
    assert names(gallery) == ["Anna", "Bert"]
    assert gallery.counts().entities == 2
    assert gallery.entity(anne).id == anna
    assert {number: found.name for number, found in gallery.entities([anna, anne, bert]).items()} == {
        anna: "Anna",
        anne: "Anna",
        bert: "Bert",
    }
    assert [found.name for found in gallery.merged(anna)] == ["Anne"]
    assert photos(gallery, anna) == ["Anna", "Anne"]
    assert gallery.reference_counts() == {anna: 2, bert: 1}
    assert gallery.find("Anne") == []
    with gallery.changes(SPACE) as changes:
        assert changes.merged == {anne: anna}
    unmerge(gallery, anne)
    assert everything(gallery) == before


def test_a_chain_ends_at_one_survivor_and_comes_apart_link_by_link(gallery: Gallery) -> None:
    a, b, c, d = people(gallery, *"ABCD")
    merge(gallery, a, b)
    merge(gallery, b, c)
    merge(gallery, c, d)
    assert gallery.reference_counts() == {d: 4}
    assert {found.id for found in gallery.entities([a, b, c, d]).values()} == {d}
    assert photos(gallery, d) == ["A", "B", "C", "D"]
    assert photos(gallery, b) == ["A", "B"]  # of an entity in the middle: its own and those behind it
    assert [found.name for found in gallery.merged(c)] == ["A", "B"]
    unmerge(gallery, b)  # the middle: A stays with it
    assert names(gallery) == ["B", "D"]
    assert (photos(gallery, b), photos(gallery, d)) == (["A", "B"], ["C", "D"])
    assert gallery.entity(a).id == b
    unmerge(gallery, a)
    assert names(gallery) == ["A", "B", "D"]


def test_merging_into_a_merged_one_goes_to_its_survivor(gallery: Gallery) -> None:
    a, b, c = people(gallery, *"ABC")
    merge(gallery, a, b)
    merge(gallery, c, a)
    with gallery.write() as writer:
        assert writer.entity(c).merged_into == b
    unmerge(gallery, a)
    assert photos(gallery, b) == ["B", "C"]


def test_a_circle_is_refused(gallery: Gallery) -> None:
    a, b, c = people(gallery, *"ABC")
    merge(gallery, a, b)
    merge(gallery, b, c)
    for one, into in [(c, a), (c, b), (c, c)]:
        with pytest.raises(UserError, match="nothing to merge"):
            merge(gallery, one, into)
    with pytest.raises(UserError, match=r"merged into \d+ already"):
        merge(gallery, a, c)
    assert gallery.reference_counts() == {c: 3}


def test_a_person_is_not_merged_into_a_thing(gallery: Gallery) -> None:
    (anna,) = people(gallery, "Anna")
    with gallery.write() as writer:
        cup = writer.add(NewEntity("Cup", EntityKind.THING))
    for one, into in [(anna, cup), (cup, anna)]:
        with pytest.raises(UserError, match="cannot be merged into a"):
            merge(gallery, one, into)


def test_only_a_merge_can_be_taken_back(gallery: Gallery) -> None:
    a, b = people(gallery, *"AB")
    merge(gallery, a, b)
    with pytest.raises(UserError, match="nothing can be taken back"):
        unmerge(gallery, b)


@pytest.mark.parametrize(
    ("entity_id", "root", "group"),
    [(1, 3, [1]), (2, 3, [1, 2]), (3, 3, [1, 2, 3, 4]), (4, 3, [4]), (9, 9, [9])],
)
def test_groups_follow_pointers(entity_id: int, root: int, group: list[int]) -> None:
    pointers = {1: 2, 2: 3, 4: 3}
    assert root_of(entity_id, pointers) == root
    assert group_of(entity_id, pointers) == group
