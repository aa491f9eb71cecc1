"""`placard eval identify` on a few real press photos."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.app.conftest import Run


@pytest.fixture(scope="module")
def people(press: dict[str, list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of five people with two photos each."""
    folder = tmp_path_factory.mktemp("press") / "people"
    for person, paths in list(press.items())[:5]:
        (folder / person).mkdir(parents=True)
        for path in paths[:2]:
            shutil.copy(path, folder / person)
    return folder


def test_press_are_measured_and_the_report_says_how_to_repeat_it(
    run: Run, people: Path, mini_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    options = ("--folds", "2", "--faces", mini_pack, "--out", out)
    result = run("eval", "identify", people, *options, "--keep")
    assert result.code == 0
    assert "people, photos                  5, 10" in result.out
    assert "rank 1                          100.0 %" in result.out
    assert (
        "TPIR at FPIR 1 %                not measurable: these strangers show rates from 60 % on"
        in result.out
    )
    assert {path.name for path in out.iterdir()} == {
        "report.json",
        "report.md",
        "report.html",
        "det.svg",
        "seen.jsonl",
    }
    origin = json.loads((out / "report.json").read_text())["provenance"]
    assert origin["command"].startswith(f"placard eval identify {people} --references 3 --folds 2 --seed 0")
    assert origin["settings"].items() >= {"detector size": "its own", "margin": "0.15"}.items()
    again = run("eval", "identify", people, *options, "--json")
    assert "Going on: 10 photos were looked at before." in again.err
    assert again.json["figures"]["rank_one"]["hits"] == 5
    assert again.json["provenance"]["data"] == origin["data"]
    assert not (out / "seen.jsonl").exists()
    shown = (out / "report.md").read_text() + (out / "report.html").read_text()
    assert not any(person.name in shown for person in people.iterdir())


def test_too_few_people_for_the_folds_are_told_before_any_photo_is_looked_at(
    run: Run, people: Path, mini_pack: Path, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    result = run("eval", "identify", people, "--faces", mini_pack, "--out", out)
    assert result.code == 1
    assert "at least 20 people for 10 folds, but the source has 5" in result.err
    assert not (out / "seen.jsonl").exists()


def test_photos_of_which_none_is_usable_are_counted_by_reason(
    run: Run, mini_pack: Path, tmp_path: Path
) -> None:
    for number in range(4):
        (tmp_path / f"people/p{number}").mkdir(parents=True)
        (tmp_path / f"people/p{number}/a.jpg").write_bytes(b"no photo")
    table = tmp_path / "table.jsonl"
    table.write_text('{"photo": "/a.jpg", "name": "Ada"}\n{"bro\n', encoding="utf-8")
    for source, why in ((tmp_path / "people", "4 unreadable"), (table, "1 bad_row, 1 outside_source")):
        result = run("eval", "identify", source, "--folds", "2", "--faces", mini_pack)
        assert result.code == 1
        assert f"has 0 with usable photos (photos or rows not usable: {why}). Add people" in result.err


def test_a_source_that_is_not_there_is_one_line(run: Run, tmp_path: Path) -> None:
    result = run("eval", "identify", tmp_path / "nowhere")
    assert (result.code, len(result.err.strip().splitlines())) == (1, 2)  # which model, and what is wrong
    assert "there is nothing at" in result.err
