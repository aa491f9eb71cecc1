"""Telling a refusal from a sentence that only speaks like one."""

from __future__ import annotations

import pytest

from generation.checking.refusals import is_refusal
from tests.generation.contexts import ada, photo, reading


@pytest.mark.parametrize(
    "text",
    [
        "Cannot be answered. The description does not mention her hobbies.",
        "Cannot be answered.",
        "The question cannot be answered based on the information.",
        "The person is not in the image.",
        "The person who is a teacher is not in the image.",
        "The person who is a teacher and enjoys hiking is not in the image.",
        "The dog named Buddy isn't in the picture.",
        "There is no information about the health of the dog, so it is not possible to answer this question.",
        "There's no mention of her education in the context.",
        "There is not enough information to answer the question.",
        "There isn't enough information to answer the question",
        "Not enough information.",
        "The gallery does not say this about Ada Lovelace or Bob.",
        "Grace Hopper is not recognised in this photo.",
        "Nobody in this photo has a sure match in the gallery: 2 unknown people.",
        "Nobody in this photo has the number 12.",
        "Nobody was found on the left in this photo.",
        "The person on the left is unknown: no sure match in the gallery.",
        "The reader understands questions in English only.",
        "No face was found in this photo.",
        "Nobody and nothing known was found in this photo.",
        "I'm sorry, I can't identify people.",
        "I'm sorry, but I cannot identify the people in this image.",
        "Sorry, I can\u2019t help with identifying people in photos.",
        "As an AI language model, I cannot identify real people.",
        "I am unable to determine who this is.",
        "I don't know.",
        "It is not possible to determine her age from the image.",
        "It cannot be determined from the image.",
        "Her hobbies are not mentioned in the description.",
        "The age of the woman is not specified.",
        "Unfortunately, the provided context does not include her birthplace.",
        "Based on the information provided, it is impossible to say where he was born.",
        "The information above doesn't say where he was born.",
        "The description of the woman does not mention her family.",
        "No information is given about his family.",
        "Unanswerable",
        "It is not stated in the text.",
        "The image does not provide any information about her job.",
        "He is not in the photo.",
        "Her birth date is unknown.",
        "I can't tell.",
        "There is no information available about the dog.",
        "It is unclear.",
        "It is not clear who he is.",
        "The question is unanswerable.",
        'Henry C. "Hank" Johnson, Jr. is not recognised in this photo.',
        "**Cannot be answered.**",
        "Cannot be answered [1].",
        "Cannot be answered. The description does not mention her hobbies [1].",
        "The description does not mention his age [1].",
        "I cannot see that.",
        "I can't see any dog in the picture.",
        "Her hobbies are not known.",
    ],
)
def test_a_refusal_is_recognised(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The man looks at something that is not in the image.",
        "John Smith [1] is a teacher; the description does not mention his age [1].",
        "Although the description does not mention his age, he looks young.",
        "There is no information desk in the picture.",
        "I cannot help but notice the red hat.",
        "The woman cannot be older than Bella, who was born in 2020 [2].",
        "She cannot be missed in her red dress.",
        "The dog is not on the sofa.",
        "The image does not show a dog.",
        "Nobody in this photo is unknown. 2 people: 2 known (Ada [1] and Bob [2]).",
        "1 person is unknown, without a sure match in the gallery: second from the left.",
        "He answered questions about it.",
        "She is not known for sports.",
        "Anna is a teacher who cannot say no.",
        "There is no doubt that it is a dog.",
        "No, the dog is black.",
        "No.",
        "The man in the picture is not wearing a hat.",
        "The woman is not identified with any party.",
        "He does not say much.",
        "He is an unknown artist who was recognised late.",
        'The sign says "Cannot be answered".',
        "The person is in the image.",
        "It is not a dog.",
        "There is no one else in the image.",
        "The information desk is not busy.",
        "It is not clear weather.",
        "The dog is not the one in the image of the calendar.",
        "The description says that he was born in Lyon.",
        "He was not given a second term.",
        "She was not named in this photo contest.",
        "She cannot see that without her glasses.",
        "He is a teacher [1]. Cannot be answered.",
        "It is not known for its beaches.",
    ],
)
def test_words_in_passing_are_no_refusal(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize(
    "question",
    ["What does Ada think about pizza?", "Where was Grace Hopper born?", "Wo wurde Ada geboren, bitte?"],
)
def test_the_reader_refuses_in_words_that_are_recognised(question: str) -> None:
    assert is_refusal(reading(photo(ada), question).text)


def test_the_reader_does_not_refuse_when_it_answers() -> None:
    for question in ("Who is this?", "How many people are there?", "Where was Ada born?"):
        assert not is_refusal(reading(photo(ada), question).text)
