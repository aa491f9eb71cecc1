"""What the check of an answer finds, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from generation.answer import Answer, FindingKind
from generation.checking.check import checked_answer
from generation.context import Context
from generation.extractive.reader import Reader
from generation.generator import Draft, Finish
from tests.generation.contexts import person, photo, thing

NO_ENTRY, NOT_IN_PHOTO = FindingKind.NO_ENTRY, FindingKind.NOT_IN_PHOTO
WRONG_ENTRY, UNSUPPORTED, REFUSAL = FindingKind.WRONG_ENTRY, FindingKind.UNSUPPORTED, FindingKind.REFUSAL
NOTHING = FindingKind.NOTHING

JOHN = replace(
    person(
        "John Smith",
        "John Smith is a 41-year-old marketing executive, born on November 19, 1956 in Lyon. "
        "He sold 1,234 cars in the 1990s and is a friend of Grace Hopper.",
        noun="man",
    ),
    id=1,
)
BELLA = replace(
    thing("Bella", "Bella is a 2-year-old dog. She is owned by John Smith. She likes birds.", noun="dog"),
    id=2,
)
SAM = replace(thing("Sam", "Sam is a three-year-old dog who enjoys movie nights.", noun="dog"), id=3)
BEACH = photo(JOHN, BELLA, SAM, None)
OTHERS = (
    *("Grace Hopper", "Maria de la Cruz", "Robert P. Casey, Jr.", "Anna M\u00fcller", "George Washington"),
    *('Henry C. "Hank" Johnson', "Tom O'Hara", "Ivo", "Hope", "Maria Smith-Lee", "Smith"),
)


def checked(text: str, context: Context = BEACH, gallery: Gallery | None = None) -> Answer:
    """A text as the answer that it is."""
    return checked_answer(Draft(text, Finish.END, "what was sent"), context, Reader(), gallery)


def found(
    text: str, context: Context = BEACH, gallery: Gallery | None = None
) -> list[tuple[FindingKind, str]]:
    """The kind of each finding and the part of the text that it is about."""
    answer = checked(text, context, gallery)
    assert answer.text == text
    return [(f.kind, text[f.start : f.end]) for f in answer.findings]


@contextmanager
def gallery_of_all() -> Iterator[Gallery]:
    """A gallery with the three of the beach, ids as there, and others who are not in the photo."""
    with Gallery.open("sqlite://") as gallery:
        with gallery.write() as writer:
            for name in (JOHN.name, BELLA.name, SAM.name, *OTHERS):
                writer.add(NewEntity(name, source="test"))
            writer.add(NewEntity("Mug", EntityKind.THING, "mug", source="test"))
        yield gallery


@pytest.fixture(scope="module")
def known() -> Iterator[Gallery]:
    """The gallery of all, which no test changes."""
    with gallery_of_all() as gallery:
        yield gallery


@pytest.mark.parametrize(
    "text",
    [
        "A man and two dogs are on the beach.",
        "John Smith, a 41-year-old marketing executive [1], sits on the beach with Bella, his 2-year-old "
        "dog [2]. Sam, a dog who enjoys movie nights [3], lies in front of them.",
        "The dog enjoys movie nights.[3]",
        "The Dog enjoys movie nights. [3] The man is 41 years old. [1]",
        "The dog beside John Smith is black and white.[3]",
        "The dog next to John Smith [3] is black.",
        "Next to John Smith stands a white dog [3].",
        "Bella, owned by John Smith [2], watches birds.",
        "John Smith walks the dog [3].",
        "Sam, John Smith's dog [3], sleeps.",
        "John Smith's favourite [3] sleeps.",
        "[2] Bella is asleep. [3] Sam sleeps. [1] John Smith smiles.",
        "The man is not Bella, as the ring shows [1].",
        "He is not actually Bella [1].",
        "John Smith looks at the other dog, which sleeps [3].",
        "Smith [1] sits with Bella and Sam [2][3].",
        "[1] John Smith is 41. [2] Bella is a dog. [3] Sam sleeps.",
        "1. John Smith [1]\n2. Bella [2]\n12. Sam [3]",
        "John Smith [1] smiles. He was born on 19 November 1956, sold 1234 cars and is forty-one.",
        "He stands at (755,417),(991,885), in his 50s [1].",
        "There are 4 people, 3 known and one unknown; the man is the 4th from the right.",
        "John Smith's friend Grace Hopper is not here [1].",
        "It was 1956\u2026 [2]",
    ],
)
def test_an_answer_that_the_entries_support_is_left_alone(text: str, known: Gallery) -> None:
    assert found(text, gallery=known) == []


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("", [(NOTHING, "")]),
        (" \n", [(NOTHING, "")]),
        (
            "The description does not mention his age [1].",
            [(REFUSAL, "The description does not mention his age [1].")],
        ),
        (
            "He is 41 [1]. His hobbies are not mentioned [1].",
            [(REFUSAL, "His hobbies are not mentioned [1].")],
        ),
        (
            "Cannot be answered, he sold 99 cars [1].",
            [(REFUSAL, "Cannot be answered, he sold 99 cars [1]."), (UNSUPPORTED, "99")],
        ),
        ("It is not only Bella [1].", [(WRONG_ENTRY, "Bella")]),
        ("A cat [4].", [(NO_ENTRY, "[4]")]),
        ("Cats [4, 5, 6, 7, 8].", [(NO_ENTRY, "[4, 5, 6, 7, 8]")]),
        ("A cat [1, 9] [0].", [(NO_ENTRY, "[1, 9]"), (NO_ENTRY, "[0]")]),
        ("Bella [3] sits next to Sam [2].", [(WRONG_ENTRY, "Bella"), (WRONG_ENTRY, "Sam")]),
        (
            "John Smith, a 41-year-old executive [2], sits on the beach with Bella, his 2-year-old dog [1].",
            [(UNSUPPORTED, "41"), (WRONG_ENTRY, "Bella")],
        ),
        ("John Smith is a marketing executive.[3]", [(WRONG_ENTRY, "John Smith")]),
        ("Senator Smith is a marketing executive [3].", [(WRONG_ENTRY, "Smith")]),
        ("John Smith, a 34-year-old executive [1], smiles.", [(UNSUPPORTED, "34")]),
        ("He was born on October 19, 1956 [1].", [(UNSUPPORTED, "October 19, 1956")]),
        ("He was born in 1957 [1]. He sold 1235 cars.", [(UNSUPPORTED, "1957"), (UNSUPPORTED, "1235")]),
        ("He worked in the 1980s [1].", [(UNSUPPORTED, "1980s")]),
        ("Bella is a five-year-old dog [2].", [(UNSUPPORTED, "five")]),
        ("He is forty-two [1].", [(UNSUPPORTED, "forty-two")]),
        ("The man is 41.", [(UNSUPPORTED, "41")]),
        ("In [2019] he was 41 [1].", [(UNSUPPORTED, "2019")]),
        ("Grace Hopper's cat sits there.", [(NOT_IN_PHOTO, "Grace Hopper")]),
        ("MARIA DE LA CRUZ [2] smiles.", [(NOT_IN_PHOTO, "MARIA DE LA CRUZ")]),
        ("Then Senator Robert P. Casey, Jr. came.", [(NOT_IN_PHOTO, "Robert P. Casey, Jr")]),
        ("Here is Anna Mu\u0308ller.", [(NOT_IN_PHOTO, "Anna Mu\u0308ller")]),
        ("Here is Henry C. \u201cHank\u201d Johnson.", [(NOT_IN_PHOTO, "Henry C. \u201cHank\u201d Johnson")]),
        ("It is Tom O\u2019Hara\u2019s hat.", [(NOT_IN_PHOTO, "Tom O\u2019Hara")]),
        ("Then Ivo smiles.", [(NOT_IN_PHOTO, "Ivo")]),
        ("Grace Hopper is not in the image.", [(REFUSAL, "Grace Hopper is not in the image.")]),
        (
            " Cannot be answered. The description does not mention 2020. ",
            [(REFUSAL, "Cannot be answered."), (REFUSAL, "The description does not mention 2020.")],
        ),
    ],
)
def test_what_is_wrong_is_found_where_it_stands(
    text: str, findings: list[tuple[FindingKind, str]], known: Gallery
) -> None:
    assert found(text, gallery=known) == findings


@pytest.mark.parametrize(
    "text",
    [
        "He went to George Washington University.",
        "Hope is in the air.",
        "grace hopper is a name.",
        "They live in Ivo.",
        "IVO is a word.",
        "Mug on a table.",
        "Smith sleeps.",
        "Grace. Hopper.",
        "Mary Grace Hopper-Smith sings.",
        "Robert P. Casey sings.",
        "J. George Washington.",
    ],
)
def test_words_that_only_resemble_a_name_of_the_gallery_are_left_alone(text: str, known: Gallery) -> None:
    assert found(text, gallery=known) == []


def test_who_shares_a_name_with_somebody_in_the_photo_is_not_missed() -> None:
    with gallery_of_all() as gallery:
        with gallery.write() as writer:
            writer.add(NewEntity("John Smith", source="test", label="another"))
        assert found("John Smith [1] smiles.", gallery=gallery) == []


def test_a_former_name_of_somebody_in_the_photo_is_no_stranger() -> None:
    with gallery_of_all() as gallery:
        assert found("Maria Smith-Lee smiles.", gallery=gallery) == [(NOT_IN_PHOTO, "Maria Smith-Lee")]
        former = gallery.find("Maria Smith-Lee")[0]
        with gallery.write() as writer:
            writer.merge(former.id, JOHN.id)
        assert found("Maria Smith-Lee smiles.", gallery=gallery) == []


def test_a_word_that_may_be_the_cited_name_excuses_another_beside_it() -> None:
    greeting = photo(JOHN, replace(person("Ann Hill", "A nurse."), id=4))
    assert found("John Smith greets Hill [2].", greeting) == []
    assert found("John Smith greets all [2].", greeting) == [(WRONG_ENTRY, "John Smith")]


def test_a_year_is_not_found_within_a_longer_number() -> None:
    context = photo(person("Ann Hill", "She has 195601, 3.1956 and 1956.5 marbles."))
    assert found("She has 1956 marbles [1].", context) == [(UNSUPPORTED, "1956")]


def test_a_place_in_a_long_row_needs_no_source() -> None:
    crowd = photo(*[None] * 15)
    assert found("Of 15 people, the 12th from the left smiles.", crowd) == []
    assert found("The 12th of them smiles.", crowd) == [(UNSUPPORTED, "12th")]


def test_names_are_not_looked_up_without_a_gallery() -> None:
    assert found("Grace Hopper smiles.") == []


def test_a_name_in_the_entry_of_somebody_who_is_not_cited_is_found(known: Gallery) -> None:
    assert found("Grace Hopper is a friend [2].", gallery=known) == [(NOT_IN_PHOTO, "Grace Hopper")]


def test_nobody_known_leaves_nothing_to_cite(known: Gallery) -> None:
    assert found("A man [1].", photo(), known) == [(NO_ENTRY, "[1]")]
    assert checked("A man [1].", photo()).findings[0].message.endswith("nothing is known about this photo.")


def test_citations_are_the_entries_in_order_each_once() -> None:
    answer = checked("Sam [3, 1], Sam [3] and a cat [7].")
    assert [entry.k for entry in answer.citations] == [1, 3]
    assert [mark.numbers for mark in answer.marks] == [(3, 1), (3,), (7,)]
    assert (answer.generator, answer.sent, answer.finish) == ("reader", "what was sent", Finish.END)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A cat [4].", "[4] is cited, but the entries are [1] to [3]."),
        ("Bella [3].", "Bella is [2], but [3] is cited here."),
        ("He sold 99 cars [1].", "99 is not in [1], which is cited here."),
        ("They sold 99 cars [1, 2].", "99 is not in [1], [2], which are cited here."),
        ("Born in 1956 [3].", "1956 is not in [3]; [1] has it."),
        ("Born in 1956.", "Nothing is cited for 1956; [1] has it."),
        ("99 gulls.", "Nothing is cited for 99; it needs no source only if the photo itself shows it."),
        ("Cannot be answered.", "The answer says that this cannot be answered."),
        ("Grace Hopper.", "Grace Hopper is in the gallery but was not recognised in this photo."),
    ],
)
def test_a_finding_says_what_is_wrong_in_a_sentence(text: str, message: str, known: Gallery) -> None:
    assert [finding.message for finding in checked(text, gallery=known).findings] == [message]


_PIECES = st.sampled_from(
    [
        *("[1]", "[2, 9]", "\uff3b3\uff3d", "[1-", "John Smith", "Bella", "Ivo", "He", "is not in the image"),
        *(
            "Cannot be answered",
            "1,234",
            "'90s",
            "19 May",
            "0000-13-40",
            "99/99/9999",
            "0th century",
            "9" * 5000,
        ),
        *("one hundred", "and", "hundred", "\u0661\u0662", "\u00b2", "\u0130", "\u00df", "\ud800", "e\u0301"),
        *(".", ";", "\n", "\u2026", "(", " "),
    ]
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    max_examples=200,
    derandomize=True,
)
@given(text=st.one_of(st.text(), st.lists(_PIECES).map(" ".join), st.lists(_PIECES).map("".join)))
def test_any_text_is_checked_and_every_finding_lies_within_it(text: str, known: Gallery) -> None:
    answer = checked(text, gallery=known)
    assert answer.text == text
    if text.strip():
        assert all(0 <= f.start < f.end <= len(text) for f in answer.findings)
    else:
        assert [f.kind for f in answer.findings] == [NOTHING]
    assert list(answer.findings) == sorted(answer.findings, key=lambda f: (f.start, f.end))


@pytest.mark.parametrize(
    "piece", ["Ab ", "[1]. ", "1,", "one ", "(", "no ", "in the ", ".", "Jan 1 ", "\n", "A"]
)
@pytest.mark.timeout(20)  # a quadratic step takes more than a minute, all others together a second
def test_endless_text_is_checked_soon(piece: str, known: Gallery) -> None:
    checked(piece * (100_000 // len(piece)), gallery=known)
