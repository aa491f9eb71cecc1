"""Records of one photo: expressions put into questions, wrong entries, refusals, and descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from generation.folding import folded
from generation.terms import terms
from training.building.asking import Answered, Expression, Learnt
from training.building.describing import Described
from training.building.replies import Steps
from training.building.rules import Rule, names_in, reveals, says, share_said, subject_of
from training.building.source import Spot
from training.dataset.record import Record, Region, Task
from training.drawn.staged import Asked
from vision.box import Box

STEP = "substitution"
CITED = 0.8  # of the questions that have citations, as in the drawn world
_FITS = 0.5  # the share of a fact's words in another entry's text at which an expression may mean that one
_DESCRIBE = ("Describe the image.", "Describe this photo with what is known.", "What is in the image?")
_TRIES = 20  # for each question that is asked for


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """An entry of a photo: its text, its place, and what is seen there; None for a wrong entry."""

    learnt: Learnt
    box: Box
    spot: Spot | None
    looks: tuple[Answered, ...]

    @property
    def region(self) -> Region:
        """The entry as records have it."""
        document = self.learnt.document
        return Region(document.noun, self.box, document.text, present=self.spot is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A photo and what can be asked about it."""

    key: str
    image: str  # file name
    size: tuple[int, int]
    known: tuple[Known, ...]  # numbered from 1 in this order
    strangers: tuple[Spot, ...]  # regions without an entry
    absent: tuple[Learnt, ...]  # of the classes of the photo, about others
    general: tuple[tuple[str, Answered], ...]  # noun and question about looks, for whom is not there
    described: Described | None  # of the entries that are right

    @property
    def present(self) -> tuple[tuple[int, Known, Spot], ...]:
        """The entries that are right, with their numbers."""
        numbered = enumerate(self.known, start=1)
        return tuple((k, one, one.spot) for k, one in numbered if one.spot is not None)


@dataclass(slots=True, eq=False)
class _Sieve:
    """What was put together of one photo and broke a rule, each once however often it is drawn."""

    broken: set[tuple[Rule, str]] = field(default_factory=set)

    def breaks(self, rule: Rule, question: str, *, when: bool) -> bool:
        """Whether a question breaks a rule; it is remembered."""
        if when:
            self.broken.add((rule, question))
        return when


def records_of(scene: Scene, steps: Steps, chance: Random, *, questions: int) -> list[Record]:
    """At most so many questions and the descriptions; substitutions that break a rule are counted."""
    asked: dict[str, Asked] = {}
    sieve = _Sieve()
    makers = (_v2c, _c2v, _unanswerable_v2c, _unanswerable_c2v)
    for _ in range(questions * _TRIES):
        if len(asked) == questions:
            break
        maker = chance.choices(makers, (0.36, 0.36, 0.14, 0.14))[0]
        one = maker(scene, sieve, chance)
        if one is not None:
            asked.setdefault(folded(one.question), one)
    for rule, _ in sieve.broken:
        steps.reject(STEP, rule)
    told = [(one, chance.random() < CITED) for one in asked.values()] + _descriptions(scene, chance)
    return [_record(scene, f"{scene.key}-{place}", *pair) for place, pair in enumerate(told)]


def _v2c(scene: Scene, sieve: _Sieve, chance: Random) -> Asked | None:
    """The fact of an entry about somebody who is pointed to by looks."""
    k, known, spot = chance.choice(scene.present)
    if not known.learnt.asked:
        return None
    one = chance.choice(known.learnt.asked)
    question = _put(one.question, spot.noun, f"the {chance.choice(spot.expressions)}")
    if _leaks(scene, question, sieve) or _reveals(question, one.fact, sieve):
        return None
    return Asked(Task.V2C, question, one.answer, (k,), one.fact, _rivals(scene, spot.noun))


def _c2v(scene: Scene, sieve: _Sieve, chance: Random) -> Asked | None:
    """How somebody looks who is pointed to by an entry."""
    k, known, spot = chance.choice(scene.present)
    if not known.looks or not known.learnt.expressions:
        return None
    one, expression = chance.choice(known.looks), chance.choice(known.learnt.expressions)
    others = [other.learnt for other in scene.known if other is not known]
    question = _put(one.question, spot.noun, expression.text)
    if _ambiguous(expression, others, question, sieve) or _reveals(question, one.fact, sieve):
        return None
    return Asked(Task.C2V, question, one.answer, (k,), one.fact, _rivals(scene, spot.noun))


def _unanswerable_v2c(scene: Scene, sieve: _Sieve, chance: Random) -> Asked | None:
    """What an entry does not say about somebody who is pointed to by looks, or somebody without an entry."""
    if scene.strangers and chance.random() < 0.4:
        return _stranger(scene, sieve, chance)
    _, known, spot = chance.choice(scene.present)
    if not known.learnt.refused:
        return None
    one = chance.choice(known.learnt.refused)
    question = _put(one.question, spot.noun, f"the {chance.choice(spot.expressions)}")
    if _leaks(scene, question, sieve):
        return None
    return Asked(Task.UNANSWERABLE_V2C, question, one.answer, kind="not_said")


