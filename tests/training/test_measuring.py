"""Figures of answers: facts, citations and refusals counted by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.datasets import measure_model
from tests.training.records import every_task, record
from training.dataset.record import Task
from training.tuning.measuring import Measured, figures_of
from vision.errors import UserError

BY_ID = {one.id: one for one in every_task()}


def test_answers_that_are_the_records_own_are_all_right() -> None:
    figures = figures_of([Measured(one, one.answer) for one in every_task()])
    assert {rate.value for rate in figures.tasks.values()} == {1.0}
    assert set(figures.tasks) == {"c2v", "v2c", "unanswerable_c2v", "unanswerable_v2c"}
    assert (figures.citation_precision.hits, figures.citation_precision.total) == (3, 3)
    assert (figures.refusal_precision.value, figures.refusal_recall.value) == (1.0, 1.0)


def test_a_right_fact_with_the_wrong_citation_counts_as_both() -> None:
    figures = figures_of([Measured(BY_ID["v2c"], "The dog is 2 years old. [1]")])
    assert figures.tasks["v2c"].value == 1.0
    assert (figures.citation_precision.value, figures.citation_recall.value) == (0.0, 0.0)


def test_a_missing_citation_costs_recall_only() -> None:
    figures = figures_of([Measured(BY_ID["v2c"], "The dog is 2 years old.")])
    assert figures.citation_precision.value is None
    assert figures.citation_recall.value == 0.0


def test_one_citation_too_many_is_wrong() -> None:
    figures = figures_of([Measured(BY_ID["v2c"], "The dog is 2 years old. [2][1]")])
    assert figures.citation_precision.value == 0.0


def test_a_refusal_where_there_is_an_answer_costs_precision_and_an_invention_costs_recall() -> None:
    told = [
        Measured(BY_ID["v2c"], "Cannot be answered. The description does not say it."),
        Measured(BY_ID["u-c2v"], "The person is not in the image."),
        Measured(BY_ID["u-v2c"], "The dog eats apple cake. [2]"),
    ]
    figures = figures_of(told)
    assert (figures.refusal_precision.hits, figures.refusal_precision.total) == (1, 2)
    assert (figures.refusal_recall.hits, figures.refusal_recall.total) == (1, 2)
    assert figures.tasks["unanswerable_v2c"].value == 0.0


def test_descriptions_are_scored_beside_the_sets_own() -> None:
    told = record(
        "d", task=Task.RCID, question="Describe the image.", about=(1, 2), fact="",
        answer="John Smith is a 41-year-old marketing executive [1]. Bella is a 2-year-old dog [2].",
    )  # fmt: skip
    swapped = "John Smith is a 41-year-old marketing executive [2]. Bella is a 2-year-old dog [1]."
    right, wrong, silent = (
        figures_of([Measured(told, text)]).descriptions for text in (told.answer, swapped, "A beach.")
    )
    assert right is not None
    assert wrong is not None
    assert silent is not None
    assert right.mean == right.own > 0.9
    assert (wrong.mean, silent.mean, wrong.own) == (0.0, 0.0, right.own)
    plain = figures_of([Measured(BY_ID["rcid-plain"], "John and Bella."), Measured(BY_ID["v2c"], "2 years")])
    assert plain.descriptions is None
    form = figures_of(
        [Measured(told, told.answer), Measured(replace(told, image="b.png"), "A beach.")]
    ).form()
    assert form["RCIDScore"]["total"] == 2
    assert form["RCIDScore"]["mean"] == right.mean / 2


def test_kinds_are_told_apart_within_their_task() -> None:
    alike = record("twin", kind="look_alike")
    seen = record("c", task=Task.C2V, kind="look_alike", answer="Brown. [2]", fact="brown")
    figures = figures_of([Measured(alike, "2 years [2]"), Measured(seen, "Black. [2]")])
    assert {kind: rate.value for kind, rate in figures.kinds.items()} == {
        "c2v look_alike": 0.0,
        "v2c look_alike": 1.0,
    }
    assert figures.form()["kind v2c look_alike"] == {
        "hits": 1, "total": 1, "told": str(figures.kinds["v2c look_alike"])
    }  # fmt: skip


def test_a_model_is_measured_on_the_first_records_of_a_split(
    nano: Path, drawn: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_model(drawn, nano, ("test", 3), boxes=False, picture=True, as_json=True)
    figures = json.loads(capsys.readouterr().out)
    tasks = [one["total"] for name, one in figures.items() if name.startswith("task ")]
    assert 1 <= sum(tasks) <= 3  # a description has no one fact
    assert figures["citation recall"]["hits"] == 0  # it has learnt nothing
    with pytest.raises(UserError, match="Expected a split of train, validation, test, but got 'dev'"):
        measure_model(drawn, nano, ("dev", 3), boxes=True, picture=True, as_json=True)
