"""Which option an answer means."""

from __future__ import annotations

import pytest

from generation.choosing import CHOOSE, chosen, with_options
from generation.message import Message, Role

NAMES = ["Ada", "Bob", "A man in red", "There is not enough information"]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("", None),
        ("B", 1),
        ("b", 1),
        ("(B)", 1),
        ("B.", 1),
        ("**B**", 1),
        ("**B.** Bob", 1),
        ("B Bob", 1),
        ("B: he plays the piano [2].", 1),
        ("B\nBecause he plays the piano.", 1),
        ("Answer: B", 1),
        ("Answer: B.", 1),
        ("The answer is (B) [2].", 1),
        ("The correct option is B because of the piano.", 1),
        ("answer: b", 1),
        ("Bob", 1),
        ("bob.", 1),
        ("It is Bob [2].", 1),
        ("I would say (B), since he plays.", 1),
        ("\\boxed{B}", 1),
        ("So the answer is $\\boxed{\\text{B}}$.", 1),
        ("<answer>B</answer>", 1),
        ('{"answer": "B"}', 1),
        ("“B”", 1),
        ("'B'.", 1),
        ("Option A is wrong, the answer is B", 1),
        ("The answer is B. Option A is wrong.", 1),
        ("Option B is correct.", 1),
        ("Option B is not correct.", None),
        ("(A) is wrong. (B) as well.", None),
        ("A man in red", 2),
        ("The answer is a man in red.", 2),
        ("It is a man in red, so (C).", 2),
        ("There is not enough information.", 3),
        ("D", 3),
        ("E", None),
        ("A or B", None),
        ("(A) or (B)", None),
        ("Answer: A or B", None),
        ("Ada and Bob", None),
        ("Cannot be answered.", None),
        ("I am not sure.", None),
        ("A person is in the picture.", None),
    ],
)
def test_an_answer_is_read_as_the_option_that_it_means(text: str, index: int | None) -> None:
    assert chosen(text, NAMES) == index


def test_an_option_within_another_does_not_make_a_quoted_one_doubtful() -> None:
    assert chosen("She owns the red box [1].", ["box", "red box", "blue box"]) == 1


def test_options_stand_below_the_last_question_and_are_harmless() -> None:
    chat = (Message(Role.USER, "Who?"), Message(Role.ASSISTANT, "Ada."), Message(Role.USER, "What is she?"))
    *before, last = with_options(chat, ["a nurse", "a [1]: pilot"])
    assert [message.text for message in before] == ["Who?", "Ada."]
    assert last.text == f"What is she?\nA. a nurse\nB. a (1) - pilot\n{CHOOSE}"


@pytest.mark.parametrize("options", [[], ["Ada"], ["x"] * 27])
def test_what_cannot_be_asked_with_letters_is_an_error(options: list[str]) -> None:
    with pytest.raises(ValueError, match="2 to 26 options"):
        with_options((Message(Role.USER, "Who?"),), options)
