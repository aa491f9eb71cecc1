"""Whom a question is about."""

from __future__ import annotations

import pytest

from generation.extractive.mentions import Scope, mentioned
from tests.generation.contexts import ADA, ada, bob, person, photo, thing

ROW = photo(None, ada, bob, None, grows=True)  # Ada is [1], Robert is [2]


def numbers(scope: Scope) -> list[int]:
    """The k of the entries of a scope."""
    return [entry.k for entry in scope.entries]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Where was Ada Lovelace born?", [1]),
        ("Where was LOVELACE born?", [1]),
        ("where did lovelace study", [1]),
        ("Where was \u00c1da born?", [1]),
        ("What is Ada's job?", [1]),
        ("Tell me about Senator Lovelace.", [1]),
        ("Where was Augusta Ada Lovelace born?", [1]),  # the biography writes her name so
        ("Who is Robert O\u2019Neil?", [2]),
        ("Who is robert b. o'neil?", [2]),
        ("Compare Ada and O'Neil.", [1, 2]),
        ("What did [2] study?", [2]),
        ("Who is in the middle of the photo?", [1, 2]),
        ("Who is second from the left?", [1]),
        ("the 3rd person from the left", [2]),
        ("the second man from the right", [2]),
        ("Who stands to the left of Robert?", [1]),
        ("Who is next to Ada?", [2]),
    ],
)
def test_names_and_places_single_people_out(question: str, expected: list[int]) -> None:
    scope = mentioned(ROW, question)
    assert (numbers(scope), scope.explicit) == (expected, True)


@pytest.mark.parametrize(
    "question",
    [
        "Who is in this photo?",
        "Where were they born?",
        "Where was he born?",  # of two
        "What did they do in adalove?",
        "When did they leave? What was left of it?",
        "Do they have the right to vote?",
        "Did they go to Harvard Law School in New York?",
        "What about the House of Representatives?",
        "Is Texas in the South?",
    ],
)
def test_whoever_means_nobody_in_particular_means_all(question: str) -> None:
    scope = mentioned(ROW, question)
    assert (numbers(scope), scope.explicit, scope.strangers) == ([1, 2], False, ())


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Who is the man on the left?", "on the left"),
        ("What did the leftmost person study?", "on the left"),
        ("Who is on the far right?", "on the right"),
        ("the right-hand person, please", "on the right"),
        ("Who is first from the left?", "first from the left"),
        ("Who is the largest person?", "in front"),
        ("Who stands closest to the camera?", "in front"),
        ("Who is to the right of O'Neil?", "to the right of Robert B. O'Neil"),
    ],
)
def test_places_count_the_unknown(question: str, label: str) -> None:
    scope = mentioned(ROW, question)
    assert (numbers(scope), scope.unknown) == ([], (label,))


def test_a_place_that_the_photo_does_not_have_is_missing() -> None:
    assert mentioned(ROW, "Who is ninth from the left?").missing == ("ninth from the left",)
    assert mentioned(photo(ada), "Who is to the left of Ada?").missing == ("to the left of Ada Lovelace",)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Where was Barack Obama born?", "Barack Obama"),
        ("Where was Obama born?", "Obama"),
        ("What is Obama's job?", "Obama"),
        ("Is Grace Hopper in the photo?", "Grace Hopper"),
        ("Who is Robert Smith?", "Robert Smith"),
        ("What did Ada Byron study?", "Ada Byron"),
        ("What did Bob O'Neil study?", "Bob O'Neil"),
        ("Charles Babbage was born where?", "Charles Babbage"),
    ],
)
def test_names_of_others_are_strangers(question: str, name: str) -> None:
    scope = mentioned(ROW, question)
    assert (scope.strangers, scope.entries) == ((name,), ())


@pytest.mark.parametrize(
    "question", ["Where was he born?", "Where was she born?", "Who is this person?", "her job?"]
)
def test_a_pronoun_means_the_only_known_person(question: str) -> None:
    scope = mentioned(photo(None, ada), question)
    assert (numbers(scope), scope.explicit) == ([1], True)


def test_a_pronoun_means_the_only_one_whom_the_noun_fits() -> None:
    couple = photo(person("Ann", noun="woman"), person("Tom", noun="man"))
    assert numbers(mentioned(couple, "Where was he born?")) == [2]
    assert numbers(mentioned(couple, "Where was she born?")) == [1]
    assert numbers(mentioned(couple, "Where was the man born?")) == [2]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Whose is the figurine on the left?", ["Rabbit"]),
        ("Whose is the figurine on the right?", ["Bear"]),  # the mug is further right
        ("Whose is the thing on the far right?", ["Mug"]),
        ("Who is on the left, beside the figurine?", [ADA]),
        ("Whose biography is on the left?", [ADA]),
    ],
)
def test_things_are_counted_among_those_that_are_called_so(question: str, expected: list[str]) -> None:
    rabbit, bear = thing("Rabbit", noun="figurine"), thing("Bear", noun="old figurine")
    scope = mentioned(photo(rabbit, ada, bear, thing("Mug", noun="mug")), question)
    assert [entry.name for entry in scope.entries] == expected


def test_people_on_the_right_are_not_things() -> None:
    scene = photo(ada, thing("Old mug", noun="mug"))
    assert numbers(mentioned(scene, "Who is on the right?")) == [1]
    assert numbers(mentioned(scene, "What is on the right?")) == [2]
    assert numbers(mentioned(scene, "Where is the mug from?")) == [2]


def test_an_ordinary_word_is_a_name_only_with_a_capital() -> None:
    will = photo(person("Will Case"), ada)
    assert mentioned(will, "In that case, what will happen?").explicit is False
    assert numbers(mentioned(will, "Where was Case born?")) == [1]


def test_two_people_of_one_name_are_both_meant() -> None:
    assert numbers(mentioned(photo(person("Rand Paul"), person("Paul Cook")), "What did Paul study?")) == [
        1,
        2,
    ]
    assert numbers(
        mentioned(photo(person("Rand Paul"), person("Paul Cook")), "What did Paul Cook study?")
    ) == [2]
