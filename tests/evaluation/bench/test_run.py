"""Running a bench: resumed, failures apart, answers read tolerantly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.bench.bench import Bench
from evaluation.bench.example import Example, Kept
from evaluation.bench.matching import GoldMatcher, known_entities
from evaluation.bench.run import Plan, keys_of, run_bench
from evaluation.bench.scoring import Verdict, scores_of, verdict_of
from evaluation.bench.setting import Ask, Setting
from evaluation.bench.text_search import MOST_TEXTS, TextSearch
from gallery.entity import Entity, EntityKind
from generation.generator import Choice, Draft, Finish, GenerationError, Generator
from generation.request import Request
from tests.evaluation.bench.handmade import Changed, handmade


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return handmade(tmp_path / "bench")


def plan(bench: Bench, generator: Generator, ask: Ask = Ask.CHOOSE, *, batch: int = 3) -> Plan:
    return Plan(Setting.GOLD, generator, GoldMatcher(bench), ask=ask, batch=batch)


class Failing(Changed):
    """Fails for questions about the middle, until it is mended."""

    def __init__(self) -> None:
        super().__init__()
        self.mended = False

    def request(self, request: Request) -> Request:
        if "in the middle" in request.question.split("?")[0] and not self.mended:
            raise GenerationError("The server is away.")
        return request


@pytest.mark.parametrize("ask", list(Ask))
def test_a_failed_request_is_an_error_and_neither_right_nor_wrong(bench: Bench, ask: Ask) -> None:
    with Kept(bench.folder / "kept.jsonl") as kept:
        examples = run_bench(bench, plan(bench, Failing(), ask), kept)
    errors = [example for example in examples if example.error is not None]
    assert [(example.question, example.error) for example in errors] == [("q2", "The server is away.")]
    scores = scores_of(bench, examples)
    assert (scores.overall.errors, scores.overall.rate.total) == (1, 7)
    assert verdict_of(errors[0], bench.questions[1]) is Verdict.ERROR


def test_a_run_goes_on_where_it_was_and_asks_failed_questions_again(bench: Bench) -> None:
    generator = Failing()
    path = bench.folder / "kept.jsonl"
    with Kept(path) as kept:
        run_bench(bench, plan(bench, generator), kept)
    assert generator.asked == 8
    generator.mended = True
    told: list[int] = []
    with Kept(path) as kept:
        examples = run_bench(bench, plan(bench, generator), kept, told=told.append)
    assert generator.asked == 9  # the one that failed
    assert told == [7, 1]
    assert [example.question for example in examples] == [question.id for question in bench.questions]
    assert scores_of(bench, examples).overall.rate.value == 1.0


def test_a_run_that_was_killed_while_it_wrote_loses_one_line_at_most(bench: Bench) -> None:
    path = bench.folder / "kept.jsonl"
    with Kept(path) as kept:
        run_bench(bench, plan(bench, Changed()), kept)
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[: len(whole) // 2], encoding="utf-8")  # in the middle of a line
    generator = Changed()
    with Kept(path) as kept:
        before = len(kept.answered)
        assert 2 <= before <= 4
        run_bench(bench, plan(bench, generator), kept)
    assert generator.asked == 8 - before
    with Kept(path) as kept:
        assert len(kept.answered) == 8


def test_answers_are_kept_for_what_they_depend_on(bench: Bench) -> None:
    first = keys_of(bench, plan(bench, Changed()))
    assert first == keys_of(bench, plan(bench, Changed()))
    assert len(set(first.values())) == len(bench.questions)
    other = replace(plan(bench, Changed()), settings={"temperature": "0.5"})
    assert not set(first.values()) & set(keys_of(bench, other).values())
    worded = replace(bench, questions=(replace(bench.questions[0], text="Who?"), *bench.questions[1:]))
    changed = keys_of(worded, plan(bench, Changed()))
    assert [name for name in first if first[name] != changed[name]] == ["q1"]
    photo = replace(bench, hashes={**bench.hashes, "photos/p2.png": "another"})
    changed = keys_of(photo, plan(bench, Changed()))
    assert [name for name in first if first[name] != changed[name]] == ["q6", "q7", "q8"]


def test_who_stands_where_decides_what_is_asked_again(bench: Bench) -> None:
    path = bench.folder / "kept.jsonl"
    with Kept(path) as kept:
        assert scores_of(bench, run_bench(bench, plan(bench, Changed()), kept)).overall.rate.hits == 8
    told = bench.photos["p1"]
    people = [region.entity for region in reversed(told.regions)]
    regions = tuple(replace(one, entity=who) for one, who in zip(told.regions, people, strict=True))
    turned = replace(bench, photos={**bench.photos, "p1": replace(told, regions=regions)})
    generator = Changed()
    with Kept(path) as kept:
        scores = scores_of(turned, run_bench(turned, plan(turned, generator), kept))
    assert generator.asked == 5  # all about the first photo, and none about the other
    assert scores.overall.rate.hits < 8


class Writing(Changed):
    """Writes what it is told to, one answer a question."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self.answers = iter(answers)
        self.batches: list[int] = []

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        self.batches.append(len(requests))
        return [Draft(next(self.answers), Finish.END, request.question) for request in requests]


