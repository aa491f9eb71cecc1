"""Citation marks as models write them."""

from __future__ import annotations

import pytest

from generation.checking.citations import grouped, marks_of
from generation.checking.statements import Marked


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("No mark.", []),
        ("nights.[3]", [(3,)]),
        ("a Teacher [3].", [(3,)]),
        ("[1][2]", [(1,), (2,)]),
        ("[1, 2]", [(1, 2)]),
        ("[1,2]", [(1, 2)]),
        ("[1; 2]", [(1, 2)]),
        ("[1 and 3]", [(1, 3)]),
        ("[1-3]", [(1, 2, 3)]),
        ("[1\u20133, 7]", [(1, 2, 3, 7)]),
        ("[3-1]", [(3, 1)]),
        ("[2, 2]", [(2,)]),
        ("[ 1 ]", [(1,)]),
        ("\uff3b\uff11\uff3d \u30102\uff0c3\u3011", [(1,), (2, 3)]),
        ("[[4]]", [(4,)]),
        ("[0]", [(0,)]),
        ("[sic] [] [k] [1a] [1.5] (1) 1] [1", []),
        ("[2019] [1990-1995]", []),
        ("[" + "9" * 5000 + "]", []),
    ],
)
def test_marks_are_read_in_every_form(text: str, numbers: list[tuple[int, ...]]) -> None:
    assert [mark.numbers for mark in marks_of(text)] == numbers


def test_a_mark_knows_where_it_stands() -> None:
    text = "Ann [1] and Bob [2, 3]."
    assert [text[mark.start : mark.end] for mark in marks_of(text)] == ["[1]", "[2, 3]"]


def test_marks_side_by_side_are_one_group() -> None:
    text = "A [1][2], b [3] and [4]; c [5] d [6]."
    groups = grouped(text, marks_of(text))
    assert [group.numbers for group in groups] == [(1, 2), (3, 4), (5,), (6,)]
    assert text[groups[1].start : groups[1].end] == "[3] and [4]"


def statements(text: str) -> list[tuple[str, set[int]]]:
    """Each statement of a text, and the numbers cited in it."""
    return [
        (text[s.start : s.end].strip(), {n for group in s.groups for n in group.numbers})
        for s in Marked.of(text).statements
    ]


def test_a_citation_behind_the_full_stop_belongs_to_the_sentence_before() -> None:
    assert statements("He likes nights.[3] She paints. [1] [2] They sing [4].") == [
        ("He likes nights.[3]", {3}),
        ("She paints. [1] [2]", {1, 2}),
        ("They sing [4].", {4}),
    ]


def test_abbreviations_and_parentheses_do_not_end_a_statement() -> None:
    text = "Robert B. O'Neil, born in Mobile, Ala., July 1, 1990 (law; art), J.D. [1]; lawyer [2]\n- Ann [3]"
    assert statements(text) == [
        ("Robert B. O'Neil, born in Mobile, Ala., July 1, 1990 (law; art), J.D. [1];", {1}),
        ("lawyer [2]", {2}),
        ("- Ann [3]", {3}),
    ]


def test_statements_hold_the_whole_text() -> None:
    text = " One.[1]  Two\u3002[2]three!\n\n\nFour; five"
    whole = Marked.of(text)
    assert "".join(text[s.start : s.end] for s in whole.statements) == text
    assert len(whole.plain) == len(text)


def test_what_stands_beside_a_citation_rests_on_the_nearest_ones() -> None:
    text = "Ann [1] is 41, Bob [2] is 42 and Cleo [3]. She is 43. There are 44; or 45 [4]."
    places = [text.index(number) for number in ("41", "42", "43", "44", "45")]
    found = [
        s.sources(place) for place in places for s in Marked.of(text).statements if s.start <= place < s.end
    ]
    assert found == [{1, 2}, {2, 3}, {1, 2, 3}, {4}, {4}]
