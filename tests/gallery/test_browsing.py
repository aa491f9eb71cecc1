"""Looking through a gallery a page at a time, on both databases."""

from __future__ import annotations

import pytest

from gallery.browsing import Among, Cover
from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from gallery.writer import UnknownEntityError
from tests.gallery.people import add_space, enrol, people
from vision.errors import UserError


def test_pages_go_by_name_and_miss_nobody_of_the_same_name(gallery: Gallery) -> None:
    with gallery.write() as writer:
        for number in range(7):
            writer.add(NewEntity("Ann Lee", source=f"source {number}"))
        writer.add(NewEntity("abel"))
        writer.add(NewEntity("Zoë"))
    pages = [gallery.page(limit=4)]
    while pages[-1]:
        pages.append(gallery.page(after=pages[-1][-1], limit=4))
    assert [len(page) for page in pages] == [4, 4, 1, 0]
    found = [entity.name for page in pages for entity in page]
    assert found == ["abel", *["Ann Lee"] * 7, "Zoë"]
    assert len({entity.id for page in pages for entity in page}) == 9


def test_a_search_is_paged_too_and_its_signs_are_signs(gallery: Gallery) -> None:
    people(gallery, "Ann Lee", "Lee Annas", "Bob", "50% Lee")
    assert [entity.name for entity in gallery.page(text="lee ANN", limit=1)] == ["Ann Lee"]
    (first,) = gallery.page(text="lee ANN", limit=1)
    assert [entity.name for entity in gallery.page(text="lee ANN", after=first, limit=5)] == ["Lee Annas"]
    assert [entity.name for entity in gallery.page(text="%", limit=5)] == ["50% Lee"]


def test_a_page_after_somebody_who_went_goes_on_there(gallery: Gallery) -> None:
    people(gallery, "Ann", "Bea", "Cid")
    first, second = gallery.page(limit=2)
    gallery.forget(second.id)
    assert [entity.name for entity in gallery.page(after=second, limit=2)] == ["Cid"]
    assert [entity.name for entity in gallery.page(after=first, limit=2)] == ["Cid"]


def test_the_merged_are_in_the_cover_of_their_survivor_alone(gallery: Gallery) -> None:
    add_space(gallery)
    with gallery.write() as writer:
        ann = enrol(writer, "Ann", "a", "b", crop=b"ann")
        bea = enrol(writer, "Bea", "c", crop=b"bea")
        nobody = writer.add(NewEntity("Nobody"))
        writer.merge(bea, ann)
    assert [entity.id for entity in gallery.page(limit=5)] == [ann, nobody]
    covers = gallery.covers([ann, nobody, 999])
    assert covers == {ann: Cover(gallery.references(ann)[0].id, b"ann", 3)}
    with gallery.write() as writer:
        writer.unmerge(bea)
    assert {number: cover.crop for number, cover in gallery.covers([ann, bea]).items()} == {
        ann: b"ann",
        bea: b"bea",
    }


def test_a_person_with_references_only_through_a_merge_has_their_cover(gallery: Gallery) -> None:
    (bea,) = people(gallery, "Bea")
    with gallery.write() as writer:
        ann = writer.add(NewEntity("Ann"))
        writer.merge(bea, ann)
    assert gallery.covers([ann])[ann].references == 1


def test_an_entity_given_again_is_found_again_and_brings_no_news(gallery: Gallery) -> None:
    for new in (
        NewEntity("Ann", noun="woman", biography="She paints.", source="a", label="ann_1"),
        NewEntity("Ann", external_id="Q5", source="a"),
        NewEntity("Ann"),
    ):
        with gallery.write() as writer:
            number = writer.add(new)
            writer.rename(number, "Annie")
        again = gallery.as_new(number)
        assert again.identity == new.identity
        with gallery.ledger() as ledger:
            assert ledger.news(number, again, biography_given=True) == {}
    with pytest.raises(UnknownEntityError):
        gallery.as_new(999)


def test_a_page_can_be_of_one_kind_and_one_source(gallery: Gallery) -> None:
    assert gallery.sources() == []
    with gallery.write() as writer:
        for number in range(3):
            writer.add(NewEntity(f"Ann {number}", source="b"))
        writer.add(NewEntity("Annie", source=""))
        writer.add(NewEntity("Ann's mug", EntityKind.THING, source="a"))
        writer.merge(writer.add(NewEntity("Anna", source="c")), 1)
    assert gallery.sources() == ["", "a", "b", "c"]

    def found(among: Among, text: str = "") -> list[str]:
        return [entity.name for entity in gallery.page(text=text, among=among, limit=9)]

    assert found(Among(EntityKind.THING)) == ["Ann's mug"]
    assert found(Among(EntityKind.PERSON, "b")) == ["Ann 0", "Ann 1", "Ann 2"]
    assert found(Among(source="b"), "1") == ["Ann 1"]
    assert found(Among(source="")) == ["Annie"]
    assert found(Among(EntityKind.THING, "b")) == found(Among(source="c")) == []
    first = gallery.page(among=Among(source="b"), limit=1)[0]
    later = gallery.page(among=Among(source="b"), after=first, limit=1)
    assert [entity.name for entity in later] == ["Ann 1"]


def test_a_cover_is_chosen_and_goes_with_its_reference(gallery: Gallery) -> None:
    add_space(gallery)
    with gallery.write() as writer:
        ann = enrol(writer, "Ann", "a", "b", crop=b"ann")
        bea = enrol(writer, "Bea", "c", crop=b"bea")
        writer.merge(bea, ann)
    _, second, third = (reference.id for reference in gallery.references(ann))
    for chosen in (second, third):
        with gallery.write() as writer:
            writer.show_as(ann, chosen)
        assert gallery.covers([ann])[ann].reference_id == chosen
    with gallery.write() as writer:
        writer.unmerge(bea)
    assert gallery.covers([ann, bea])[ann].crop == b"ann"  # hers again, and the choice rests
    with gallery.write() as writer:
        writer.merge(bea, ann)
    assert gallery.covers([ann])[ann].crop == b"bea"
    with gallery.write() as writer:
        writer.reject(third)
    assert gallery.covers([ann])[ann].crop == b"ann"
    with pytest.raises(UserError, match="No reference 999"), gallery.write() as writer:
        writer.show_as(ann, 999)
    gallery.forget(ann)
    assert gallery.integrity() == []
