"""The reader picks among options by what the quotes say."""

from __future__ import annotations

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
