"""The bench finds what is broken: a planted fault lowers the figure that it should, and no other."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.bench.bench import Bench, BenchQuestion
from evaluation.bench.example import Kept
from evaluation.bench.files import read_bench, write_bench
from evaluation.bench.matching import ChainMatcher, GoldMatcher, Matcher, RetrievedMatcher, enrol
from evaluation.bench.run import Plan, run_bench
from evaluation.bench.scoring import Scores, scores_of
from evaluation.bench.setting import Setting
from gallery.entity import EntityKind
from gallery.gallery import Gallery
from generation.context import Context
from generation.extractive.reader import Reader
from generation.generator import Choice, Generator
from generation.request import Request
from retrieval.match import Match
from retrieval.recogniser import Recogniser
from retrieval.rules import MatchRules
from retrieval.shelf import RuleChoice
from tests.evaluation.bench.handmade import Changed, handmade
from tests.fakes import ColourFaces, NoFaces, colour_things
from tests.ingest.test_things import BLUE, GREEN, RED, photo
from vision.box import Box
from vision.device import Device

RULES = MatchRules(threshold=0.9, margin=0.05, band=0.05)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return handmade(tmp_path / "bench")


def scored(bench: Bench, generator: Generator, matcher: Matcher, setting: Setting = Setting.GOLD) -> Scores:
    with Kept(bench.folder / f"{type(generator).__name__}-{type(matcher).__name__}.jsonl") as kept:
        return scores_of(bench, run_bench(bench, Plan(setting, generator, matcher), kept))


def values(scores: Scores) -> dict[str, float | None]:
    return {row.title: row.rate.value for row in scores.by_type}


def test_the_reader_with_gold_matches_is_right_throughout(bench: Bench) -> None:
    scores = scored(bench, Reader(), GoldMatcher(bench))
    assert values(scores) == {"v2c": 1.0, "c2v": 1.0, "unanswerable_v2c": 1.0, "unanswerable_c2v": 1.0}
    assert (scores.precision.value, scores.recall.value, scores.cited.value) == (1.0, 1.0, 1.0)
    assert scores.overall.chance == pytest.approx(0.25)


class OffByOne(Changed):
    """Cites the number behind the right one."""

    def choice(self, choice: Choice) -> Choice:
        return replace(choice, text=re.sub(r"\[(\d)\]", lambda mark: f"[{int(mark[1]) + 1}]", choice.text))


def test_citations_that_are_one_off_lower_what_is_cited_rightly_and_no_accuracy(bench: Bench) -> None:
    sound, broken = (scored(bench, one, GoldMatcher(bench)) for one in (Reader(), OffByOne()))
    assert (sound.cited.value, broken.cited.value) == (1.0, 0.0)
    assert values(broken) == values(sound)


class WithoutBoxes(Changed):
    """Thinks that everybody stands everywhere."""

    def request(self, request: Request) -> Request:
        context = request.context
        everywhere = Box(0, 0, *context.size)
        entries = tuple(replace(entry, box=everywhere) for entry in context.entries)
        return replace(request, context=Context(context.size, entries, ()))


def test_a_generator_that_ignores_boxes_loses_what_rests_on_places(bench: Bench) -> None:
    broken = values(scored(bench, WithoutBoxes(), GoldMatcher(bench)))
    assert broken["c2v"] == 0.0
    assert (broken["v2c"] or 0.0) < 1.0
    assert broken["unanswerable_c2v"] == 1.0  # nothing of it rests on a place


class Swapped(GoldMatcher):
    """Takes the known people of a photo for each other."""

    def matches(self, *arguments: object) -> list[Match]:
        found = super().matches(*arguments)  # type: ignore[arg-type]  # passed on as they are
        known = [match for match in found if match.entity is not None]
        turned = dict(zip(map(id, known), [*known[1:], *known[:1]], strict=True))
        return [
            replace(turned[id(match)], region=match.region) if id(match) in turned else match
            for match in found
        ]


def test_swapped_identities_lower_recognition_and_the_answers_that_rest_on_it(bench: Bench) -> None:
    sound, broken = (scored(bench, Reader(), matcher) for matcher in (GoldMatcher(bench), Swapped(bench)))
    assert sound.recognition is not None and broken.recognition is not None
    assert (sound.recognition.named.value, broken.recognition.named.value) == (1.0, 0.0)
    assert (sound.recognition.wrong.value, broken.recognition.wrong.value) == (0.0, 4 / 6)
    assert values(broken) == {"v2c": 0.0, "c2v": 0.0, "unanswerable_v2c": 1.0, "unanswerable_c2v": 1.0}


@pytest.mark.parametrize("setting", [Setting.RETRIEVED, Setting.CHAIN])
def test_the_recogniser_takes_part_where_the_setting_says_so(
    bench: Bench, lite: Gallery, setting: Setting
) -> None:
    faces = ColourFaces()
    enrolled = list(enrol(bench, lite, faces))
    assert len(enrolled) == 3
    recogniser = Recogniser(lite, faces, rules=RULES)
    matcher = (
        RetrievedMatcher(recogniser, bench) if setting is Setting.RETRIEVED else ChainMatcher(recogniser)
    )
    scores = scored(bench, Reader(), matcher, setting)
    assert scores.overall.rate.value == 1.0
    assert scores.cited.value == 1.0
    assert scores.recognition is not None
    assert (scores.recognition.named.value, scores.recognition.strangers.value) == (1.0, 0.0)


def test_strangers_who_are_named_show_and_cost_the_unanswerable(bench: Bench, lite: Gallery) -> None:
    faces = ColourFaces()
    assert len(list(enrol(bench, lite, faces))) == 3
    lax = Recogniser(lite, faces, rules=MatchRules(0.1, 0.0, 0.0, one_each=False))
    scores = scored(bench, Reader(), ChainMatcher(lax), Setting.CHAIN)
    assert scores.recognition is not None
    assert scores.recognition.strangers.value == 1.0
    assert values(scores)["unanswerable_v2c"] == 0.0


def test_the_published_form_asks_about_things_that_the_recogniser_tells_apart(
    tmp_path: Path, lite: Gallery
) -> None:
    people = handmade(tmp_path / "bench")
    for name, colour in {"Ada": RED, "Bob": GREEN, "Cleo": BLUE}.items():
        (people.folder / f"references/{name}.png").write_bytes(photo(colour))
    entities = [replace(one, kind=EntityKind.THING, noun="figurine") for one in people.entities.values()]
    questions = tuple(map(_about_figurines, people.questions))
    write_bench(replace(people, entities={one.id: one for one in entities}, questions=questions))
    bench, faces, things = read_bench(people.folder), NoFaces(), colour_things()
    assert {outcome.status.value for outcome in enrol(bench, lite, faces, things=things)} == {"added"}
    rules = RuleChoice(MatchRules(threshold=0.85, margin=0.02, band=0.1))
    recogniser = Recogniser(lite, faces, device=Device.CPU, things=things, thing_rules=rules)
    for matcher in (GoldMatcher(bench), RetrievedMatcher(recogniser, bench)):
        scores = scored(bench, Reader(), matcher)
        assert scores.overall.rate.value == 1.0
        assert scores.recognition is not None and scores.recognition.named.value == 1.0


def _about_figurines(question: BenchQuestion) -> BenchQuestion:
    options = tuple(option.replace("person", "figurine") for option in question.options)
    return replace(question, text=question.text.replace("person", "figurine"), options=options)
