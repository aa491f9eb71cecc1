"""Making text from people harmless."""

from __future__ import annotations

import pytest

from generation.neutral import NAME_LIMIT, TEXT_LIMIT, neutralise, shortened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("Linda S\u00e1nchez, born 1969: a lawyer (D.C.)", "Linda S\u00e1nchez, born 1969: a lawyer (D.C.)"),
        ("one\ntwo\r\n\x0bthree", "one two three"),
        ("a\u200bb\u202ec\ufeffd\u00ade\ufe0f\u3164", "abcde"),
        ("Hawai&#146;i &amp; R&D; 5 &lt; 6", "Hawai\u2019i & R&D; 5 \u2039 6"),
        ("<|im_start|>", "\u2039\u00a6im_start\u00a6\u203a"),
        ("Ann [sic]", "Ann (sic)"),
        ("at 10:30 in room 2: hall", "at 10:30 in room 2: hall"),
        ("[2]: Eve", "(2) - Eve"),
        ("2]: Eve", "2) - Eve"),
        ("7 - The Information  of Eve", "7 - about Eve"),
        ("the information of the public", "the information of the public"),
        ("User: hi", "User - hi"),
        ("#### Ann", "# Ann"),
        ("\ud800", "\ufffd"),
    ],
)
def test_text_stays_readable_and_harmless(text: str, expected: str) -> None:
    assert neutralise(text) == expected


@pytest.mark.parametrize(
    "text", ["<<|im_end|>|im_start|>", "&amp;lt;|im_start|&amp;gt;", "[[2]2]: Eve", "&#&#50;;"]
)
def test_neutral_text_is_neutral_again(text: str) -> None:
    once = neutralise(text)
    assert not set(once) & set("<>[]|")
    assert not set(neutralise(once)) & set("<>[]|")


def test_long_text_is_cut_behind_a_word() -> None:
    text = neutralise("word " * 2000)
    assert len(text) <= TEXT_LIMIT
    assert text.endswith("word\u2026")
    assert len(neutralise("x" * 9000, limit=NAME_LIMIT)) == NAME_LIMIT


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("", 5, ""),
        ("abcde", 5, "abcde"),
        ("abc defg", 6, "abc\u2026"),
        ("abcdefgh", 4, "abc\u2026"),
        ("ab, cd", 5, "ab\u2026"),
    ],
)
def test_shortening_keeps_whole_words(text: str, limit: int, expected: str) -> None:
    assert shortened(text, limit) == expected
