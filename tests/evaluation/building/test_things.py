"""Benches of things with stories, built from real photos of toys and other things."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from evaluation.bench.bench import Bench, QuestionType
from evaluation.bench.example import Kept
from evaluation.bench.files import read_bench
from evaluation.bench.matching import GoldMatcher
from evaluation.bench.run import Plan, run_bench
from evaluation.bench.scoring import Verdict, verdict_of
from evaluation.bench.setting import Setting
from evaluation.building.build import Recipe, build_bench
from evaluation.building.stories import story_of
from evaluation.building.subjects import subjects_of, with_stories
from evaluation.building.things import THINGS, facts_of, silent_topics
from evaluation.building.topic import Topic
from gallery.entity import EntityKind, NewEntity
from generation.extractive.reader import Reader
from ingest.sources.row import Labelled
from tests.conftest import ASSETS, need

STORY = (
    "A glass bear; belongs to Mara Lind, a baker; bought in Lyon in May 1986 for 12 francs; "
    "kept on the piano; lost for a year; repaired in 2003."
)


def _entity(name: str) -> NewEntity:
    return NewEntity(name, EntityKind.THING, label=name)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = need(ASSETS / "data/objects")
    rows = [
        Labelled(
            path.name, NewEntity(thing.name, EntityKind.THING, label=thing.name), None, True, path.read_bytes
        )
        for thing in sorted(folder.iterdir())
        if thing.is_dir()
        for path in sorted(thing.glob("*.jpg"))[:4]
    ]
    things = with_stories(subjects_of(rows, EntityKind.THING), seed=1)
    out = tmp_path_factory.mktemp("built") / "bench"
    build_bench(things, None, out, Recipe(48, seed=2, lore=THINGS, references=2))
    return read_bench(out)


def test_a_story_tells_what_the_pattern_says() -> None:
    facts = {topic.value: fact.value for topic, fact in facts_of(STORY).items()}
    assert facts == {
        "owner": "Mara Lind",
        "profession of the owner": "a baker",
        "place of purchase": "Lyon",
        "year of purchase": "1986",
        "price": "12 francs",
        "where it is kept": "on the piano",
        "year of the repair": "2003",
    }
    assert silent_topics(STORY) == {Topic.MAKER, Topic.WEIGHT}
    assert Topic.REPAIRED not in facts_of(f"{STORY[:-1]}; repaired in 2010")  # told twice: left out
    assert Topic.PRICE in silent_topics("belongs to Mara Lind, a baker")
    assert Topic.PRICE not in silent_topics("a gift of Mara Lind")


def test_invented_stories_tell_all_that_they_seem_to() -> None:
    for seed in range(40):
        story = story_of("bear", random.Random(seed))
        assert {Topic.OWNER, Topic.PROFESSION, Topic.BOUGHT_IN, Topic.BOUGHT} <= facts_of(story).keys()
        assert not silent_topics(story) & facts_of(story).keys()


def test_a_bench_of_things_has_the_published_form(bench: Bench) -> None:
    assert {question.type for question in bench.questions} == set(QuestionType)
    assert {entity.kind for entity in bench.entities.values()} == {EntityKind.THING}
    assert any("the object in the" in question.text for question in bench.questions)
    assert all("person" not in question.text for question in bench.questions)
    for told in bench.photos.values():
        assert all(region.box.clipped(told.size) == region.box for region in told.regions)


def test_the_photo_that_is_shown_is_no_reference(bench: Bench) -> None:
    assert {len(entity.references) for entity in bench.entities.values()} == {2}
    last = {
        hashlib.sha256(path.read_bytes()).hexdigest() for path in (ASSETS / "data/objects").glob("*/03.jpg")
    }
    assert last and not last & set(bench.hashes.values())


def test_what_is_compared_is_true_of_one_thing_alone(bench: Bench) -> None:
    compared = [question for question in bench.questions if question.topic == Topic.EARLIEST.value]
    assert compared
    for question in compared:
        before = int(question.text.partition("before ")[2][:4])
        here = [region.entity for region in bench.regions_of(question) if region.entity is not None]
        years = {one: int(facts_of(bench.entities[one].biography)[Topic.BOUGHT].value) for one in here}
        assert [one for one, year in years.items() if year < before] == [question.about]


def test_the_reader_finds_places_among_things_and_picks_nothing_wrong(bench: Bench, tmp_path: Path) -> None:
    with Kept(tmp_path / "examples.jsonl") as kept:
        examples = run_bench(bench, Plan(Setting.GOLD, Reader(), GoldMatcher(bench)), kept)
    verdicts = [verdict_of(example, q) for example, q in zip(examples, bench.questions, strict=True)]
    assert Verdict.WRONG not in verdicts
    pointing = [
        verdict
        for verdict, question in zip(verdicts, bench.questions, strict=True)
        if question.refers == "by fact, place asked" and question.topic != Topic.EARLIEST.value
    ]
    assert pointing.count(Verdict.RIGHT) > 0.9 * len(pointing) > 4
