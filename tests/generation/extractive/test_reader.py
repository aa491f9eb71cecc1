"""Answers of the reader."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.generation.contexts import ada, bob, person, photo, reading, thing


@pytest.mark.parametrize("question", ["", " ", "\n\t"])
def test_an_empty_question_is_an_error(question: str) -> None:
    with pytest.raises(ValueError, match="Expected a question, but it is empty"):
        reading(photo(ada), question)


@pytest.mark.parametrize("question", ["Who is this?", "Where was Ada born?", "Describe the photo."])
def test_a_photo_without_faces_says_so(question: str) -> None:
    answer = reading(photo(), question)
    assert (answer.text, answer.citations) == ("No face was found in this photo.", ())


def test_a_photo_that_was_searched_for_things_says_that_nothing_known_was_found() -> None:
    searched = replace(photo(), things=True)
    for question in ("Who is this?", "How many people are there?"):
        assert reading(searched, question).text == "Nobody and nothing known was found in this photo."


def test_a_photo_of_strangers_says_so() -> None:
    assert reading(photo(None), "Who is this?").text == (
        "Nobody in this photo has a sure match in the gallery: an unknown person."
    )
    assert reading(photo(None, None), "Where were they born?").text == (
        "Nobody in this photo has a sure match in the gallery: 2 unknown people."
    )


@pytest.mark.parametrize(
    "question",
    [
        "Describe the photo.",
        "describe the image",
        "Who is in this photo?",
        "What do you see?",
        "Who is this?",
    ],
)
def test_a_description_goes_from_left_to_right(question: str) -> None:
    answer = reading(photo(None, ada, None, None, bob), question)
    assert answer.text == (
        "From left to right: an unknown person; Ada Lovelace, a Senator from Alabama [1]; 2 unknown people; "
        "and Robert B. O'Neil is a graphic designer [2]."
    )
    assert [entry.k for entry in answer.citations] == [1, 2]


def test_somebody_without_biography_is_named() -> None:
    assert reading(photo(person("Ann")), "Who is this?").text == "Ann [1]."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who is Ada?", "Ada Lovelace, a Senator from Alabama [1]."),
        ("Where was Ada born?", "Ada Lovelace: born in Haleyville, Winston County, Ala., July 22, 1965 [1]."),
        (
            "what's the birthday of lovelace",
            "Ada Lovelace: born in Haleyville, Winston County, Ala., July 22, 1965 [1].",
        ),
        ("Which law school did Ada go to?", "Ada Lovelace: J.D., Samford University, 1990 [1]."),
        ("What does Lovelace do for a living?", "Ada Lovelace: nurse [1]."),
        ("What does Robert do?", "Robert B. O'Neil is a graphic designer [2]."),
        ("Who plays the piano?", "Robert B. O'Neil: He plays the piano [2]."),
        ("Who was born in Texas?", "Robert B. O'Neil: He was born in Lyon, Texas [2]."),
        ("who was born in texas?", "Robert B. O'Neil: He was born in Lyon, Texas [2]."),
        ("Which of them is a senator?", "Ada Lovelace, a Senator from Alabama [1]."),
        (
            "Where did Ada study?",
            "Ada Lovelace: B.A., Birmingham Southern College, Birmingham, Ala., 1987 [1]; "
            "J.D., Samford University, 1990 [1].",
        ),
        (
            "Where were they born?",
            "Ada Lovelace: born in Haleyville, Winston County, Ala., July 22, 1965 [1]. "
            "Robert B. O'Neil: He was born in Lyon, Texas [2].",
        ),
    ],
)
def test_answers_quote_the_gallery_with_citations(question: str, expected: str) -> None:
    answer = reading(photo(ada, bob), question)
    assert answer.text == expected
    assert [entry.k for entry in answer.citations] == sorted(
        {int(k) for k in re.findall(r"\[(\d)\]", expected)}
    )
    assert answer.generator == "reader"
    assert "extractive" in answer.note


@pytest.mark.parametrize(
    "question",
    [
        "What is Ada's favourite colour?",
        "How tall is Ada?",
        "Did Ada go to Harvard?",
        "Did Ada study law at Harvard?",
        "When was Ada's son born?",
        "What did Ada's father do?",
        "What is Ada wearing?",
        "Who is Ada married to?",
    ],
)
def test_what_the_gallery_does_not_say_is_not_answered(question: str) -> None:
    answer = reading(photo(ada, bob), question)
    assert (answer.text, answer.citations) == ("The gallery does not say this about Ada Lovelace.", ())


def test_a_question_about_a_time_prefers_passages_with_a_year() -> None:
    teacher = person("Ann", "teacher, Troy school; teacher, Lyon school, Lyon, France, 1990-1995")
    assert reading(photo(teacher), "When was Ann a teacher?").text == (
        "Ann: teacher, Lyon school, Lyon, France, 1990-1995 [1]."
    )


def test_what_nobody_tells_names_everybody() -> None:
    jr = person("Tom Smith, Jr.", "Tom Smith, Jr. paints.")
    assert reading(photo(ada, jr), "What music do they like?").text == (
        "The gallery does not say this about Ada Lovelace or Tom Smith, Jr."
    )


@pytest.mark.parametrize(
    "question", ["Where was Grace\nHopper born?", "Is Grace Hopper here?", "Who is Grace Hopper?"]
)
def test_somebody_else_is_not_answered_with_the_facts_of_another(question: str) -> None:
    answer = reading(photo(ada), question)
    assert (answer.text, answer.citations) == ("Grace Hopper is not recognised in this photo.", ())


def test_the_known_of_two_names_is_answered() -> None:
    assert reading(photo(ada), "Where did Ada and Grace Hopper study law?").text == (
        "Grace Hopper is not recognised in this photo. Ada Lovelace: J.D., Samford University, 1990 [1]."
    )


@pytest.mark.parametrize(
    "question", ["Who is the man on the left?", "Where was the person on the left born?"]
)
def test_an_unknown_person_on_the_left_stays_unknown(question: str) -> None:
    answer = reading(photo(None, ada), question)
    assert (answer.text, answer.citations) == (
        "The person on the left is unknown: no sure match in the gallery.",
        (),
    )


def test_a_known_person_on_the_right_is_named() -> None:
    assert (
        reading(photo(None, ada), "Who is the woman on the right?").text
        == "Ada Lovelace, a Senator from Alabama [1]."
    )


def test_a_place_that_nobody_stands_at_is_said() -> None:
    assert (
        reading(photo(ada), "Who is third from the left?").text
        == "Nobody was found third from the left in this photo."
    )


def test_things_are_quoted_too() -> None:
    mug = thing("Blue mug", "A gift from Tom, bought in Rome in 1999.", noun="mug")
    assert reading(photo(ada, mug), "Where was the mug bought?").text == (
        "Blue mug: A gift from Tom, bought in Rome in 1999 [2]."
    )


@pytest.mark.parametrize(
    "text",
    [
        "born in Rome [2]",
        "born in Rome [1][2][3]",
        "born in Rome \uff3b2\uff3d",
        "born in Rome \u30102\u3011",
        "born in Rome &#91;2&#93;",
        "born in Rome [\u200b2\u200b]",
        "born in Rome <|im_end|>",
    ],
)
def test_only_our_own_marks_are_citations(text: str) -> None:
    for context in (photo(person("Ann", text), ada), photo(person(f"Ann {text}", "born in Rome"), ada)):
        answer = reading(context, "Where was Ann born?")
        assert [entry.k for entry in answer.citations] == [1]
        assert re.findall(r"\[[^]]*\]?", answer.text) == ["[1]"]
        assert "\u200b" not in answer.text


def test_a_name_from_the_question_cannot_cite() -> None:
    answer = reading(photo(ada), "Who is Grace\u200b Hopper? [2]: The information of <|im_end|>")
    assert not re.search(r"\u200b|\[2\]", answer.text)


def test_what_people_read_is_what_was_written() -> None:
    written = "She showed that 2 < 3 | 4 > 3 in <Analysis> (system: none) and **won**"
    answer = reading(photo(person("Ann <b>", written), ada), "Tell me about Ann.")
    assert answer.text == f"Ann <b>: {written} [1]."


def test_long_input_is_answered_soon() -> None:
    long = person("Ann", "Born in Rome. " + "She paints (a lot; often. Really) in St. Paul. " * 20_000)
    assert reading(photo(long), "Where was Ann born? " * 5_000).text.startswith("Ann: Born in Rome [1]")


def test_importing_the_reader_does_not_load_the_search_library() -> None:
    script = (
        "import sys, generation.extractive.reader; sys.exit('bm25s' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
