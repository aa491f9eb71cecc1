"""Seeded questions with checkable facts about short biographies, and how often the reader answers them."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.building import bioguide
from evaluation.building.topic import Topic
from gallery.entity import Entity, EntityKind
from generation.answer import Answer
from generation.context import Context, Entry, Stranger
from tests.generation.contexts import reading
from tests.reader_wordings import HELD_OUT, TUNED, Wordings
from vision.box import Box

# The longest answer that still counts, as a share of the biography: quoting all of it is no answer.
LONGEST_SHARE = 0.4
# How many people stand in a photo of the measurement, and how many of them at most are unknown.
MOST_KNOWN, MOST_UNKNOWN = 3, 1
_FACE, _GAP, _PHOTO_SIZE = 80, 200, (1000, 600)

# What the questions of this measurement ask for, as the builder of benches reads it from a text.
_TOPICS = {
    "birthplace": Topic.BIRTHPLACE,
    "birth date": Topic.BIRTH_DATE,
    "college": Topic.BACHELOR,
    "college year": Topic.BACHELOR_YEAR,
    "law school": Topic.LAW,
    "law degree year": Topic.LAW_YEAR,
    "high school": Topic.HIGH_SCHOOL,
    "state senate years": Topic.STATE_SENATE,
    "state house years": Topic.STATE_HOUSE,
    "in Congress since": Topic.CONGRESS,
    "state": Topic.STATE,
    "party": Topic.PARTY,
    "military": Topic.MILITARY,
}
# Questions that no bench asks.
_COMMITTEE = re.compile(r"^chair(?:man)?, (?:House |Joint |Select )*(Committee on [^(;]+?) \(")
_TRADE = re.compile(r"^(?!attended|graduated|engaged|staff)(?:[a-z-]+ ){0,2}[a-z-]+(?:, private practice)?$")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question about one photo, and what a right answer must contain."""

    question: str
    context: Context
    kind: str  # "birthplace", "law school" and so on
    facts: tuple[str, ...]  # one of them must be in the answer; none where nothing can be told
    person: Entry | None  # whom the question is about; None for somebody who is not in the photo


# Right is to say that it is not told, or that the person is not recognised in the photo.
NO_FACT = ("not told", "somebody else")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many questions of one kind were answered rightly."""

    kind: str
    right: int
    asked: int

    @property
    def share(self) -> float:
        """Right answers among all, [0, 1]."""
        return self.right / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The rates of one run, by kind and together."""

    rates: tuple[Rate, ...]

    @property
    def overall(self) -> Rate:
        """All kinds together."""
        return _together("all", self.rates)

    @property
    def facts(self) -> Rate:
        """The kinds that have a fact to tell."""
        return _together("all that ask for a fact", [r for r in self.rates if r.kind not in NO_FACT])


def _together(kind: str, rates: Sequence[Rate]) -> Rate:
    return Rate(kind, sum(rate.right for rate in rates), sum(rate.asked for rate in rates))


def load_people(assets: Path | None = None) -> list[dict[str, str]]:
    """The rows of the Congress data set under `assets` ($PLACARD_ASSETS, ../shared by default)."""
    root = assets or Path(os.environ.get("PLACARD_ASSETS", Path(__file__).parents[1] / ".." / "shared"))
    with (root / "data" / "congress" / "people.jsonl").open(encoding="utf-8") as lines:
        rows: list[dict[str, str]] = [json.loads(line) for line in lines]
    return [row for row in rows if row["name"].isascii() and row["bio"]]


def facts_of(biography: str) -> dict[str, tuple[str, ...]]:
    """What a biography tells beyond doubt, by kind of question, as it stands in the text."""
    read = bioguide.facts_of(biography)
    told = {kind: (read[topic].key,) for kind, topic in _TOPICS.items() if topic in read}
    clauses = [clause.strip() for clause in biography.rstrip(".").split(";")]
    found = {
        **told,
        "committee": _only(_COMMITTEE, clauses, 1),
        "trade": tuple(clause for clause in clauses[1:] if _TRADE.match(clause)),
    }
    return {kind: facts for kind, facts in found.items() if facts}


def _only(pattern: re.Pattern[str], clauses: Iterable[str], group: int) -> tuple[str, ...]:
    found = [match[group] for match in map(pattern.match, clauses) if match]
    return tuple(found) if len(found) == 1 else ()


def make_questions(
    people: Sequence[Mapping[str, str]], *, count: int, seed: int, wordings: Wordings = TUNED
) -> list[Asked]:
    """`count` questions, the kinds in turn, each about a person of a photo with one to three known people."""
    chance = random.Random(seed)
    kinds = sorted(wordings)
    return [_asked(people, kinds[i % len(kinds)], wordings, chance) for i in range(count)]


