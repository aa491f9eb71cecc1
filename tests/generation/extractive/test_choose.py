"""The reader picks among options by what the quotes say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generation.extractive.reader import Reader
from generation.request import Request
from tests.generation.contexts import ada, blank, bob, photo

CONTEXT = photo(ada, bob)


@pytest.mark.parametrize(
    ("question", "options", "expected"),
    [
        ("Where was Ada Lovelace born?", ["Lyon, Texas", "Haleyville, Alabama", "Paris, France"], 1),
        ("Where was Robert O'Neil born?", ["Lyon, Texas", "Haleyville, Alabama", "Paris, France"], 0),
        ("What instrument does Robert play?", ["the violin", "the piano"], 1),
        ("What is Ada's favourite colour?", ["red", "blue"], None),
        ("Where was Ada Lovelace born?", ["Haleyville", "Alabama"], None),
        ("Where was Ada Lovelace born?", [], None),
        ("Where was Ada Lovelace born?", ["", "?"], None),
    ],
)
def test_the_reader_picks_what_its_quotes_hold_and_else_abstains(
    question: str, options: list[str], expected: int | None
) -> None:
    choice = Reader().choose(Request(blank(CONTEXT), CONTEXT, question), options)
    assert choice.index == expected


NOT_ENOUGH = "There is not enough information to answer the question"
ROW = photo(ada, None, bob)
PLACES = ["The person on the far left", "The person in the middle", NOT_ENOUGH, "The person on the far right"]


@pytest.mark.parametrize(
    ("question", "options", "expected"),
    [
        ("Which person was born in Lyon, Texas?", PLACES, 3),
        ("Who was born on July 22, 1965?", PLACES, 0),
        ("Where in the photo is Ada Lovelace?", PLACES, 0),
        ("Which person was born in Paris, Texas?", PLACES, 2),  # not all of it is told of anybody
        ("Which person is Grace Hopper?", PLACES, 2),
        ("Which person was born?", PLACES, 2),  # of both it is told
        ("Where was the person in the middle born?", ["Lyon, Texas", NOT_ENOUGH], 1),
        ("Where was the person in the red frame born?", ["Lyon, Texas", NOT_ENOUGH], 1),
        ("Where was the person wearing a hat born?", ["Lyon, Texas", "Paris, France"], None),
        ("Where was the person on the far right born?", [NOT_ENOUGH, "Lyon, Texas"], 1),
        ("What is Ada's favourite colour?", ["red", NOT_ENOUGH, "blue"], 1),
    ],
)
def test_the_reader_points_at_places_and_says_what_nothing_tells(
    question: str, options: list[str], expected: int
) -> None:
    assert Reader().choose(Request(blank(ROW), ROW, question), options).index == expected


def test_a_place_where_everybody_stands_is_no_place() -> None:
    everywhere = [replace(entry, box=ROW.entries[0].box) for entry in ROW.entries]
    context = replace(ROW, entries=tuple(everywhere), strangers=())
    choice = Reader().choose(Request(blank(ROW), context, "Which person was born in Lyon, Texas?"), PLACES)
    assert choice.index == 2


def test_where_somebody_is_sent_to_congress_from_is_the_state() -> None:
    options = ["Texas", "Alabama", NOT_ENOUGH]
    question = "From where was the person on the far left sent to Congress?"
    assert Reader().choose(Request(blank(ROW), ROW, question), options).index == 1
