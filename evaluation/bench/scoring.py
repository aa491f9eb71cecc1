"""What the examples of a run say: accuracy, abstention, citations, recognition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaluation.bench.bench import Bench, BenchPhoto, BenchQuestion, QuestionType
from evaluation.bench.example import Example, Seen
from evaluation.bench.matching import SAME_PLACE
from evaluation.intervals import Rate, rate_by_group
from vision.box import Box


class Verdict(StrEnum):
    """What came of a question."""

    RIGHT = "right"
    WRONG = "wrong"
    ABSTAINED = "abstained"  # "not enough information", though there is
    NO_OPTION = "no option"  # the answer means none of the options
    ERROR = "error"  # the request failed: no answer, neither right nor wrong


@dataclass(frozen=True, slots=True)
class Row:
    """The accuracy of some questions; failed requests are left out and counted."""

    title: str
    rate: Rate
    chance: float  # the accuracy of guessing among these questions
    errors: int
    no_option: int
    abstained: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """Whom the context of the questions named, photo by photo."""

    named: Rate  # of the known people in the photos, those named rightly
    wrong: Rate  # of all people in the photos, those to whom another's name was given
    strangers: Rate  # of the strangers, those who got a name
    extra: int  # regions with a name where nobody stands


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one run."""

    overall: Row
    by_type: tuple[Row, ...]
    by_reference: tuple[Row, ...]  # how somebody is meant: by position, colour, name or fact
    by_topic: tuple[Row, ...]
    precision: Rate  # of the answers "not enough information", those that are right
    recall: Rate  # of the questions without an answer, those where that was said
    cited: Rate  # of the answers with a citation to questions about somebody, those that cite exactly them
    uncited: int  # answers to such questions without one
    recognition: Recognition | None  # None where nobody was to be recognised


def verdict_of(example: Example, question: BenchQuestion) -> Verdict:
    """What came of one question."""
    if example.error is not None:
        return Verdict.ERROR
    if example.picked is None:
        return Verdict.NO_OPTION
    if example.picked == question.answer:
        return Verdict.RIGHT
    return Verdict.ABSTAINED if example.picked == question.abstain else Verdict.WRONG


def scores_of(bench: Bench, examples: Sequence[Example], *, seed: int = 0) -> Scores:
    """The figures of a run; questions of one photo stand or fall together in the intervals."""
    pairs = list(zip(bench.questions, examples, strict=True))
    answered = [pair for pair in pairs if pair[1].error is None]
    said = [pair for pair in answered if pair[1].picked is not None and pair[1].picked == pair[0].abstain]
    without = [pair for pair in answered if not pair[0].type.answerable]
    about = [pair for pair in answered if pair[0].about is not None and pair[0].type.answerable]
    cited = [pair for pair in about if pair[1].cited is not None]
    return Scores(
        _row("all", pairs, seed),
        _rows(pairs, lambda question: question.type.value, list(QuestionType), seed),
        _rows(pairs, lambda question: question.refers, [], seed),
        _rows(pairs, lambda question: question.topic, [], seed),
        _rate(said, lambda question, _: not question.type.answerable, seed),
        _rate(without, lambda question, example: example.picked == question.abstain, seed),
        _rate(cited, lambda question, example: example.cited == (question.about,), seed),
        len(about) - len(cited),
        recognition_of(bench, examples, seed=seed),
    )


_Pair = tuple[BenchQuestion, Example]


def _rows(
    pairs: Sequence[_Pair], name: Callable[[BenchQuestion], str], order: Sequence[str], seed: int
) -> tuple[Row, ...]:
    present = {name(question) for question, _ in pairs}
    names = [one for one in order if one in present] or sorted(present)
    return tuple(_row(one, [pair for pair in pairs if name(pair[0]) == one], seed) for one in names)


def _row(title: str, pairs: Sequence[_Pair], seed: int) -> Row:
    verdicts = [verdict_of(example, question) for question, example in pairs]
    answered = [pair for pair in pairs if pair[1].error is None]
    chances = [1 / len(question.options) for question, _ in answered]
    return Row(
        title,
        _rate(answered, lambda question, example: example.picked == question.answer, seed),
        sum(chances) / len(chances) if chances else 0.0,
        verdicts.count(Verdict.ERROR),
        verdicts.count(Verdict.NO_OPTION),
        verdicts.count(Verdict.ABSTAINED),
    )


def _rate(pairs: Iterable[_Pair], hit: Callable[[BenchQuestion, Example], bool], seed: int) -> Rate:
    return rate_by_group(((question.photo, hit(question, example)) for question, example in pairs), seed=seed)


def recognition_of(bench: Bench, examples: Sequence[Example], *, seed: int = 0) -> Recognition | None:
    """Whom the contexts named, each photo once; None where no context had regions."""
    seen: dict[str, tuple[Seen, ...]] = {}
    for question, example in zip(bench.questions, examples, strict=True):
        if example.error is None:
            seen.setdefault(question.photo, example.seen)
    if not any(seen.values()):
        return None
    known, wrong, strangers, extra = [], [], [], 0
    for photo, regions in seen.items():
        told = bench.photos[photo]
        named = _named(told, regions)
        for place, region in enumerate(told.regions):
            name = named.get(place)
            wrong.append((photo, name is not None and name != region.entity))
            if region.entity is None:
                strangers.append((photo, name is not None))
            else:
                known.append((photo, name == region.entity))
        extra += sum(one.entity is not None for one in regions) - len(named)
    return Recognition(
        rate_by_group(known, seed=seed),
        rate_by_group(wrong, seed=seed),
        rate_by_group(strangers, seed=seed),
        extra,
    )


def _named(told: BenchPhoto, regions: Sequence[Seen]) -> Mapping[int, str]:
    """The names at the gold regions, by their place in the list."""
    named: dict[int, str] = {}
    for one in regions:
        if one.entity is None:
            continue
        shares = [(Box(*one.box).iou(region.box), place) for place, region in enumerate(told.regions)]
        best, place = max(shares, default=(0.0, 0))
        if best >= SAME_PLACE and place not in named:
            named[place] = one.entity
    return named
