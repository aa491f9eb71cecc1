"""The nano that comes with Placard, a real model, on drawn scenes that it has not learnt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.datasets import measure_model
from generation.local.finding import NANO, find_model
from training.dataset.folder import Split
from training.drawn.drawing import draw
from training.drawn.stages import Stage, difficulty
from training.drawn.world import World

RECORDS = 400


def held_out(folder: Path, stage: Stage, scenes: int) -> Path:
    """Scenes of a seed of their own, with names, facts and looks that are not learnt."""
    draw(World(difficulty(stage), seed=77, side=112, wording=Split.TRAIN), folder, {Split.TEST: scenes})
    return folder


def shares(folder: Path, capsys: pytest.CaptureFixture[str], *, boxes: bool) -> dict[str, float]:
    """What share of each sort is right."""
    measure_model(
        folder, find_model(NANO, folder), ("test", RECORDS), boxes=boxes, picture=True, as_json=True
    )
    figures = json.loads(capsys.readouterr().out)
    return {
        name: one["hits"] / one["total"]
        for name, one in figures.items()
        if one.get("total") and "hits" in one
    }


def test_it_answers_scenes_and_those_that_look_alike_by_their_boxes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who knows nothing of boxes is right for half of those that look alike at most."""
    folder = held_out(tmp_path / "set", Stage.BIND, 42)
    right, blind = (shares(folder, capsys, boxes=boxes) for boxes in (True, False))
    assert right["kind v2c look_alike"] > 0.65
    assert blind["kind v2c look_alike"] < 0.35
    assert right["task v2c"] > 0.7
    assert right["task c2v"] > 0.8
    assert right["task unanswerable_v2c"] > 0.75
    assert right["kind unanswerable_c2v other_sort"] > 0.8
    assert right["kind unanswerable_c2v no_entry"] > 0.6  # it finds what entries say, and what none says
    assert right["refusal precision"] > 0.9
    assert right["refusal recall"] > 0.8
    assert right["citation recall"] > 0.85 > blind["citation recall"]


def test_it_sees_which_of_two_of_one_sort_stands_in_the_box_of_an_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who knows nothing of boxes can only tell what one of the two wears."""
    folder = held_out(tmp_path / "set", Stage.LINK, 25)
    right, blind = (shares(folder, capsys, boxes=boxes) for boxes in (True, False))
    assert right["kind c2v same_noun"] > 0.8 > 0.6 > blind["kind c2v same_noun"]
    assert right["kind practice trait_of_entry"] > 0.8
