"""Running a bench: every question through the product's own functions, resumable."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evaluation.bench.bench import Bench, BenchQuestion, content_hash
from evaluation.bench.example import Example, Kept, Seen
from evaluation.bench.files import entity_form, photo_form, question_form
from evaluation.bench.matching import Matcher
from evaluation.bench.setting import Ask, Setting
from evaluation.bench.text_search import TextSearch
from gallery.entity import Entity, EntityKind
from generation.checking.citations import marks_of
from generation.checking.refusals import is_refusal
from generation.choosing import CHOOSE, chosen
from generation.context import Context, PersonBox
from generation.conversation import answers
from generation.generator import Choice, Generator
from generation.request import Request
from retrieval.match import Match
from vision.errors import UserError
from vision.photo import Photo

BATCH = 16  # questions that are written in one go


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How a bench is run."""

    setting: Setting
    generator: Generator
    matcher: Matcher | None = None  # for the settings that have matches
    search: TextSearch | None = None  # for the setting `text`
    ask: Ask = Ask.CHOOSE
    person_box: PersonBox = PersonBox.GROWN
    settings: Mapping[str, object] = field(default_factory=dict)  # whatever else answers depend on
    batch: int = BATCH

    @property
    def fingerprint(self) -> dict[str, object]:
        """What all answers of the run depend on beside question, photo and gallery."""
        return {
            "setting": self.setting.value,
            "ask": self.ask.value,
            "generator": [self.generator.name, self.generator.note],
            "person_box": self.person_box.value,
            **self.settings,
        }


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A question ready to be asked."""

    question: BenchQuestion
    key: str
    request: Request
    seen: tuple[Seen, ...]
    names: Mapping[int, str]  # the bench's ids of the entries, by their ids in the gallery


def run_bench(
    bench: Bench, plan: Plan, kept: Kept, *, told: Callable[[int], None] = lambda _: None
) -> list[Example]:
    """One example for each question, in their order; those that `kept` has are not asked again.

    `told` hears how many questions more are done. A request that fails is an example with an error.
    """
    keys = keys_of(bench, plan)
    examples = {key: kept.answered[key] for key in keys.values() if key in kept.answered}
    told(len(examples))
    open_questions = [question for question in bench.questions if keys[question.id] not in examples]
    for batch in _batches(bench, plan, open_questions, keys):
        for example in batch:
            kept.add(example)
            examples[example.key] = example
        told(len(batch))
    return [examples[keys[question.id]] for question in bench.questions]


def keys_of(bench: Bench, plan: Plan) -> dict[str, str]:
    """For each question by id the hash of all that its answer depends on."""
    gallery = content_hash(
        [
            [entity_form(entity), [bench.hashes.get(file, "") for file in entity.references]]
            for entity in bench.entities.values()
        ]
    )
    shared = [gallery, plan.fingerprint]
    photos = {
        photo.id: [photo_form(photo), bench.hashes.get(photo.file, "")] for photo in bench.photos.values()
    }
    return {
        question.id: content_hash([*shared, question_form(question), photos[question.photo]])
        for question in bench.questions
    }


def _batches(
    bench: Bench, plan: Plan, questions: Sequence[BenchQuestion], keys: Mapping[str, str]
) -> Iterator[list[Example]]:
    """Examples as they come: one by one where options are chosen, else a batch at a time."""
    waiting: list[_Asked] = []
    for asked in _asked(bench, plan, questions, keys):
        if isinstance(asked, Example):
            yield [asked]
        elif plan.ask is Ask.CHOOSE:
            yield [_chosen(asked, plan.generator)]
        else:
            waiting.append(asked)
            if len(waiting) >= plan.batch:
                yield _written(waiting, plan.generator)
                waiting = []
    if waiting:
        yield _written(waiting, plan.generator)


def _asked(
    bench: Bench, plan: Plan, questions: Sequence[BenchQuestion], keys: Mapping[str, str]
) -> Iterator[_Asked | Example]:
    """Questions with their contexts; each photo is opened and looked at once."""
    by_photo: dict[str, list[BenchQuestion]] = {}
    for question in questions:
        by_photo.setdefault(question.photo, []).append(question)
    for photo_id, some in by_photo.items():
        told = bench.photos[photo_id]
        try:
            photo = Photo.open(bench.folder / told.file)
            matches = plan.matcher.matches(photo, told) if plan.matcher is not None else []
        except UserError as error:
            yield from (_failed(question, keys[question.id], (), str(error)) for question in some)
            continue
        seen = tuple(map(_seen, matches))
        known = [match.entity for match in matches if match.entity is not None]
        names = _names(plan.search.entities if plan.search is not None else known)
        for question in some:
            context = _context(plan, photo, matches, question, strange=bench.strange)
            text = question.text if plan.ask is Ask.CHOOSE else _lettered(question)
            yield _Asked(question, keys[question.id], Request(photo, context, text), seen, names)


def _context(
    plan: Plan, photo: Photo, matches: Sequence[Match], question: BenchQuestion, *, strange: EntityKind
) -> Context:
    if plan.search is not None:
        return plan.search.context(photo, question.text)
    context = Context.of(photo, matches, person_box=plan.person_box)
    if not plan.setting.gives_places:
        return context
    return replace(context, strangers=tuple(replace(one, kind=strange) for one in context.strangers))


def _lettered(question: BenchQuestion) -> str:
    """The question with its options on one line, as questions are told to models."""
    options = " ".join(
        f"{letter}. {option}"
        for letter, option in zip(string.ascii_uppercase, question.options, strict=False)
    )
    return f"{question.text} {options} {CHOOSE}"


def _chosen(asked: _Asked, generator: Generator) -> Example:
    try:
        choice = generator.choose(asked.request, asked.question.options)
    except UserError as error:
        return _failed(asked.question, asked.key, asked.seen, str(error))
    return _example(asked, choice)


def _written(batch: Sequence[_Asked], generator: Generator) -> list[Example]:
    """Answers to a batch; where one of it fails, each is tried alone, so that only that one is an error."""
    try:
        found = answers(generator, [asked.request for asked in batch])
    except UserError as error:
        if len(batch) == 1:
            return [_failed(batch[0].question, batch[0].key, batch[0].seen, str(error))]
        return [example for asked in batch for example in _written([asked], generator)]
    return [
        _example(asked, Choice(chosen(answer.text, asked.question.options), answer.text, answer.sent))
        for asked, answer in zip(batch, found, strict=True)
    ]


def _example(asked: _Asked, choice: Choice) -> Example:
    return Example(
        asked.key,
        asked.question.id,
        _picked(choice, asked.question),
        choice.text,
        choice.sent,
        _cited(choice.text, asked.request.context, asked.names),
        asked.seen,
    )


def _failed(question: BenchQuestion, key: str, seen: tuple[Seen, ...], error: str) -> Example:
    return Example(key, question.id, None, "", "", None, seen, error)


def _picked(choice: Choice, question: BenchQuestion) -> int | None:
    """The option that an answer means; whoever says that it cannot be answered means the one that says so."""
    if choice.index is None and is_refusal(choice.text):
        return question.abstain
    return choice.index


def _cited(text: str, context: Context, names: Mapping[int, str]) -> tuple[str, ...] | None:
    numbers = {number for mark in marks_of(text) for number in mark.numbers}
    if not numbers:
        return None
    by_number = {entry.k: names.get(entry.entity_id or 0, "?") for entry in context.entries}
    return tuple(by_number.get(number, f"[{number}]") for number in sorted(numbers))


def _names(entities: Sequence[Entity]) -> dict[int, str]:
    return {entity.id: entity.external_id or str(entity.id) for entity in entities}


def _seen(match: Match) -> Seen:
    entity = match.entity
    return Seen(
        tuple(match.region.box.as_list()),
        None if entity is None else entity.external_id or str(entity.id),
        match.decision.value,
        None if match.similarity is None else round(match.similarity, 4),
    )
