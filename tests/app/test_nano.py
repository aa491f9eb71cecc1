"""The model that comes with Placard answers by the same commands as any other, on a drawn scene."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.models import language_models
from app.settings import read_settings
from generation.local.finding import NANO, ModelNotFoundError, find_model
from tests.app.conftest import Run
from tests.app.test_chat import type_in
from training.dataset.folder import Split
from training.dataset.record import Record, Task
from training.drawn.drawing import draw
from training.drawn.stages import Stage, difficulty
from training.drawn.world import World


def test_it_is_found_by_its_name_and_listed_and_a_folder_of_that_name_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = find_model(NANO, tmp_path)
    assert sum(file.stat().st_size for file in shipped.iterdir()) < 30 * 10**6
    assert {"config.json", "model.safetensors", "README.md"} <= {file.name for file in shipped.iterdir()}
    listed = {model.name: model for model in language_models(read_settings())}
    assert listed[NANO].where == "on disk"
    with pytest.raises(
        ModelNotFoundError, match="nano comes with Placard and has no revisions; unset PLACARD_REVISION"
    ):
        find_model(NANO, tmp_path, "abc1234")
    (tmp_path / NANO).mkdir()
    (tmp_path / NANO / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert find_model(NANO, tmp_path) == tmp_path / NANO


def twins() -> tuple[bytes, tuple[Record, ...]]:
    """The picture of two that look alike, numbered from left to right, and a question about each."""
    world = World(difficulty(Stage.BIND), seed=78, side=112, wording=Split.TRAIN)
    for number in range(100):
        staged, records = world.scene(Split.TEST, number)
        alike = {one.about[0]: one for one in records if one.kind == "look_alike" and one.task is Task.V2C}
        lefts = [region.box.left for region in records[0].regions]
        if len(alike) == len(lefts) == 2 and lefts == sorted(lefts):
            return staged.scene.png(), (alike[1], alike[2])
    raise AssertionError("Expected a scene of two that look alike, each asked about")


@pytest.mark.parametrize("about", [0, 1])
def test_chat_tells_two_that_look_alike_apart_by_their_regions(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, about: int
) -> None:
    png, asked = twins()
    photo = tmp_path / "scene.png"
    photo.write_bytes(png)
    regions = []
    for region in asked[0].regions:
        box = ",".join(str(edge) for edge in region.box.as_list())
        regions += ["--region", f"{box}|{region.noun}|{region.text}"]
    type_in(monkeypatch, asked[about].question)
    result = run("chat", photo, *regions, "--generator", "local", "--model", NANO, "--json")
    assert result.code == 0, result.err
    said = json.loads(result.out)
    assert said["answer"] == asked[about].answer
    assert [one["k"] for one in said["citations"]] == list(asked[about].about)


def test_it_is_measured_by_its_name_and_one_that_is_not_there_is_one_line(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "set"
    draw(World(difficulty(Stage.BIND), seed=78, side=112, wording=Split.TRAIN), data, {Split.TEST: 2})
    result = run("dataset", "measure", data, "--model", NANO, "--records", 10, "--json")
    assert result.code == 0, result.err
    figures = json.loads(result.out)
    assert 1 <= sum(one["total"] for name, one in figures.items() if name.startswith("task ")) <= 10
    missing = run("dataset", "measure", data, "--model", "nobody")
    assert (missing.code, missing.out) == (1, "")
    assert "There is no folder nobody; expected that of a model, organisation/name, or nano." in missing.err


def test_help_names_every_stage_that_can_be_drawn(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert "|".join(Stage) in run("dataset", "draw", "--help").out
