"""Regions and texts given on the spot, beside the people of the gallery."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gallery.entity import Entity, EntityKind
from generation.answer import FindingKind
from generation.checking.check import checked_answer
from generation.context import Context, PersonBox, body_box
from generation.conversation import Conversation
from generation.extractive.reader import Reader, read
from generation.generator import Draft, Finish
from generation.given import Given
from generation.placing import placed
from generation.prompt import Wording, rcvit_prompt
from generation.prompter import Prompter
from generation.request import Request
from retrieval.match import Candidate, Decision, Match
from tests.fakes import GOOD
from tests.generation.contexts import person, thing
from tests.generation.hostile import CASES
from vision.box import Box
from vision.errors import UserError
from vision.photo import Photo
from vision.region import Region, RegionKind

PHOTO = Photo(np.zeros((500, 1000, 3), dtype=np.uint8), "0" * 64)
FACE = Box(400, 50, 500, 150)
DOG = Given(Box(100, 300, 300, 500), "dog", "Bella", "My sister's dog, afraid of thunder")
ANN = person("Ann Lee", "Ann Lee paints. She was born in Lyon.", noun="woman")
REDWOOD = Given(Box(700, 0, 900, 500), "tree", "", "A redwood, planted in 1912.")


def match(
    box: Box, entity: Entity | None = None, kind: RegionKind = RegionKind.FACE, *, noun: str = ""
) -> Match:
    """What retrieval says about a box: somebody, or nobody."""
    region = Region(box, kind, 0.9, np.asarray([1, 0], dtype=np.float32), "made", GOOD, noun=noun)
    if entity is None:
        return Match(region, Decision.UNKNOWN, None, ())
    return Match(region, Decision.ACCEPTED, entity, (Candidate(entity, 0.9, 1),))


def context(*given: Given, matches: tuple[Match, ...] = (match(FACE, ANN),)) -> Context:
    return Context.of(PHOTO, matches, given=given)


def test_given_and_retrieved_entries_are_numbered_from_left_to_right_together() -> None:
    entries = context(REDWOOD, DOG).entries
    assert [(entry.k, entry.name, entry.noun, entry.entity_id) for entry in entries] == [
        (1, "Bella", "dog", None),
        (2, "Ann Lee", "woman", 1),
        (3, "", "tree", None),
    ]
    assert [(entry.given, entry.kind) for entry in entries] == [
        (True, EntityKind.THING),
        (False, EntityKind.PERSON),
        (True, EntityKind.THING),
    ]
    assert [entry.box for entry in entries] == [DOG.box, FACE, REDWOOD.box]


def test_the_prompt_has_a_line_for_what_is_given_as_for_who_is_known() -> None:
    assert rcvit_prompt(context(DOG, REDWOOD), "Who is afraid?", (980, 504)) == (
        "[1]: The information of the dog located at <|box_start|>(100,600),(300,1000)<|box_end|> "
        "in the image: Bella. My sister's dog, afraid of thunder.\n"
        "[2]: The information of the woman located at <|box_start|>(300,0),(600,1000)<|box_end|> "
        "in the image: Ann Lee paints. She was born in Lyon.\n"
        "[3]: The information of the tree located at <|box_start|>(700,0),(900,1000)<|box_end|> "
        "in the image: A redwood, planted in 1912.\n"
        "Answer the following question based on the information above and the given image, "
        "and provide citations for your response.\nWho is afraid?"
    )


def test_what_is_said_about_a_box_takes_the_place_of_who_was_recognised_there() -> None:
    twin = Given(Box(405, 55, 505, 155), "woman", "Eve", "Ann's twin sister")
    found = context(twin)
    assert [(entry.name, entry.box) for entry in found.entries] == [("Eve", twin.box)]
    assert found.strangers == ()
    assert "Ann Lee" not in rcvit_prompt(found, "Who?", (980, 504))
    assert found.entries[0].prompt_box == body_box(twin.box, PHOTO.size)
    assert Context.of(PHOTO, [], given=[twin]).entries[0].prompt_box == twin.box


@pytest.mark.parametrize(
    ("box", "noun", "covers"),
    [
        (Box(400, 50, 500, 150), "dog", True),
        (Box(400, 50, 600, 150), "dog", True),  # IoU 0.5
        (Box(400, 50, 601, 150), "dog", False),
        (Box(300, 0, 600, 500), "dog", False),  # a dog before her does not make her a dog
        (Box(300, 0, 600, 500), "woman", True),  # her whole body
        (Box(420, 50, 900, 500), "old woman", True),  # 80 % of the face
        (Box(421, 50, 900, 500), "woman", False),
        (Box(0, 0, 100, 100), "woman", False),
    ],
)
def test_same_regions_by_iou_and_faces_inside_people(box: Box, noun: str, covers: bool) -> None:
    found = context(Given(box, noun, "", "known"))
    assert ("Ann Lee" not in [entry.name for entry in found.entries]) == covers


def test_a_box_around_two_faces_takes_only_the_one_it_covers_most() -> None:
    small, large = Box(510, 60, 540, 90), Box(400, 40, 500, 140)
    (left,) = context(
        Given(Box(380, 20, 560, 400), "man", "", "Bob"), matches=(match(small), match(large))
    ).strangers
    assert left.box == small


def test_one_match_is_not_replaced_twice_and_a_thing_is_replaced_by_its_box() -> None:
    mug = person("Mug", noun="mug")
    same = Given(FACE, "mug", "", "It is mine.")
    places = placed([match(FACE, mug, RegionKind.OBJECT)], [same, same])
    assert [(place.k, place.instead_of is None) for place in places] == [(1, False), (2, True)]


def test_strangers_stay_strangers_beside_what_is_given() -> None:
    found = context(DOG, matches=(match(FACE),))
    assert ([entry.name for entry in found.entries], len(found.strangers)) == (["Bella"], 1)
    assert read(found, "How many people are there?") == "1 person: 1 unknown."


@pytest.mark.parametrize("box", [Box(900, 0, 1001, 10), Box(-1, 0, 10, 10), Box(2000, 0, 2100, 10)])
def test_a_box_outside_the_photo_is_an_error_that_says_the_size(box: Box) -> None:
    with pytest.raises(UserError, match="inside the photo of 1000 x 500 pixels, but got"):
        context(Given(box, "dog", "", "Barks"))


@pytest.mark.parametrize(("noun", "text"), [("", "Barks"), (" \n", "Barks"), ("dog", ""), ("dog", " ")])
def test_a_given_region_needs_a_noun_and_a_text(noun: str, text: str) -> None:
    with pytest.raises(ValueError, match="but it is empty"):
        Given(FACE, noun, "", text)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is Bella afraid of?", "Bella: My sister's dog, afraid of thunder [1]."),
        ("What is the dog afraid of?", "Bella: My sister's dog, afraid of thunder [1]."),
        ("When was the tree planted?", "The tree: A redwood, planted in 1912 [3]."),
        ("Where was Ann born?", "Ann Lee: She was born in Lyon [2]."),
        ("When did Ann retire?", "The gallery does not say this about Ann Lee."),
        ("When was Bella born?", "What was given does not say this about Bella."),
        ("Who is the tree?", "The tree: A redwood, planted in 1912 [3]."),
        (
            "Who is in this photo?",
            "From left to right: Bella: My sister's dog, afraid of thunder [1]; Ann Lee paints [2]; "
            "and the tree: A redwood, planted in 1912 [3].",
        ),
    ],
)
def test_the_reader_quotes_what_was_given(question: str, answer: str) -> None:
    talk = Conversation(PHOTO, context(DOG, REDWOOD), Reader())
    said = talk.ask(question)
    assert said.text == answer
    assert [found.kind for found in said.findings if found.kind is not FindingKind.REFUSAL] == []


def test_an_answer_about_something_given_is_checked_as_any_other() -> None:
    text = "The tree was planted in 1812 [3], and Bella is 90 [2]."
    answer = checked_answer(Draft(text, Finish.END, ""), context(DOG, REDWOOD), Reader(), None)
    assert [entry.name for entry in answer.citations] == ["Ann Lee", ""]
    assert [(found.kind, text[found.start : found.end]) for found in answer.findings] == [
        (FindingKind.UNSUPPORTED, "1812"),
        (FindingKind.WRONG_ENTRY, "Bella"),
        (FindingKind.UNSUPPORTED, "90"),
    ]


def test_the_box_of_a_face_stays_as_it_is_where_that_is_asked_for() -> None:
    found = Context.of(
        PHOTO, [match(FACE)], given=[Given(FACE, "woman", "Eve", "Sings")], person_box=PersonBox.FACE
    )
    assert found.entries[0].prompt_box == FACE


@pytest.mark.parametrize("field", ["noun", "name", "text"])
def test_no_given_text_adds_a_token_an_entry_or_a_line(field: str) -> None:
    for case in CASES.values():
        said = {"noun": "dog", "name": "Bella", "text": "Barks", field: case}
        (message,) = Prompter().messages(Request(PHOTO, context(Given(DOG.box, **said)), "Who?"))
        assert len(message.text.splitlines()) == message.text.count("\n") + 1 == 4
        assert len(re.findall(r"(?i)\d\W{0,9}the\s+information\s+of\b", message.text)) == 2
        assert re.findall(r"<[^>]*>", message.text) == ["<|box_start|>", "<|box_end|>"] * 2


def test_an_unknown_thing_takes_its_place_among_things_and_nobody_is_told_of_it() -> None:
    mug = thing("Ann's mug", "Ann's mug is from Delft.", noun="mug")
    seen = (
        match(Box(0, 0, 90, 90), kind=RegionKind.OBJECT),
        match(Box(100, 0, 190, 90), mug, RegionKind.OBJECT),
    )
    found = context(matches=seen)
    unknown = "The thing on the left is unknown: no sure match in the gallery."
    assert read(found, "Whose is the mug on the left?") == unknown
    assert read(found, "What is the thing on the left?") == unknown
    assert "Delft" in read(found, "What is the thing on the right?")
    assert "unknown" not in read(found, "Describe the photo.")
    assert rcvit_prompt(found, "Whose?", (980, 504), wording=Wording(strangers=True)) == rcvit_prompt(
        found, "Whose?", (980, 504)
    )


def test_an_unknown_thing_that_a_detector_calls_otherwise_is_none_of_those_a_question_counts() -> None:
    mug = thing("Ann's mug", "Ann's mug is from Delft.", noun="mug")
    seen = (
        match(Box(0, 0, 90, 90), kind=RegionKind.OBJECT, noun="dog"),
        match(Box(100, 0, 190, 90), mug, RegionKind.OBJECT, noun="mug"),
    )
    assert "Delft" in read(context(matches=seen), "Whose is the mug on the left?")
    assert "The thing on the left is unknown" in read(context(matches=seen), "Whose is the dog on the left?")


def test_a_photo_that_was_taken_for_one_thing_and_is_like_none_has_no_place_in_it() -> None:
    assert context(matches=(match(Box(0, 0, 1000, 500), kind=RegionKind.OBJECT),)).strangers == ()


def test_what_is_called_by_its_noun_is_not_taken_for_the_one_whose_name_has_it() -> None:
    mug = thing("Ann's mug", "Ann's mug is from Delft.", noun="mug")
    blue = Given(Box(600, 0, 690, 90), "coffee mug", "Old Blue", "Old Blue belongs to Ben.")
    found = context(blue, matches=(match(Box(100, 0, 190, 90), mug, RegionKind.OBJECT),))
    assert read(found, "Whose is the mug on the right?") == "Old Blue belongs to Ben [2]."
    assert read(found, "Whose are the mugs?").count("[") == 2
    assert read(found, "Tell me about Ann's mug") == "Ann's mug is from Delft [1]."


def test_who_is_beside_somebody_is_no_thing() -> None:
    box = Box(520, 50, 600, 150)
    found = context(matches=(match(FACE, ANN), match(box, kind=RegionKind.OBJECT)))
    assert "unknown" not in read(found, "Who is to the right of Ann Lee?")
    assert "The thing to the right of Ann Lee is unknown" in read(found, "What is to the right of Ann Lee?")