def _asked(
    people: Sequence[Mapping[str, str]], kind: str, wordings: Wordings, chance: random.Random
) -> Asked:
    wording = chance.choice(wordings[kind])
    while True:
        group = chance.sample(people, chance.randint(1, MOST_KNOWN) + (kind == "somebody else"))
        told = facts_of(group[0]["bio"])
        if len({_surname(row["name"]) for row in group}) == len(group) and (kind in told or kind in NO_FACT):
            break
    facts = told.get(kind, ())
    absent = group.pop(0) if kind == "somebody else" else None
    subject = group[0]["name"]
    context = photo_of(group, chance)
    entry = next(entry for entry in context.entries if entry.name == subject)
    if absent is not None:
        return Asked(wording.format(person=absent["name"]), context, kind, (), None)
    return Asked(wording.format(person=_reference(entry, context, chance)), context, kind, facts, entry)


def photo_of(group: Sequence[Mapping[str, str]], chance: random.Random) -> Context:
    """A photo in which `group` and perhaps an unknown person stand in a row, in random order."""
    known = [
        Entity(number, EntityKind.PERSON, "person", row["name"], row["bio"], "congress")
        for number, row in enumerate(group, start=1)
    ]
    row: list[Entity | None] = [*known, *[None] * chance.randint(0, MOST_UNKNOWN)]
    chance.shuffle(row)
    boxes = [Box(i * _GAP, 100, i * _GAP + _FACE, 100 + _FACE) for i in range(len(row))]
    placed = [(entity, box) for entity, box in zip(row, boxes, strict=True) if entity is not None]
    entries = tuple(Entry.of(k, entity, box, box) for k, (entity, box) in enumerate(placed, start=1))
    strangers = tuple(Stranger(box, box) for entity, box in zip(row, boxes, strict=True) if entity is None)
    return Context(_PHOTO_SIZE, entries, strangers)


def _reference(entry: Entry, context: Context, chance: random.Random) -> str:
    """One of the ways in which people call somebody whom they see."""
    strangers = (stranger.box for stranger in context.strangers)
    boxes = sorted([*(other.box for other in context.entries), *strangers], key=lambda box: box.left)
    ways = [entry.name, _surname(entry.name)]
    if len(context.entries) == 1:
        ways.append("this person")
    if entry.box == boxes[0]:
        ways.append("the person on the left")
    if entry.box == boxes[-1]:
        ways.append("the person on the right")
    if len(boxes) > 2 and entry.box == boxes[1]:
        ways.append("the second person from the left")
    return chance.choice(ways)


def _surname(name: str) -> str:
    return [part for part in name.split() if part.strip(".") not in ("Jr", "Sr", "II", "III", "IV")][
        -1
    ].strip(",")


def is_right(asked: Asked, answer: Answer) -> bool:
    """Whether the answer has the fact, is short and cites the person; or claims nothing, without a fact."""
    if not asked.facts:
        return not answer.citations and not re.search(r"\[\d+\]", answer.text)
    assert asked.person is not None
    return (
        any(fact in answer.text for fact in asked.facts)
        and len(answer.text) <= LONGEST_SHARE * len(asked.person.text)
        and f"[{asked.person.k}]" in answer.text
        and [entry.k for entry in answer.citations] == [asked.person.k]
    )


def measure(questions: Iterable[Asked], answer: Callable[[Context, str], Answer]) -> Measured:
    """Ask everything and count the right answers by kind."""
    verdicts = [(asked.kind, is_right(asked, answer(asked.context, asked.question))) for asked in questions]
    kinds = sorted({kind for kind, _ in verdicts})
    return Measured(
        tuple(
            Rate(
                kind,
                sum(right for of, right in verdicts if of == kind),
                sum(of == kind for of, _ in verdicts),
            )
            for kind in kinds
        )
    )


def report(*, count: int = 228, seed: int = 2) -> str:
    """A Markdown table of the rates, for wordings that the reader was tuned on and for others.

    Of 228 questions, 200 and a few ask for a fact, the others for what is not told or for somebody else.
    """
    people = load_people()
    answer = reading
    tuned = measure(make_questions(people, count=count, seed=seed), answer)
    others = measure(make_questions(people, count=count, seed=seed, wordings=HELD_OUT), answer)
    lines = ["| question about | known wordings | new wordings |", "|---|---|---|"]
    pairs = zip(
        [*tuned.rates, tuned.facts, tuned.overall], [*others.rates, others.facts, others.overall], strict=True
    )
    lines += [f"| {one.kind} | {_shown(one)} | {_shown(other)} |" for one, other in pairs]
    return "\n".join(lines)


def _shown(rate: Rate) -> str:
    return f"{rate.right} of {rate.asked} ({rate.share:.1%})"
