"""Looking many names up at once."""

from __future__ import annotations

import unicodedata

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from tests.gallery.people import people


def test_nobody_bears_a_name_that_nobody_has(gallery: Gallery) -> None:
    assert gallery.named([]) == gallery.named(["Anna", "", " "]) == {}


def test_names_are_found_whole_in_any_case_and_composition(gallery: Gallery) -> None:
    _, zoe, _ = people(gallery, "Anna Lee", "Zo\u00eb  M\u00fcller", "Anna Lee Smith")
    written = [
        unicodedata.normalize("NFD", "ZO\u00cb M\u00dcLLER"),
        "zo\u00eb m\u00fcller ",
        "M\u00fcller",
        "Zoe Muller",
    ]
    assert {key: [e.id for e in found] for key, found in gallery.named(written).items()} == {
        "zo\u00eb m\u00fcller": [zoe]
    }


def test_all_who_share_a_name_are_found(gallery: Gallery) -> None:
    with gallery.write() as writer:
        numbers = [writer.add(NewEntity("Anna Lee", source=source)) for source in ("one", "two")]
    assert sorted(entity.id for entity in gallery.named(["Anna Lee"])["anna lee"]) == numbers


def test_the_merged_are_found_as_those_who_stand_for_them(gallery: Gallery) -> None:
    anna, annie, anne = people(gallery, "Anna Lee", "Annie Lee", "Anne Lee")
    with gallery.write() as writer:
        writer.merge(anne, annie)
        writer.merge(annie, anna)
    found = gallery.named(["Anna Lee", "Annie Lee", "Anne Lee"])
    assert {key: [e.id for e in entities] for key, entities in found.items()} == {
        "anna lee": [anna],
        "annie lee": [anna],
        "anne lee": [anna],
    }


def test_more_names_than_one_statement_can_hold_are_looked_up(gallery: Gallery) -> None:
    numbers = people(gallery, "Anna Lee", "Zed Last")
    wanted = ["Anna Lee", *(f"Nobody {number}" for number in range(70_000)), "Zed Last"]
    assert sorted(e.id for found in gallery.named(wanted).values() for e in found) == numbers