def test_written_answers_are_read_tolerantly(bench: Bench) -> None:
    writing = Writing(
        "A",  # right
        "The answer is **B** [2].",
        "The person in the middle",
        "Cannot be answered. The description does not mention it.",
        "Either A or B, hard to say",
        "(a) Lyon, Texas [2]",
        "b",
        "?",
    )
    with Kept(bench.folder / "kept.jsonl") as kept:
        examples = run_bench(bench, plan(bench, writing, Ask.WRITE), kept)
    assert writing.batches == [3, 3, 2]
    assert [example.picked for example in examples] == [0, 1, 2, 3, None, 0, 1, None]
    assert [example.cited for example in examples] == [None, ("Bob",), None, None, None, ("Ada",), None, None]
    verdicts = [verdict_of(e, q) for e, q in zip(examples, bench.questions, strict=True)]
    assert verdicts[4] is verdicts[7] is Verdict.NO_OPTION
    assert examples[0].sent == (
        "Where was the person on the far left born? A. Lyon, Texas B. Mobile, Alabama C. Reno, Nevada "
        "D. There is not enough information to answer the question "
        "Answer with the letter of the right option only."
    )


def test_an_answer_that_chose_nothing_and_refuses_means_the_option_that_says_so(bench: Bench) -> None:
    class Silent(Changed):
        def choice(self, choice: Choice) -> Choice:
            return Choice(None, "The gallery does not say this about Ada.")

    with Kept(bench.folder / "kept.jsonl") as kept:
        examples = run_bench(bench, plan(bench, Silent()), kept)
    assert [e.picked for e in examples] == [question.abstain for question in bench.questions]


def test_a_photo_that_is_gone_is_an_error_of_its_questions(bench: Bench) -> None:
    (bench.folder / "photos/p2.png").write_bytes(b"no photo")
    with Kept(bench.folder / "kept.jsonl") as kept:
        examples = run_bench(bench, plan(bench, Changed()), kept)
    assert [example.error is not None for example in examples] == [False] * 5 + [True] * 3


def test_texts_are_searched_by_the_question_and_stand_everywhere(bench: Bench) -> None:
    many = [
        Entity(n, EntityKind.PERSON, "person", f"Person {n}", f"a potter from Town{n}", "test")
        for n in range(1, 40)
    ]
    best = TextSearch(many).best("Who comes from Town17?")
    assert best[0].id == 17
    assert len(best) == MOST_TEXTS
    assert TextSearch(known_entities(bench)).best("") == known_entities(bench)
    search = TextSearch(known_entities(bench))
    with Kept(bench.folder / "kept.jsonl") as kept:
        told = run_bench(bench, Plan(Setting.TEXT, Changed(), search=search), kept)
    assert scores_of(bench, told).recognition is None
    assert all(isinstance(example, Example) and not example.seen for example in told)


def test_a_photo_in_which_nobody_was_found_counts_as_people_not_named(bench: Bench) -> None:
    with Kept(bench.folder / "kept.jsonl") as kept:
        examples = run_bench(bench, plan(bench, Changed()), kept)
    on_second = {question.id for question in bench.questions if question.photo == "p2"}
    blind = [replace(one, seen=()) if one.question in on_second else one for one in examples]
    recognition = scores_of(bench, blind).recognition
    assert recognition is not None and recognition.named.value == 2 / 4
