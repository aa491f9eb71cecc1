"""The check on the reader's answers about real people: false alarms, and errors that are planted."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from generation.answer import Finding, FindingKind
from generation.checking.check import checked_answer
from generation.context import Context
from generation.extractive.reader import Reader, read
from generation.generator import Draft, Finish
from tests.reader_questions import load_people, make_questions
from tests.reader_wordings import HELD_OUT

_QUESTIONS = (
    "Who is in this photo?",
    "Tell me about everybody.",
    "How many people are there?",
    "Who is a lawyer?",
)
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_MARK = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """An answer of the reader, as it is or spoilt in one way."""

    text: str
    context: Context


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    try:
        return load_people()
    except FileNotFoundError:
        pytest.skip("the Congress data set is not there; set PLACARD_ASSETS to the folder that holds it")


@pytest.fixture(scope="module")
def gallery(rows: list[dict[str, str]]) -> Iterator[Gallery]:
    """All people of the data set."""
    with Gallery.open("sqlite://") as gallery:
        with gallery.write() as writer:
            for row in rows:
                writer.add(NewEntity(row["name"], biography=row["bio"], source="congress"))
        yield gallery


@pytest.fixture(scope="module")
def answers(rows: list[dict[str, str]], gallery: Gallery) -> list[Said]:
    """What the reader says to 400 questions."""
    ids = {entity.name: entity.id for entity in gallery.iterate()}
    said = []
    for number, asked in enumerate(make_questions(rows, count=200, seed=9, wordings=HELD_OUT)):
        entries = tuple(replace(entry, entity_id=ids[entry.name]) for entry in asked.context.entries)
        context = replace(asked.context, entries=entries)
        questions = (asked.question, _QUESTIONS[number % len(_QUESTIONS)])
        said += [Said(read(context, question), context) for question in questions]
    return said


def findings(said: Said, gallery: Gallery) -> list[Finding]:
    """What the check finds besides refusals."""
    answer = checked_answer(Draft(said.text, Finish.END, ""), said.context, Reader(), gallery)
    return [finding for finding in answer.findings if finding.kind is not FindingKind.REFUSAL]


def test_answers_that_quote_the_gallery_raise_no_alarm(answers: list[Said], gallery: Gallery) -> None:
    assert len(answers) == 400
    alarms = [(said.text, found) for said in answers if (found := findings(said, gallery))]
    assert alarms == []


def spoilt(said: Said, names: Sequence[str], chance: random.Random) -> Iterator[tuple[str, Said]]:
    """The answer with one error of each kind that fits it."""
    cited = sorted({int(k) for k in _MARK.findall(said.text)})
    if not cited:
        return
    text, entries = said.text, said.context.entries
    others = [entry.k for entry in entries if entry.k not in cited]
    if len(cited) > 1:
        turned = dict(zip(cited, cited[1:] + cited[:1], strict=True))
        yield "wrong citation", replace(said, text=_MARK.sub(lambda m: f"[{turned[int(m[1])]}]", text))
    elif others:
        yield "wrong citation", replace(said, text=_MARK.sub(f"[{others[0]}]", text))
    yield "no such citation", replace(said, text=text.replace(f"[{cited[0]}]", f"[{len(entries) + 1}]"))
    gone = tuple(entry for entry in entries if entry.k != cited[0])
    yield "entry gone", replace(said, context=replace(said.context, entries=gone))
    own = next(entry.name for entry in entries if entry.k == cited[0])
    if own in text:
        stranger = chance.choice([name for name in names if name not in {e.name for e in entries}])
        yield "somebody else's name", replace(said, text=text.replace(own, stranger))
    yield "number added", replace(said, text=f"{text.rstrip('.')} and has {chance.randint(120, 900)} cats.")
    for kind, pattern, wrong in (
        ("wrong year", r"\b(?:19|20)\d\d\b", str(chance.randint(1900, 1940))),
        ("wrong month", rf"\b(?:{_MONTH})\b(?= \d)", chance.choice(_MONTH.split("|"))),
        ("wrong day", r"(?<=[a-z] )\d{1,2}(?=, \d{4})", str(chance.randint(1, 28))),
        ("wrong number in words", r"\bOne Hundred \w+", "Ninety-Ninth"),
    ):
        place = re.search(pattern, text)
        if place and place[0] != wrong:
            yield kind, replace(said, text=text[: place.start()] + wrong + text[place.end() :])
    if re.search(r"\b(?:19|20)\d\d\b", text):
        yield "citations gone", replace(said, text=_MARK.sub("", text))


WANTED = {
    "wrong citation": (None, 0.97),
    "no such citation": (FindingKind.NO_ENTRY, 1.0),
    "entry gone": (FindingKind.NO_ENTRY, 1.0),
    "somebody else's name": (FindingKind.NOT_IN_PHOTO, 0.98),
    "number added": (FindingKind.UNSUPPORTED, 0.98),
    "wrong year": (FindingKind.UNSUPPORTED, 0.98),  # a year that the biography holds elsewhere is missed
    "wrong month": (FindingKind.UNSUPPORTED, 0.98),
    "wrong day": (FindingKind.UNSUPPORTED, 0.98),
    "wrong number in words": (FindingKind.UNSUPPORTED, 0.9),
    "citations gone": (FindingKind.UNSUPPORTED, 1.0),
}


def test_planted_errors_are_found(answers: list[Said], gallery: Gallery, rows: list[dict[str, str]]) -> None:
    chance = random.Random(3)
    names = [row["name"] for row in rows if '"' not in row["name"]]
    planted, caught = Counter[str](), Counter[str]()
    for said in answers:
        for kind, worse in spoilt(said, names, chance):
            wanted, _ = WANTED[kind]
            kinds = {finding.kind for finding in findings(worse, gallery)}
            planted[kind] += 1
            caught[kind] += wanted in kinds if wanted else bool(kinds)
    assert sum(planted.values()) >= 300
    assert min(planted[kind] for kind in WANTED) >= 20
    missed = {kind: f"{caught[kind]} of {planted[kind]}" for kind in WANTED}
    assert {k: missed[k] for k, (_, least) in WANTED.items() if caught[k] < least * planted[k]} == {}
