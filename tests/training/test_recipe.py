"""Recipes: read from files, changed by settings, and refused where they cannot be followed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.training import Tuning, recipe_of, run_training
from training.tuning.curve import Point, curve_svg, points_of
from training.tuning.recipe import Method, Part, Recipe, RecipeError, recipe_names
from vision.errors import UserError


def tuning(*changes: str, recipe: str = "nano", base: str | None = None) -> Tuning:
    """What the command asks for."""
    return Tuning(recipe, Path("data"), Path("out"), base, changes)


def test_ours_can_be_read_and_written_and_read_again(tmp_path: Path) -> None:
    assert recipe_names() == ["nano", "qwen2-vl-2b-full", "qwen2-vl-2b-lora", "qwen2-vl-7b-lora"]
    for name in recipe_names():
        recipe = Recipe.read(name)
        (tmp_path / f"{name}.toml").write_text(recipe.toml(), encoding="utf-8")
        assert Recipe.read(str(tmp_path / f"{name}.toml")) == recipe


def test_settings_on_the_command_line_go_before_the_file() -> None:
    asked = tuning("steps=7", "learning_rate=1", 'tuned=["vision"]', "method=lora", base="/models/mine")
    recipe = recipe_of(asked)
    assert (recipe.steps, recipe.learning_rate, recipe.base) == (7, 1.0, "/models/mine")
    assert (recipe.tuned, recipe.method) == ((Part.VISION,), Method.LORA)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("stepz=7", "no setting 'stepz'; known are base, vision_from, method"),
        ("steps", "Expected NAME=VALUE, but got 'steps'"),
        ("steps=0.5", "expected steps as int, but got 0.5"),
        ("batch=0", "Expected batch of at least 1, but got 0"),
        ("learning_rate=0", "Expected learning_rate above 0"),
        ("warmup=1", "Expected warmup from 0 to below 1"),
        ("method=qlora", "expected method of lora, full, but got 'qlora'"),
        ('tuned=["eyes"]', "expected tuned of vision, projector, language, but got 'eyes'"),
        ("tuned=[]", "Expected tuned as one or more of vision"),
        ("boxes=yes", "expected boxes as bool, but got 'yes'"),
        ("seed=[", "is not TOML"),
    ],
)
def test_a_setting_that_cannot_be_followed_is_one_line(change: str, told: str) -> None:
    with pytest.raises(RecipeError) as error:
        recipe_of(tuning(change))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_recipe_that_there_is_not_names_those_there_are() -> None:
    with pytest.raises(RecipeError, match=r"No recipe 'huge'; expected a .toml file or one of nano, qwen2"):
        recipe_of(tuning(recipe="huge"))


def test_a_run_is_not_started_over_another(tmp_path: Path) -> None:
    from app.settings import read_settings

    (tmp_path / "model").mkdir()
    asked = Tuning("nano", tmp_path, tmp_path, None)
    with pytest.raises(UserError, match="holds a run already; name another folder, or --resume goes on"):
        run_training(read_settings(), asked)


def test_a_dry_run_says_what_it_would_take_and_trains_nothing(
    nano: Path, drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.settings import read_settings

    changes = ("steps=3", "batch=2", "together=4")
    run_training(read_settings(), Tuning("nano", drawn, tmp_path / "out", str(nano), changes, dry_run=True))
    told = " ".join(capsys.readouterr().err.split())
    assert "3 steps of 2 sequences" in told
    assert "This needs about" in told
    taken = re.search(r"records and weights take ([0-9.]+) GiB of this machine's memory already", told)
    assert taken is not None
    assert 0.3 < float(taken[1]) < 8  # torch alone takes as much as that
    assert not (tmp_path / "out/model").exists()


def test_the_curve_goes_through_every_point_and_an_empty_one_is_a_frame() -> None:
    log = [{"step": 10.0, "loss": 4.0}, {"step": 10.0, "eval": 1.0}, {"step": 20.0, "loss": 2.0}]
    assert points_of(log) == [Point(10, 4.0), Point(20, 2.0)]
    drawn = curve_svg(points_of(log), "a run")
    assert 'points="380.0,125.9 704.0,202.9"' in drawn  # by powers of ten, from 1 to 10
    assert 'points=""' in curve_svg([], "a run")
    assert ">a &amp; b&lt;</text>" in curve_svg([], "a & b<")


def test_a_curve_has_a_line_for_each_power_of_ten_and_shows_small_losses_apart() -> None:
    drawn = curve_svg([Point(10, 6.0), Point(500, 0.2), Point(1000, 0.05)], "tell")
    marks = re.findall(r'text-anchor="end">([0-9.]+)</text>', drawn)
    assert marks == ["0.01", "0.1", "1", "10"]
    line = re.search(r'points="([^"]+)"', drawn)
    assert line is not None
    heights = [float(point.split(",")[1]) for point in line[1].split()]
    assert heights[1] - heights[0] > 100  # pixels
    assert heights[2] - heights[1] > 40
    assert "polyline" in curve_svg([], "nothing")
    assert "polyline" in curve_svg([Point(1, 0.0)], "nothing left to learn")
