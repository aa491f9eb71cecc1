"""Numbers and dates, however they are written."""

from __future__ import annotations

import pytest

from generation.checking.claims import Facts, claims_of
from generation.checking.number_words import number_words_of


def holds(text: str, said: str) -> bool:
    """Whether a text in digits supports everything that another one says."""
    claims = claims_of(said)
    assert claims, said
    return all(Facts.of(text).support(claim) for claim in claims)


@pytest.mark.parametrize(
    "said",
    [
        "November 19, 1956",
        "19 November 1956",
        "the 19th of November, 1956",
        "Nov. 19th, 1956",
        "1956-11-19",
        "11/19/1956",
        "19.11.1956",
        "November 1956",
        "November 19",
        "1956",
        "the 1950s",
        "the '50s",
        "the 20th century",
    ],
)
@pytest.mark.parametrize("text", ["born November 19, 1956", "born 19 Nov 1956", "*1956-11-19", "19.11.1956."])
def test_a_date_is_supported_in_any_form(text: str, said: str) -> None:
    assert holds(text, said)


@pytest.mark.parametrize(
    "said",
    ["October 19, 1956", "November 18, 1956", "November 19, 1957", "1957", "October 1956", "the 1960s", "19"],
)
def test_a_date_that_differs_anywhere_is_not_supported(said: str) -> None:
    assert not holds("born November 19, 1956", said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,234 cars", "1234 cars"),
        ("1234 cars", "1,234 cars"),
        ("the 41st man", "41 men"),
        ("12.5 %", "12.5 percent"),
        ("$1.5 million", "1,500,000 dollars"),
        ("1989-91", "1991"),
        ("elected (2015-2017)", "2017"),
        ("a 41-year-old", "aged 41"),
        ("41 years old", "forty-one"),
        ("the 105th Congress", "the One Hundred Fifth Congress"),
        ("2019", "twenty nineteen"),
        ("5 years old", "a five-year-old dog"),
    ],
)
def test_a_number_is_supported_in_any_form(text: str, said: str) -> None:
    assert holds(text, said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,234 cars", "234 cars"),
        ("1,234 cars", "1"),
        ("12.5 %", "12 percent"),
        ("1990", "the 1980s"),
        ("1990s", "1990"),
        ("", "41"),
        ("B2B, 3D, 10k, F16", "16"),
    ],
)
def test_another_number_is_not_supported(text: str, said: str) -> None:
    assert not holds(text, said)


def test_small_numbers_count_unless_they_measure() -> None:
    said = "two dogs, 3 men, the second from 4, a 5-year-old, aged 6, $7, 8%, 9.5 and ten million"
    counts = {said[claim.start : claim.end]: claim.count for claim in claims_of(said)}
    assert [text for text, count in counts.items() if count] == ["two", "3", "second", "4"]
    assert [text for text, count in counts.items() if not count] == [
        "5",
        "6",
        "$7",
        "8%",
        "9.5",
        "ten million",
    ]


def test_a_guess_at_an_age_and_the_verb_may_are_no_claims() -> None:
    assert claims_of("A man in his 50s, in her early 30s, may smile.") == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("none someone oneness", []),
        ("Forty-One", [41]),
        ("one hundred and five", [105]),
        ("One Hundred Fifth and to the eleven succeeding", [105, 11]),
        ("nineteen ninety-five", [1995]),
        ("two thousand and nineteen", [2019]),
        ("eighteen hundred", [1800]),
        ("one million two hundred thirty-four thousand five hundred sixty-seven", [1_234_567]),
        ("one and two, five six", [1, 2, 5, 6]),
        ("a hundred people, thousands", []),
        ("fifth second twentieth", [5, 2, 20]),
    ],
)
def test_numbers_in_words_are_read(text: str, values: list[int]) -> None:
    assert [value for _, _, value in number_words_of(text)] == values
