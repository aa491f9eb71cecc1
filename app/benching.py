"""The commands that build benches and run them."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.generators import choose_generator, open_generator
from app.settings import GeneratorKind, Settings
from app.things import things_by_hand
from app.wiring import choose_faces, load_faces, open_recogniser
from evaluation.bench.bench import Bench
from evaluation.bench.example import Kept
from evaluation.bench.files import read_bench
from evaluation.bench.matching import (
    ChainMatcher,
    GoldMatcher,
    Matcher,
    RetrievedMatcher,
    enrol,
    known_entities,
)
from evaluation.bench.report import report_of
from evaluation.bench.run import Plan, run_bench
from evaluation.bench.scoring import Scores, scores_of
from evaluation.bench.setting import Ask, Setting
from evaluation.bench.text_search import TextSearch
from evaluation.building.build import Recipe, build_bench
from evaluation.building.lore import Lore
from evaluation.building.people import PEOPLE
from evaluation.building.subjects import (
    Half,
    Subject,
    halved,
    readable,
    subjects_in,
    subjects_of,
    with_stories,
    with_texts,
)
from evaluation.building.things import THINGS
from evaluation.provenance import Provenance, code_digest
from gallery.entity import EntityKind
from gallery.gallery import Gallery
from generation.generator import Generator
from ingest.outcome import Status
from ingest.sources.columns import parse_columns
from ingest.sources.opening import open_source
from ingest.sources.source import SourceOptions
from retrieval.recogniser import Recogniser
from vision.errors import UserError

# The halves are the same whatever seed a bench is made with.
_HALVES_SEED = 7
_ANSWERING = (
    *("model", "revision", "dtype", "max_new_tokens", "temperature", "top_p", "seed", "cite", "strangers"),
    *("biography_tokens", "picture_min_tokens", "picture_max_tokens", "server_family"),
)
_LORES: dict[EntityKind, Lore] = {EntityKind.PERSON: PEOPLE, EntityKind.THING: THINGS}
# Settings in which nothing is told of the people in the photo, or told by photos.
_MODEL_ONLY = (Setting.CLOSED, Setting.REFERENCE)
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Order:
    """What `placard eval build-bench` was asked to do."""

    out: Path
    source: Path | None
    columns: str | None
    questions: int
    seed: int
    half: str
    kind: str = EntityKind.PERSON.value
    stories: bool = False  # things without a text get an invented one
    references: int = 1


@dataclass(frozen=True, slots=True)
class Run:
    """What `placard eval bench` was asked to do."""

    bench: Path
    setting: str
    ask: str
    out: Path | None
    limit: int | None
    fresh: bool = False


def build(settings: Settings, order: Order) -> None:
    """Build a bench and say what it holds."""
    half, kind = word(Half, order.half, "--half"), word(EntityKind, order.kind, "--kind")
    lore = _LORES[kind]
    if order.stories and kind is EntityKind.PERSON:
        raise UserError(
            "--stories are about things, and people need biographies; give --kind thing, or leave it out."
        )
    with ExitStack() as stack:
        gallery = stack.enter_context(Gallery.open(settings.gallery_url))
        # Halved before anything else is left out, so that the halves stay the same.
        subjects = readable(halved(_subjects(order, kind, gallery, stack), half, seed=_HALVES_SEED))
        with_faces = kind is EntityKind.PERSON
        faces = load_faces(settings, choose_faces(settings, gallery)) if with_faces else None
        made = provenance(order.seed, "", {"half": order.half, kind.several: str(len(subjects))})
        if with_faces and subjects:
            print(f"Looking at {len(subjects)} portraits before the first question.", file=sys.stderr)
        told = stack.enter_context(progress("questions", order.questions))
        recipe = Recipe(
            order.questions, seed=order.seed, name=order.out.name, lore=lore, references=order.references
        )
        bench = build_bench(subjects, faces, order.out, recipe, made=made.facts(), told=told)
    kinds = Counter(question.type.value for question in bench.questions)
    print(f"Wrote {order.out}: {len(bench.questions)} questions about {len(bench.photos)} photos.")
    print(", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))


def run(settings: Settings, asked: Run) -> None:
    """Run a bench and write the report."""
    setting, ask = word(Setting, asked.setting, "--setting"), word(Ask, asked.ask, "--ask")
    bench = read_bench(asked.bench)
    if asked.limit is not None:
        bench = replace(bench, questions=bench.questions[: asked.limit])
    generator = _generator_for(settings, bench, setting)
    out = asked.out or asked.bench / "runs" / f"{setting}-{ask}-{generator.name}"
    with ExitStack() as stack:
        matcher, told_faces = _matcher(settings, bench, setting, out, stack)
        search = TextSearch(known_entities(bench)) if setting is Setting.TEXT else None
        depends = {**answer_settings(settings), **told_faces}
        plan = Plan(setting, generator, matcher, search, ask, settings.person_box, depends)
        ask_all(bench, plan, out, fresh=asked.fresh)


def ask_all(bench: Bench, plan: Plan, out: Path, *, fresh: bool) -> None:
    """Ask what has no answer in a folder yet, write the report there and print the figures."""
    if fresh:
        (out / "examples.jsonl").unlink(missing_ok=True)
    with Kept(out / "examples.jsonl") as kept, progress("questions", len(bench.questions)) as told:
        examples = run_bench(bench, plan, kept, told=told)
    scores = scores_of(bench, examples)
    made = provenance(0, bench.data_hash, {key: str(value) for key, value in plan.fingerprint.items()})
    title = f"{bench.name}: {plan.setting}, {plan.generator.name}"
    page = report_of(bench, examples, scores, made, title=title).write(out)
    print("\n".join(_lines(scores)))
    print(f"Report: {page}")


def opened_generator(settings: Settings) -> Generator:
    """The generator that answers, its choice told."""
    choice = choose_generator(settings)
    print(f"Generator: {choice}", file=sys.stderr)
    return open_generator(settings, choice)


def _generator_for(settings: Settings, bench: Bench, setting: Setting) -> Generator:
    """The generator of a run; raise `UserError` for one that cannot do what the setting wants."""
    if choose_generator(settings).kind is GeneratorKind.READER and setting in _MODEL_ONLY:
        why = "reads texts only" if setting is Setting.CLOSED else "does not look at photos"
        raise UserError(f"--setting {setting} needs a model, but the reader {why}; give --model or --server.")
    generator = opened_generator(settings)
    if setting is Setting.REFERENCE:
        from evaluation.bench.reference_prompt import ReferencePrompter
        from generation.local.generator import LocalGenerator
        from generation.server.chat import ChatGenerator

        if isinstance(generator, LocalGenerator | ChatGenerator):
            return generator.prompted(lambda prompter: ReferencePrompter.of(prompter, bench))
    return generator


def answer_settings(settings: Settings) -> dict[str, object]:
    """What changes the answers of a generator: settings, and the program itself."""
    return {**{name: str(getattr(settings, name)) for name in _ANSWERING}, "code": code_digest()}


def matching_settings(settings: Settings, recogniser: Recogniser) -> dict[str, object]:
    """What changes whom a recogniser names in a photo, its gallery aside."""
    return {
        "spaces": sorted(recogniser.spaces),
        "rules": str(recogniser.rules),
        "thing rules": str(things_by_hand(settings)),
    }


def word(vocabulary: type[_Word], text: str, option: str) -> _Word:
    """The word of an option; raise `UserError` for one that it does not have."""
    if text not in list(vocabulary):
        raise UserError(f"{option} is '{text}'; expected one of {', '.join(vocabulary)}.")
    return vocabulary(text)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that is told how many more are done."""
    columns = TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total)
        yield lambda more: bar.advance(task, more)


