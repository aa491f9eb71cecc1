"""Adding, finding and editing entities, on both databases."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Counts, Gallery
from gallery.ledger import Decided
from gallery.records import name_key
from gallery.writer import UnknownEntityError
from tests.fakes import reference
from tests.gallery.people import SPACE, add_space, enrol, names, people, reference_ids
from vision.box import Box
from vision.errors import UserError
from vision.quality import Quality


def test_an_empty_gallery_knows_nothing(gallery: Gallery) -> None:
    assert gallery.counts() == Counts(0, 0, 0)
    assert gallery.revision() == 0
    assert gallery.spaces() == []
    assert gallery.current_space() is None
    assert gallery.find("Anna") == []
    assert gallery.entities([]) == gallery.entities([1]) == {}
    assert list(gallery.iterate()) == []
    assert gallery.reference_counts() == {}
    assert gallery.references(1) == []
    assert gallery.integrity() == []
    assert not gallery.purge_pending()


def test_an_entity_comes_back_as_it_was_given(gallery: Gallery) -> None:
    biography = "Mayor; \"quoted\", 'single' \\ % _ \n two lines 😀 " + "long " * 3000
    new = NewEntity("Zoë  Müller", EntityKind.THING, "mug", biography, "people.csv", "row 7", "Q42")
    with gallery.write() as writer:
        number = writer.add(new)
    entity = gallery.entity(number)
    assert (entity.id, entity.kind, entity.noun, entity.name) == (number, EntityKind.THING, "mug", new.name)
    assert (entity.biography, entity.source, entity.external_id) == (biography, "people.csv", "Q42")
    assert entity.merged_into is None


def test_a_noun_that_nobody_said_is_the_kind(gallery: Gallery) -> None:
    with gallery.write() as writer:
        writer.add(NewEntity("Anna"))
        writer.add(NewEntity("Cup", EntityKind.THING))
    assert [entity.noun for entity in gallery.iterate()] == ["person", "thing"]


@pytest.mark.parametrize("name", ["", " ", "\t\n"])
def test_an_entity_needs_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="name is empty"):
        NewEntity(name)


PRESENT = [
    "José García",
    "Ana García",
    "Ana",
    "Straße",
    "Ϊ́",
    "100% Wool",
    "snake_case",
    "back\\slash",
    "李明 李 明",
]
FOUND = [
    ("", []),
    ("   ", []),
    ("Nobody", []),
    ("José García", ["José García"]),
    ("JOSÉ GARCÍA", ["José García"]),
    ("  josé \t garcía ", ["José García"]),
    (unicodedata.normalize("NFD", "José García"), ["José García"]),
    ("Jose Garcia", []),  # accents are as typed
    ("garcía", ["José García", "Ana García"]),
    ("garcía ana", ["Ana García"]),
    ("arcí", ["José García", "Ana García"]),
    ("ana", ["Ana"]),  # the whole name goes before its words
    ("STRASSE", ["Straße"]),
    ("ΐ", ["Ϊ́"]),  # a letter that folding takes apart
    ("%", ["100% Wool"]),
    ("_", ["snake_case"]),
    ("100%", ["100% Wool"]),
    ("snake%case", []),
    ("snakeXcase", []),
    ("\\", ["back\\slash"]),
    ("'; DROP TABLE entities; --", []),
    ("李 明", ["李明 李 明"]),
]


def test_names_are_found_whole_or_by_their_words(gallery: Gallery) -> None:
    with gallery.write() as writer:
        for name in PRESENT:
            writer.add(NewEntity(name))
    assert [(text, [entity.name for entity in gallery.find(text)]) for text, _ in FOUND] == FOUND


def test_at_most_as_many_are_found_as_asked(gallery: Gallery) -> None:
    with gallery.write() as writer:
        for number in range(5):
            writer.add(NewEntity(f"Anna {number}"))
    assert [entity.name for entity in gallery.find("anna", limit=2)] == ["Anna 0", "Anna 1"]


@pytest.mark.parametrize("name", ["José", "ΐ", "ﬁancée", "Straße", "A  B", "\uff21nna"])
def test_the_key_of_a_name_does_not_depend_on_composition_or_case(name: str) -> None:
    key = name_key(name)
    forms = [unicodedata.normalize(form, name) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    assert {name_key(form) for form in (*forms, name.upper(), name.title(), f" {name} ", key)} == {key}


def test_two_people_may_have_one_name(gallery: Gallery) -> None:
    with gallery.write() as writer:
        first = writer.add(NewEntity("Anna", external_id="Q1"))
        second = writer.add(NewEntity("Anna", external_id="Q2"))
        third = writer.add(NewEntity("Anna", source="a.csv"))
        fourth = writer.add(NewEntity("Anna", source="b.csv"))
    assert [entity.id for entity in gallery.find("anna")] == [first, second, third, fourth]
    with gallery.ledger() as ledger:
        assert ledger.standing("id:Q2", "photo").entity_id == second
        namesakes = ledger.namesakes(NewEntity("ANNA", external_id="Q1"))
        assert [entity.id for entity in namesakes] == [second, third, fourth]
        assert ledger.namesakes(NewEntity("ANNA", kind=EntityKind.THING, external_id="Q1")) == []


def test_an_edit_survives_what_the_source_says_later(gallery: Gallery) -> None:
    with gallery.write() as writer:
        number = writer.add(NewEntity("Anna", biography="old", source="s"))
        writer.rename(number, "Anna Schmidt")
        writer.describe(number, "mine")
    with gallery.write() as writer:
        news = NewEntity("Anna Other", noun="woman", biography="theirs", source="s", label="Anna")
        assert writer.refresh(number, news) is True
        assert writer.refresh(number, news) is False
    entity = gallery.entity(number)
    assert (entity.name, entity.biography, entity.noun) == ("Anna Schmidt", "mine", "woman")
    assert [found.id for found in gallery.find("anna schmidt")] == [number]
    assert gallery.find("anna") == [entity]  # by word, no longer whole


def test_what_nobody_edited_is_taken_over_from_the_source(gallery: Gallery) -> None:
    with gallery.write() as writer:
        number = writer.add(NewEntity("Anna", biography="old", source="s"))
        assert writer.refresh(number, NewEntity("Anne", biography="", source="s"), biography_given=False)
        assert writer.entity(number).biography == "old"
        assert writer.refresh(number, NewEntity("Anne", biography="", source="s"))
    assert gallery.find("anne")[0].biography == ""
    assert gallery.find("anna") == []


@pytest.mark.parametrize("name", ["", "  "])
def test_a_name_cannot_be_taken_away(gallery: Gallery, name: str) -> None:
    (number,) = people(gallery, "Anna")
    with pytest.raises(UserError, match="name is empty"), gallery.write() as writer:
        writer.rename(number, name)
    assert names(gallery) == ["Anna"]


def test_ids_that_nobody_has_are_named(gallery: Gallery) -> None:
    for change in ("rename", "describe"):
        with pytest.raises(UnknownEntityError, match="No entity 99"), gallery.write() as writer:
            getattr(writer, change)(99, "text")
    with pytest.raises(UnknownEntityError, match="No entity 99"):
        gallery.entity(99)
    with pytest.raises(UnknownEntityError, match="No entity 99"):
        gallery.forget(99)
    with pytest.raises(UnknownEntityError), gallery.write() as writer:
        writer.merge(99, 99)
    with pytest.raises(UnknownEntityError), gallery.write() as writer:
        writer.unmerge(99)
    with pytest.raises(UserError, match="No reference 99"):
        gallery.crop(99)
    assert gallery.revision() == 0


def test_a_reference_comes_back_as_it_was_given(gallery: Gallery) -> None:
    add_space(gallery)
    crop = bytes(range(256))
    with gallery.write() as writer:
        anna = enrol(writer, "Anna")
        number = writer.add_reference(anna, reference((1, 2, 3), "photo", crop=crop), (640, 480))
    (found,) = gallery.references(anna)
    assert (found.id, found.entity_id, found.photo) == (number, anna, "photo")
    assert (found.box, found.quality) == (Box(10, 10, 90, 90), Quality(80, 200.0, 0.5, 0.0))
    assert gallery.crop(number) == crop
    assert gallery.counts() == Counts(1, 1, 1)


def test_embeddings_are_little_endian_halves_and_come_back_near(gallery: Gallery) -> None:
    vector = np.random.default_rng(3).normal(size=512)
    with gallery.write() as writer:
        writer.add_space("wide", 512, "pack")
        anna = enrol(writer, "Anna")
        given = reference(list(vector), "photo", space="wide")
        number = writer.add_reference(anna, given, (10, 10))
        stored = writer.connection.exec_driver_sql("SELECT vector FROM embeddings").scalar_one()
    assert bytes(stored) == given.embedding.astype("<f2").tobytes()
    with gallery.changes("wide") as changes:
        (block,) = list(changes.blocks)
    assert (block.reference_ids.tolist(), block.entity_ids.tolist()) == ([number], [anna])
    assert block.vectors.dtype == np.float16
    assert np.abs(block.vectors[0].astype(np.float32) - given.embedding).max() < 1e-3


def test_one_photo_may_show_many_but_an_entity_once(gallery: Gallery) -> None:
    add_space(gallery)
    with gallery.write() as writer:
        anna, bert = enrol(writer, "Anna", "group"), enrol(writer, "Bert", "group")
    assert gallery.counts() == Counts(2, 2, 1)
    with gallery.ledger() as ledger:
        assert [owner.entity_id for owner in ledger.owners("group")] == [anna, bert]
        standing = ledger.standing("label:test\x1fAnna", "group")
        assert standing.reference_id is not None
        assert [other.entity_id for other in standing.others] == [bert]
    with pytest.raises(UserError), gallery.write() as writer:
        writer.add_reference(anna, reference((1, 0, 0), "group"), (10, 10))
    assert gallery.counts().references == 2


def test_a_rejected_reference_is_gone_and_its_photo_banned_for_that_entity(gallery: Gallery) -> None:
    add_space(gallery)
    with gallery.write() as writer:
        anna, bert = enrol(writer, "Anna", "p", "q"), enrol(writer, "Bert", "p")
    wrong = next(found.id for found in gallery.references(anna) if found.photo == "p")
    before = gallery.revision()
    with gallery.write() as writer:
        writer.reject(wrong)
    assert [found.photo for found in gallery.references(anna)] == ["q"]
    assert [found.photo for found in gallery.references(bert)] == ["p"]
    with gallery.ledger() as ledger:
        assert ledger.standing("label:test\x1fAnna", "p").rejects(None)
        assert not ledger.standing("label:test\x1fAnna", "q").rejects(None)
        assert not ledger.standing("label:test\x1fBert", "p").rejects(None)
        assert ledger.decided(anna, "p") == {Decided.REJECTED}
    with gallery.changes(SPACE, since=before) as changes:
        assert (changes.removed.tolist(), list(changes.blocks)) == ([wrong], [])
    assert gallery.counts().photos == 2  # one of them is still Bert's
    with pytest.raises(UserError, match=f"No reference {wrong}"), gallery.write() as writer:
        writer.reject(wrong)


def test_spaces_are_counted_and_one_of_them_is_current(gallery: Gallery) -> None:
    people(gallery, "Anna", "Bert")
    with gallery.write() as writer:
        writer.add_space("other", 4, "pack")
        first = reference_ids(gallery)[0]
        writer.add_embedding(first, "other", np.array([1, 0, 0, 0], dtype=np.float32))
    assert [(s.name, s.dimension, s.current, s.references) for s in gallery.spaces()] == [
        ("other", 4, True, 1),
        (SPACE, 3, False, 2),
    ]
    missing = gallery.without_embedding("other")
    assert [found.id for found in missing] == reference_ids(gallery)[1:]
    assert gallery.without_embedding("other", after=missing[0].id) == []
    with gallery.write() as writer:
        writer.add_space(SPACE, 3, "moved", current=True)
    assert gallery.current_space() == gallery.spaces()[0]
    assert (gallery.spaces()[0].name, gallery.spaces()[0].model) == (SPACE, "moved")
    with pytest.raises(ValueError, match="3 dimensions"), gallery.write() as writer:
        writer.add_space(SPACE, 5, "moved")
    current = gallery.current_space()
    assert current is not None
    assert current.name == SPACE


def test_entities_are_iterated_in_parts(gallery: Gallery) -> None:
    numbers = people(gallery, *"ABCDE")
    assert [entity.id for entity in gallery.iterate(after=numbers[1], limit=2)] == numbers[2:4]
    assert list(gallery.iterate(after=numbers[-1])) == []
