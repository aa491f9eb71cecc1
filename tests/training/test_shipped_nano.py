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


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenes of a seed of their own, with names, facts and looks that are not learnt."""
    folder = tmp_path_factory.mktemp("held-out") / "set"
    draw(World(difficulty(Stage.BIND), seed=77, side=112, wording=Split.TRAIN), folder, {Split.TEST: 42})
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
    held_out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who knows nothing of boxes is right for half of those that look alike at most."""
    right, blind = (shares(held_out, capsys, boxes=boxes) for boxes in (True, False))
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