def _subjects(order: Order, kind: EntityKind, gallery: Gallery, stack: ExitStack) -> list[Subject]:
    """Those of whom something is told."""
    if order.source is None:
        found = list(subjects_in(gallery, kind))
    else:
        columns = parse_columns(order.columns) if order.columns else None
        source = stack.enter_context(open_source(order.source, SourceOptions(columns=columns)))
        found = subjects_of(source.rows(), kind)
    return with_texts(with_stories(found, seed=order.seed) if order.stories else found)


def _matcher(
    settings: Settings, bench: Bench, setting: Setting, out: Path, stack: ExitStack
) -> tuple[Matcher | None, dict[str, object]]:
    """Who says who is in a photo, and what that depends on."""
    if setting in (Setting.GOLD, Setting.REFERENCE):
        return GoldMatcher(bench), {}
    if not setting.recognises:
        return None, {}
    recogniser = _recogniser(settings, bench, out, stack)
    retrieved = setting is Setting.RETRIEVED
    matcher = RetrievedMatcher(recogniser, bench) if retrieved else ChainMatcher(recogniser)
    return matcher, matching_settings(settings, recogniser)


def _recogniser(settings: Settings, bench: Bench, out: Path, stack: ExitStack) -> Recogniser:
    """A recogniser for the people of a bench, in a gallery beside the report."""
    key = hashlib.sha256(f"{bench.data_hash} {settings.faces}".encode()).hexdigest()[:12]
    out.mkdir(parents=True, exist_ok=True)
    gallery = stack.enter_context(Gallery.open(f"sqlite:///{out / f'gallery-{key}.db'}"))
    has_things = any(entity.kind is EntityKind.THING for entity in bench.entities.values())
    recogniser, _ = open_recogniser(settings, gallery, things=has_things)
    references = sum(len(entity.references) for entity in bench.entities.values())
    refused: Counter[str] = Counter()
    with progress("references", references) as told:
        for outcome in enrol(bench, gallery, recogniser.faces, things=recogniser.things):
            told(1)
            if outcome.status is Status.SKIPPED:
                refused[str(outcome.reason)] += 1
    for reason, count in sorted(refused.items()):
        print(f"{count} of {references} references were not enrolled: {reason}", file=sys.stderr)
    return recogniser


def _lines(scores: Scores) -> list[str]:
    rows = [scores.overall, *scores.by_type]
    lines = [f"{row.title:<20} {row.rate}, chance {100 * row.chance:.1f} %" for row in rows]
    if scores.overall.errors:
        lines.append(f"{scores.overall.errors} requests failed; the same command tries them again.")
    return lines


def provenance(seed: int, data: str, more: dict[str, str]) -> Provenance:
    return Provenance.now(["placard", *sys.argv[1:]], seed=seed, data=data, settings=more)
