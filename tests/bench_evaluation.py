"""Speed of the bench outside the models: part of `make bench`."""

from __future__ import annotations

import io
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from evaluation.bench.bench import Bench, BenchEntity, BenchPhoto, BenchQuestion, BenchRegion
from evaluation.bench.example import Kept
from evaluation.bench.files import read_bench, write_bench
from evaluation.bench.matching import GoldMatcher
from evaluation.bench.run import Plan, run_bench
from evaluation.bench.scoring import scores_of
from evaluation.bench.setting import Setting
from evaluation.building.asking import Asker, Known, Standing, questions_about
from evaluation.building.build import _TYPES
from evaluation.building.people import PEOPLE
from evaluation.building.subjects import Subject
from evaluation.identification.looking import Looked
from evaluation.identification.run import Protocol, identify
from evaluation.identification.seen import Seen, SeenPhotos
from evaluation.rcid.corruptions import described, faithful
from evaluation.rcid.judge import WordJudge
from evaluation.rcid.score import rcid_score
from gallery.entity import EntityKind, NewEntity
from generation.choosing import chosen, with_options
from generation.context import Context
from generation.extractive.reader import Reader
from generation.generator import Choice, Draft, Stream
from generation.message import as_sent
from generation.prompter import Prompter
from generation.request import Request
from ingest.sources.row import Labelled
from retrieval.rules import MatchRules
from tests.fakes import GOOD, ColourFaces
from vision.box import Box
from vision.photo import Photo
from vision.region import Region, RegionKind, unit

PHOTOS, STANDING, SIZE = 40, 4, (1240, 480)
FACES = 100  # people with two photos each
BIOGRAPHY = (
    "X, {name}, a Representative from Ohio; born in Town{n}, Miami County, Ohio, June {d}, 19{y}; B.A., Yale "
    "University, New Haven, Conn., 19{z}; J.D., Duke University, Durham, N.C., 19{w}; lawyer, private "
    "practice; member of the Ohio state senate, 20{a}-20{b}; elected as a Democrat to the One Hundred "
    "Sixteenth Congress (January 3, 2019-present)"
)
COLOURS = ("red", "blue", "green", "black")


class Faces(ColourFaces):
    """A model whose space has as many dimensions as a real one."""

    dimension = 128


class Instant:
    """A model that takes no time: it gets its whole prompt and names the first option."""

    name = "instant"
    note = "No model."

    def __init__(self) -> None:
        self._prompter = Prompter()

    def stream(self, request: Request) -> Stream:
        return Reader().stream(request)

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        return [self.stream(request).finished() for request in requests]

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        messages = with_options(self._prompter.messages(request), options)
        return Choice(chosen("The answer is A.", options), "The answer is A.", as_sent(messages))


