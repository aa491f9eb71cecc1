"""The reader on real biographies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.generation.contexts import reading
from tests.reader_questions import facts_of, is_right, load_people, make_questions, measure, report
from tests.reader_wordings import HELD_OUT, TUNED

BIOGRAPHY = (
    "X, Ann, a Representative from Ohio; born in Troy, Miami County, Ohio, June 5, 1967; "
    "J.D., Yale University, New Haven, Conn., 1990; lawyer, private practice; "
    "United States Air Force, 1989-1991; "
    "elected as a Democrat to the One Hundred Sixteenth Congress (January 3, 2019-present)."
)


@pytest.fixture(scope="module")
def people() -> list[dict[str, str]]:
    try:
        return load_people()
    except FileNotFoundError:
        pytest.skip(
            "the Congress data set is not there; set PLACARD_ASSETS to the folder that holds data/congress"
        )


def test_facts_are_read_from_a_biography() -> None:
    assert facts_of("") == {}
    assert facts_of(BIOGRAPHY) == {
        "birthplace": ("Troy",),
        "birth date": ("June 5, 1967",),
        "law school": ("Yale University",),
        "law degree year": ("1990",),
        "in Congress since": ("January 3, 2019",),
        "state": ("from Ohio",),
        "party": ("Democrat",),
        "military": ("Air Force",),
        "trade": ("lawyer, private practice",),
    }


def test_every_kind_has_wordings_of_both_sorts_and_none_twice() -> None:
    assert set(TUNED) == set(HELD_OUT)
    assert all(len(TUNED[kind]) >= 4 and len(HELD_OUT[kind]) >= 4 for kind in TUNED)
    assert all(set(TUNED[kind]).isdisjoint(HELD_OUT[kind]) for kind in TUNED)


def test_questions_are_the_same_for_the_same_seed(people: list[dict[str, str]]) -> None:
    first, again, other = (
        [asked.question for asked in make_questions(people, count=40, seed=seed)] for seed in (1, 1, 2)
    )
    assert first == again != other


def test_the_check_wants_the_fact_briefly_with_the_right_number(people: list[dict[str, str]]) -> None:
    questions = [
        asked
        for asked in make_questions(people, count=60, seed=1)
        if asked.person is not None and asked.facts
    ]
    for asked in questions:
        assert asked.person is not None
        answer = reading(asked.context, asked.person.name)
        text = f"{asked.person.text} [{asked.person.k}]"
        whole = replace(answer, text=text, citations=(asked.person,))
        assert not is_right(asked, whole)


def test_the_reader_answers_nine_of_ten_questions(people: list[dict[str, str]]) -> None:
    for wordings in (TUNED, HELD_OUT):
        measured = measure(make_questions(people, count=200, seed=2, wordings=wordings), reading)
        assert measured.overall.asked == 200
        assert measured.overall.share >= 0.9


def test_the_report_is_a_table(people: list[dict[str, str]]) -> None:
    assert report(count=34).splitlines()[-1].startswith("| all |")