def _stranger(scene: Scene, sieve: _Sieve, chance: Random) -> Asked | None:
    """A fact of somebody of whom no entry tells."""
    spot = chance.choice(scene.strangers)
    learnt = [one for one in _of(scene, spot.noun) if one.asked]
    if not learnt:
        return None
    asked = chance.choice(chance.choice(learnt).asked)
    question = _put(asked.question, spot.noun, f"the {chance.choice(spot.expressions)}")
    if _leaks(scene, question, sieve):
        return None
    answer = f"Cannot be answered. There is no information about this {spot.noun}."
    return Asked(Task.UNANSWERABLE_V2C, question, answer, kind="stranger")


def _unanswerable_c2v(scene: Scene, sieve: _Sieve, chance: Random) -> Asked | None:
    """How somebody looks who is not in the photo: of a wrong entry, or of none."""
    wrong = [one.learnt for one in scene.known if one.spot is None]
    kind = "wrong_entry" if wrong and chance.random() < 0.7 else "no_entry"
    learnt = [one for one in (wrong if kind == "wrong_entry" else scene.absent) if one.expressions]
    if not learnt:
        return None
    somebody = chance.choice(learnt)
    noun = somebody.document.noun
    questions = [one for asked, one in scene.general if asked == noun]
    if not questions:
        return None
    expression = chance.choice(somebody.expressions)
    others = [one.learnt for one in scene.known if one.learnt is not somebody]
    question = _put(chance.choice(questions).question, noun, expression.text)
    if _ambiguous(expression, others, question, sieve):
        return None
    if kind == "wrong_entry":
        answer = f"The {noun} is not in the image."
    else:
        answer = f"There is no information about this {noun}, so it is not possible to answer."
    return Asked(Task.UNANSWERABLE_C2V, question, answer, kind=kind)


def _descriptions(scene: Scene, chance: Random) -> list[tuple[Asked, bool]]:
    """The description without citations, and with them where there is one."""
    if scene.described is None:
        return []
    numbers = [k for k, _, _ in scene.present]
    question = chance.choice(_DESCRIBE)
    plain = Asked(Task.RCID, question, scene.described.plain, tuple(numbers))
    if scene.described.cited is None:
        return [(plain, False)]
    text = re.sub(r"\[([0-9]+)\]", lambda mark: f"[{numbers[int(mark[1]) - 1]}]", scene.described.cited)
    return [(plain, False), (Asked(Task.RCID, question, text, tuple(numbers)), True)]


def _put(question: str, noun: str, expression: str) -> str:
    """A question with an expression for "the woman"."""
    put = subject_of(noun).sub(lambda _: expression, question, count=1)
    return put[0].upper() + put[1:]


def _leaks(scene: Scene, question: str, sieve: _Sieve) -> bool:
    names = [one.learnt.document.name for one in scene.known]
    return sieve.breaks(Rule.NAME_LEAKED, question, when=bool(names_in(question, names)))


def _reveals(question: str, fact: str, sieve: _Sieve) -> bool:
    return sieve.breaks(Rule.ANSWER_IN_QUESTION, question, when=reveals(question, fact))


def _ambiguous(expression: Expression, others: list[Learnt], question: str, sieve: _Sieve) -> bool:
    fits = any(_fits(expression, other) for other in others)
    return sieve.breaks(Rule.AMBIGUOUS, question, when=fits)


def _fits(expression: Expression, other: Learnt) -> bool:
    """Whether an expression by context may mean somebody of another entry."""
    text = f"{other.document.name}. {other.document.text}"
    numbers = {term for term in terms(expression.fact) if term.isdigit()}
    if not numbers <= frozenset(terms(text)):
        return False
    return says(text, expression.fact) or share_said(text, expression.fact) > _FITS


def _of(scene: Scene, noun: str) -> Iterator[Learnt]:
    everybody = (*(one.learnt for one in scene.known), *scene.absent)
    return (one for one in everybody if one.document.noun == noun)


def _rivals(scene: Scene, noun: str) -> str:
    """What it takes to find the entry: its noun alone, or more."""
    alike = sum(one.learnt.document.noun == noun for one in scene.known)
    return "same_noun" if alike > 1 else "noun_decides"


def _record(scene: Scene, name: str, asked: Asked, cites: bool) -> Record:
    answer = asked.answer
    if cites and asked.task is not Task.RCID:
        answer = " ".join([answer, *(f"[{k}]" for k in asked.about)])
    return Record(
        id=name,
        image=scene.image,
        size=scene.size,
        regions=tuple(one.region for one in scene.known),
        task=asked.task,
        citations=cites,
        question=asked.question,
        answer=answer,
        about=asked.about,
        fact=asked.fact,
        kind=asked.kind,
    )
