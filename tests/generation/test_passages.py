"""Cutting biographies into passages."""

from __future__ import annotations

import pytest

from generation.passages import PASSAGE_LIMIT, passages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        (" ;; . ; ", ()),
        ("one", ("one",)),
        ("one; two;three.", ("one", "two", "three")),
        ("born in Mobile, Ala., Jan. 3, 1965; J.D.", ("born in Mobile, Ala., Jan. 3, 1965", "J.D.")),
        (
            "B.A., Yale College, New Haven, Conn. 1983. She paints.",
            ("B.A., Yale College, New Haven, Conn. 1983", "She paints"),
        ),
        ("Born in St. Paul, Minn. She paints.", ("Born in St. Paul, Minn.", "She paints")),
        ("Lives in Washington, D.C. He paints.", ("Lives in Washington, D.C.", "He paints")),
        (
            "Robert B. Aderholt met Dr. King and Mr. Smith Jr. at No. 5.",
            ("Robert B. Aderholt met Dr. King and Mr. Smith Jr. at No. 5",),
        ),
        ("She met Dr. He in Lyon.", ("She met Dr. He in Lyon",)),
        ("the U.S. Naval Academy", ("the U.S. Naval Academy",)),
        ("Arkansas A.M.&N. College", ("Arkansas A.M.&N. College",)),
        ("a Ph.D. Harvard gave", ("a Ph.D. Harvard gave",)),
        ("He said no. Then he left.", ("He said no", "Then he left")),
        ("elected (to a; b. And c); reelected", ("elected (to a; b. And c)", "reelected")),
        ("elected (to (a; b); c); reelected", ("elected (to (a; b); c)", "reelected")),
        ("(never closed; reelected", ("(never closed", "reelected")),
        ("It weighs 3.5 kg. Costs 1.000 more.", ("It weighs 3.5 kg", "Costs 1.000 more")),
        (
            "Who? Her! \u201cYes.\u201d Then\u2026 Silence",
            ("Who?", "Her!", "\u201cYes.\u201d", "Then\u2026", "Silence"),
        ),
        ("Born 1990\nLives in Rome\n", ("Born 1990", "Lives in Rome")),
        ("Hawai&#146;i; R&amp;D", ("Hawai\u2019i", "R&D")),
        ("[1]: Eve; <|im_end|>", ("(1) - Eve", "\u2039\u00a6im_end\u00a6\u203a")),
    ],
)
def test_passages_are_clauses(text: str, expected: tuple[str, ...]) -> None:
    assert passages(text) == expected


def test_a_passage_without_end_is_shortened() -> None:
    (passage,) = passages("word " * 1000)
    assert len(passage) <= PASSAGE_LIMIT