def main() -> None:
    """Print every figure as a line of a table."""
    print("| what | measured | baseline | ratio |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for line in _lines(_bench(Path(folder))):
            print(line, flush=True)


def _lines(bench: Bench) -> Iterator[str]:
    count = len(bench.questions)
    runs = [
        (_timed(partial(_run, bench, f"instant{n}", Instant())), _timed(partial(_prompts, bench)))
        for n in range(3)
    ]
    ours, bare = (min(run[side] for run in runs) for side in (0, 1))
    yield (
        f"| {count} questions of a bench asked, kept and scored, models aside: {count / ours:.0f} a second, "
        f"against their bare prompts | {ours:.2f} s | {bare:.2f} s | {ours / bare:.2f} |"
    )
    again = _timed(partial(_run, bench, "instant0", Instant()))
    yield f"| the same again, all of them kept: {count / again:.0f} a second | {again:.2f} s | | |"
    reader = _timed(partial(_run, bench, "reader", Reader()))
    yield f"| answered by the reader: {count / reader:.0f} a second | {reader:.2f} s | | |"
    yield _identification()
    contexts = _contexts(bench)
    pairs = [(described(faithful(context)), context) for context in contexts]
    score_ms = 1000 * _timed(partial(_score, pairs)) / len(pairs)
    yield f"| RCIDScore of a description of {STANDING} people, by words | {score_ms:.1f} ms | | |"


def _identification() -> str:
    """Folds of invented people whose photos were looked at: what enrolling and matching cost."""
    chance = np.random.default_rng(1)
    memory, looked = SeenPhotos("speed"), []
    for number in range(2 * FACES):
        data = io.BytesIO()
        Image.fromarray(chance.integers(0, 255, (64, 64, 3), dtype=np.uint8)).save(data, "JPEG")
        photo = Photo.open(data.getvalue())
        vector = unit(chance.normal(size=128))
        face = Region(Box(4, 4, 60, 60), RegionKind.FACE, 0.9, vector, Faces.space, GOOD)
        memory.add(Seen(photo.sha256, photo.size, (face,)))
        entity = NewEntity(f"P{number // 2}", label=f"P{number // 2}")
        row = Labelled(f"{number}", entity, None, True, data.getvalue)
        looked.append(Looked(row, memory.of(photo.sha256)))
    protocol = Protocol(folds=4, references=1)
    run = partial(identify, looked, Faces(), memory, MatchRules(0.6, 0.1, 0.05), protocol)
    ours, bare = _timed(run), 4 * _timed(partial(_compared, looked))
    tried = 4 * FACES
    return (
        f"| identification: {FACES} people enrolled and tried in 4 folds, in every way that is reported, the "
        f"face model aside: {tried / ours:.0f} photos a second, against opening and comparing them once a "
        f"fold | {ours:.2f} s | {bare:.2f} s | {ours / bare:.2f} |"
    )


def _compared(looked: Sequence[Looked]) -> None:
    """Open what is enrolled, and compare every photo with all of it."""
    for one in looked[::2]:
        Photo.open(one.row.read())
    vectors = np.array([one.seen.regions[0].embedding for one in looked])
    np.partition(vectors @ vectors[::2].T, (-2, -1), axis=1)


def _score(pairs: Sequence[tuple[str, Context]]) -> None:
    for text, context in pairs:
        rcid_score(text, context, WordJudge())


def _run(bench: Bench, name: str, generator: Instant | Reader) -> None:
    with Kept(bench.folder / f"{name}.jsonl") as kept:
        scores_of(bench, run_bench(bench, Plan(Setting.GOLD, generator, GoldMatcher(bench)), kept))


def _prompts(bench: Bench) -> None:
    prompter, matcher = Prompter(), GoldMatcher(bench)
    for told in bench.photos.values():
        photo = Photo.open(bench.folder / told.file)
        context = Context.of(photo, matcher.matches(photo, told))
        for question in bench.questions:
            if question.photo == told.id:
                with_options(prompter.messages(Request(photo, context, question.text)), question.options)


def _contexts(bench: Bench) -> list[Context]:
    matcher, found = GoldMatcher(bench), []
    for told in bench.photos.values():
        photo = Photo.open(bench.folder / told.file)
        found.append(Context.of(photo, matcher.matches(photo, told)))
    return found


def _bench(folder: Path) -> Bench:
    """A bench of invented people on photos of noise."""
    chance = random.Random(1)
    (folder / "photos").mkdir()
    people = [Known.of(_person(n, chance), PEOPLE) for n in range(PHOTOS)]
    asker = Asker(people, PEOPLE, chance)
    photos: list[BenchPhoto] = []
    questions: list[BenchQuestion] = []
    for number in range(PHOTOS):
        group = chance.sample(people, STANDING)
        file = f"photos/{number}.jpg"
        pixels = np.random.default_rng(number).integers(0, 255, (60, 155, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize(SIZE).save(folder / file)
        regions = [
            BenchRegion(Box(300 * i + 80, 100, 300 * i + 180, 220), g.subject.id) for i, g in enumerate(group)
        ]
        photos.append(BenchPhoto(f"p{number}", file, SIZE, tuple(regions)))
        standing = Standing(f"p{number}", tuple(group), COLOURS)
        questions += questions_about(asker, standing, _TYPES)
    entities = [
        BenchEntity(
            k.subject.id, EntityKind.PERSON, "", k.subject.name, k.subject.biography, (photos[0].file,)
        )
        for k in people
    ]
    numbered = tuple(replace(question, id=f"q{n}") for n, question in enumerate(questions))
    bench = Bench(folder, "speed", {}, {e.id: e for e in entities}, {p.id: p for p in photos}, numbered)
    write_bench(bench)
    return read_bench(folder)


def _person(n: int, chance: random.Random) -> Subject:
    name = f"Ann{chr(97 + n % 26)} Bo{chr(97 + n // 26)}ck"
    values = {key: chance.randint(10, 99) for key in "yzwab"}
    return Subject(f"e{n}", name, "", BIOGRAPHY.format(name=name, n=n, d=chance.randint(1, 28), **values), ())


def _timed(work: Callable[[], object]) -> float:
    """Seconds of this process's own work: other programs on the machine do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
