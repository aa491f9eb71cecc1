"""Questions that ask for a life, a number, the unknown, a party or an office, or in another language."""

from __future__ import annotations

import pytest

from gallery.entity import Entity
from generation.extractive.language import is_english
from generation.extractive.reader import ENGLISH_ONLY
from tests.generation.contexts import ada, bob, person, photo, reading

ANN = person(
    "Ann Lee",
    "LEE, Ann, a Representative from Nevada; born in Reno, Nev.; member of the Nevada state senate, "
    "1999-2011; chair, Republican Conference (2008-2012); elected as a Republican to the One Hundred Twelfth "
    "Congress (January 3, 2011-present).",
)
TOM = person(
    "Tom Roe",
    "ROE, Tom, a Senator and a Representative from Ohio; born in Troy, Ohio; Democratic Conference secretary "
    "(2017-); elected as a Democrat to the One Hundred Sixth Congress (January 3, 1999-January 3, 2001); "
    "elected as a Democrat to the United States Senate in 2006.",
)
BEGINNING = (
    "Ada Lovelace, a Senator from Alabama [1]; born in Haleyville, Winston County, Ala., July 22, 1965 [1]."
)


def told(question: str, *row: Entity | None) -> str:
    """What the reader says about a photo of these people."""
    return reading(photo(*row), question).text


@pytest.mark.parametrize(
    "question",
    [
        "Give me a short biography.",
        "Tell me something about her.",
        "Tell me something interesting about Ada.",
        "Tell me more about this politician.",
        "Who is this and why are they famous?",
        "Summarise her career.",
        "What do you know about Lovelace?",
    ],
)
def test_a_general_question_is_answered_with_the_beginning_of_the_biography(question: str) -> None:
    assert told(question, ada) == BEGINNING


def test_a_general_question_about_a_group_is_answered_for_each() -> None:
    assert told("Give me a short biography.", ada, bob) == (
        f"{BEGINNING} Robert B. O'Neil is a graphic designer [2]; He was born in Lyon, Texas [2]."
    )


def test_a_request_about_one_thing_is_not_general() -> None:
    assert told("Tell me something about her job.", ada) == "Ada Lovelace: nurse [1]."
    assert told("Tell me about this photo.", None, ada).startswith("From left to right: an unknown person;")


def test_a_comparison_is_not_general() -> None:
    assert told("Who is the most famous?", ada) == "The gallery does not say this about Ada Lovelace."


def test_somebody_without_biography_is_named_in_general() -> None:
    assert told("Tell me more about Ann.", person("Ann")) == "Ann [1]."


@pytest.mark.parametrize("question", ["How many people are in the photo?", "how many faces do you see"])
def test_people_are_counted(question: str) -> None:
    assert told(question, None, ada, bob) == (
        "3 people: 2 known (Ada Lovelace [1] and Robert B. O'Neil [2]) and 1 unknown."
    )
    assert told(question, ada) == "1 person: 1 known (Ada Lovelace [1])."


def test_a_number_of_other_things_is_not_the_number_of_people() -> None:
    assert told("How many children do they have?", None, ada) == (
        "The gallery does not say this about Ada Lovelace."
    )


@pytest.mark.parametrize(
    "question",
    [
        "Who is not recognised?",
        "Who don't you recognize?",
        "Who are the others?",
        "Who are the strangers?",
        "Is anybody unknown?",
        "Do you know everybody?",
    ],
)
def test_the_unknown_are_counted_and_placed(question: str) -> None:
    assert told(question, None, ada, None) == (
        "2 people are unknown, without a sure match in the gallery: first and third from the left."
    )
    assert told(question, ada) == "Nobody in this photo is unknown. 1 person: 1 known (Ada Lovelace [1])."


@pytest.mark.parametrize(
    "question",
    ["Is she a Republican?", "Is she a Democrat?", "Is she an Independent?", "What party is she in?"],
)
def test_a_party_is_told_by_an_election(question: str) -> None:
    assert told(question, ANN) == (
        "Ann Lee: elected as a Republican to the One Hundred Twelfth Congress (January 3, 2011-present) [1]."
    )


def test_only_those_of_a_party_are_named_when_somebody_asks_who() -> None:
    answer = told("Which of them is a Democrat?", ANN, TOM)
    assert answer.startswith("Tom Roe: elected as a Democrat to the ")
    assert "[1]" not in answer
    assert told("Which of them is a Democrat?", ANN).startswith("Ann Lee: elected as a Republican")


@pytest.mark.parametrize(
    "question", ["Is she a senator?", "senator or representative?", "Are any of them senators?"]
)
def test_an_office_is_told_by_the_opening(question: str) -> None:
    assert told(question, ANN, TOM) == (
        "Ann Lee, a Representative from Nevada [1]. Tom Roe, a Senator and a Representative from Ohio [2]."
    )


def test_only_those_of_an_office_are_named_when_somebody_asks_who() -> None:
    assert told("Which of them is a senator?", ANN, TOM) == (
        "Tom Roe, a Senator and a Representative from Ohio [2]."
    )


def test_the_senate_of_a_state_is_not_the_senate() -> None:
    asked, of_state = "When did Ann start in the Senate?", "When did Ann enter the state senate?"
    assert told(asked, ANN) == "The gallery does not say this about Ann Lee."
    assert told(of_state, ANN) == "Ann Lee: member of the Nevada state senate, 1999-2011 [1]."
    assert told("When did they enter the state senate?", ANN, TOM).count("[") == 1


@pytest.mark.parametrize("question", ["How many times was he elected?", "How long has he been in Congress?"])
def test_every_election_counts_for_how_often_and_how_long(question: str) -> None:
    assert told(question, TOM) == (
        "Tom Roe: elected as a Democrat to the One Hundred Sixth Congress (January 3, 1999-January 3, 2001) "
        "[1]; elected as a Democrat to the United States Senate in 2006 [1]."
    )


@pytest.mark.parametrize("question", ["[7] who is this", "What did [7] study?"])
def test_a_number_that_nobody_has_is_said(question: str) -> None:
    assert told(question, ada, bob) == "Nobody in this photo has the number 7."


def test_the_second_person_is_counted_from_the_left() -> None:
    assert told("who's the 2nd person?", None, ada) == "Ada Lovelace, a Senator from Alabama [1]."
    assert told("Who is the second person in the photo?", ada, None) == (
        "The person second from the left is unknown: no sure match in the gallery."
    )
    assert (
        told("Was she the second woman to fly?", ada) == "The gallery does not say this about Ada Lovelace."
    )


@pytest.mark.parametrize(
    "question",
    [
        "Wer ist das?",
        "Wo ist Ada geboren?",
        "Was hat er studiert?",
        "¿Quién es esta persona?",
        "Dónde nació Ada?",
        "Qui est cette personne?",
        "Où est-elle née ?",
        "Quando è nato?",
        "это кто?",
        "谁",
    ],
)
def test_a_question_in_another_language_is_not_answered(question: str) -> None:
    answer = reading(photo(ada), question)
    assert (answer.text, answer.citations) == (ENGLISH_ONLY, ())


@pytest.mark.parametrize(
    "question",
    [
        "born where?",
        "Ada?",
        "lovelace",
        "birthplace",
        "Los Angeles?",
        "favourite colour",
        "What hat is he in?",
    ],
)
def test_short_english_is_english(question: str) -> None:
    assert is_english(question, ["Ada Lovelace"])


def test_names_of_the_photo_are_in_every_language() -> None:
    assert is_english("Der Que?", ["Der Que"])
