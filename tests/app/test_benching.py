"""The commands of `placard eval` that are about answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from app.cli import app
from evaluation.bench.files import read_bench, write_bench
from evaluation.provenance import code_digest
from tests.evaluation.bench.handmade import handmade
from tests.vision.tiny_things import save_clip
from vision.errors import UserError

Run = Callable[..., str]
READER = ("--generator", "reader")


@pytest.fixture
def placard(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command with the reader and gives what it printed."""

    def run(*given: str) -> str:
        arguments = [*given, *READER]
        monkeypatch.setattr(sys, "argv", ["placard", *arguments])
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_a_bench_is_run_and_reported_and_a_second_run_asks_nothing(tmp_path: Path, placard: Run) -> None:
    bench = handmade(tmp_path / "bench")
    out = tmp_path / "out"
    command = (
        "eval",
        "bench",
        str(bench.folder),
        "--setting",
        "gold",
        "--out",
        str(out),
    )
    printed = placard(*command)
    assert "all                  100.0 %" in printed
    figures = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert figures["figures"]["by_type"]["v2c"]["hits"] == 3
    assert figures["provenance"]["data"] == bench.data_hash
    assert "--setting gold" in figures["provenance"]["command"]
    lines = (out / "examples.jsonl").read_text(encoding="utf-8")
    assert len(lines.splitlines()) == 8
    assert placard(*command) == printed
    assert (out / "examples.jsonl").read_text(encoding="utf-8") == lines


def test_wrong_answers_can_be_looked_at_and_hostile_texts_stay_text(tmp_path: Path, placard: Run) -> None:
    bench = handmade(tmp_path / "bench")
    hostile = "<script>alert(1)</script> Where was the person in the red frame born? ![x](http://evil)"
    write_bench(replace(bench, questions=(replace(bench.questions[0], text=hostile), *bench.questions[1:])))
    out = tmp_path / "out"
    placard("eval", "bench", str(bench.folder), "--setting", "gold", "--out", str(out))
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("<article>") == 1
    assert "Lyon, Texas (right)" in page
    assert "data:image/jpeg;base64," in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert "![x](http" not in (out / "report.md").read_text(encoding="utf-8")


def test_the_numbers_in_a_photo_are_of_known_people_and_citations_have_names(
    tmp_path: Path, placard: Run
) -> None:
    bench = handmade(tmp_path / "bench")
    placard("eval", "bench", str(bench.folder), "--setting", "text")
    page = (bench.folder / "runs/text-choose-reader/report.html").read_text(encoding="utf-8")
    assert "<dt>in the photo</dt><dd>1 Cleo Blau, a stranger, 2 Ada Rost</dd>" in page
    assert "[3].</dd><dt>cites</dt><dd>Cleo Blau</dd>" in page


def test_only_some_questions_are_asked_where_that_is_wanted(tmp_path: Path, placard: Run) -> None:
    bench = handmade(tmp_path / "bench")
    printed = placard("eval", "bench", str(bench.folder), "--setting", "text", "--limit", "3")
    assert "of 3)" in printed.splitlines()[0]
    assert (bench.folder / "runs/text-choose-reader/report.html").exists()
    assert read_bench(bench.folder).data_hash == bench.data_hash  # runs are no part of the data


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--setting", "closed"), "--setting closed needs a model, but the reader reads texts only"),
        (
            ("--setting", "reference"),
            "--setting reference needs a model, but the reader does not look at",
        ),
        (("--setting", "silver"), "--setting is 'silver'; expected one of gold, retrieved, chain"),
        (("--setting", "gold", "--ask", "beg"), "--ask is 'beg'; expected one of choose, write"),
    ],
)
def test_what_cannot_be_run_is_one_line(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    bench = handmade(tmp_path / "bench")
    with pytest.raises(UserError, match=message):
        CliRunner().invoke(
            app,
            ["eval", "bench", str(bench.folder), *options],
            catch_exceptions=False,
        )


def test_a_bench_of_nobody_says_how_many_are_needed(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="needs 8 people with a biography"):
        CliRunner().invoke(
            app, ["eval", "build-bench", str(tmp_path / "new"), "--faces", "dlib"], catch_exceptions=False
        )


def test_a_bench_of_things_is_built_and_run_with_the_encoder_of_things(
    tmp_path: Path, placard: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, folder = tmp_path / "toys", tmp_path / "bench"
    for number in range(9):
        (source / f"toy{number}").mkdir(parents=True)
        pixels = np.random.default_rng(number).integers(0, 255, (6, 6, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((200, 200), Image.Resampling.NEAREST).save(
            source / f"toy{number}/1.png"
        )
    rows = [f"toy{number},thing,toy" for number in range(9)]
    (source / "people.csv").write_text("\n".join(["label,kind,noun", *rows]), encoding="utf-8")
    command = ["eval", "build-bench", str(folder), "--source", str(source), "--questions", "12"]
    with pytest.raises(UserError, match="needs 8 people"):
        CliRunner().invoke(app, [*command, "--faces", "dlib"], catch_exceptions=False)
    with pytest.raises(UserError, match="--stories are about things"):
        CliRunner().invoke(app, [*command, "--stories"], catch_exceptions=False)
    with pytest.raises(UserError, match=r"needs 8 things .* with a text and a photo, but there are 0"):
        CliRunner().invoke(app, [*command, "--kind", "thing"], catch_exceptions=False)
    built = CliRunner().invoke(app, [*command, "--kind", "thing", "--stories"], catch_exceptions=False)
    assert "12 questions about" in built.stdout
    monkeypatch.setenv("PLACARD_THINGS", str(save_clip(tmp_path / "tiny")))
    monkeypatch.setenv("PLACARD_THING_THRESHOLD", "0.5")
    monkeypatch.setenv("PLACARD_THING_MARGIN", "0")
    placard("eval", "bench", str(folder), "--setting", "retrieved")
    report = json.loads((folder / "runs/retrieved-choose-reader/report.json").read_text("utf-8"))
    assert report["figures"]["recognition"]["strangers_named"]["total"] > 0
    examples = (folder / "runs/retrieved-choose-reader/examples.jsonl").read_text("utf-8")
    assert '"decision": "accepted"' in examples and '"similarity": null' not in examples


def test_descriptions_are_scored_and_corrupted_ones_too(tmp_path: Path, placard: Run) -> None:
    bench = handmade(tmp_path / "bench")
    printed = placard("eval", "score", str(bench.folder))
    assert "accuracy 1.000, consistency 1.000" in printed
    assert "RCIDScore as we define it" in (bench.folder / "runs/score-reader/report.md").read_text("utf-8")
    lines = placard("eval", "score", str(bench.folder), "--corruptions").splitlines()
    assert lines[0].startswith("none ") and "consistency 1.000" in lines[0]
    assert "citations one off" in lines[5] and "consistency 0.000" in lines[5]
    given = tmp_path / "given.jsonl"
    given.write_text('{"photo": "p1", "text": "Ada Rost <b>flies</b> to Mars [1]."}\n', encoding="utf-8")
    printed = placard("eval", "score", str(bench.folder), "--descriptions", str(given))
    assert "accuracy 0.000, consistency -, total 0.000" in printed
    assert "1 descriptions are missing or failed; the report says why." in printed
    page = (bench.folder / "runs/score-given/report.html").read_text("utf-8")
    assert "told by no text" in page and "<b>flies" not in page
    assert "<td>there is no description</td><td>1</td>" in page


def test_descriptions_of_other_photos_are_refused(tmp_path: Path) -> None:
    bench = handmade(tmp_path / "bench")
    given = tmp_path / "given.jsonl"
    given.write_text('{"photo": "p9", "text": "?"}\n', encoding="utf-8")
    command = ["eval", "score", str(bench.folder), "--descriptions", str(given)]
    with pytest.raises(UserError, match="of the photo 'p9', which the bench does not have"):
        CliRunner().invoke(app, command, catch_exceptions=False)
    with pytest.raises(UserError, match="--judge server needs the server's URL"):
        CliRunner().invoke(app, [*command, "--judge", "server"], catch_exceptions=False)


def test_a_fresh_run_asks_everything_again(tmp_path: Path, placard: Run) -> None:
    bench = handmade(tmp_path / "bench")
    command = ("eval", "bench", str(bench.folder), "--setting", "gold")
    printed = placard(*command)
    kept = bench.folder / "runs/gold-choose-reader/examples.jsonl"
    kept.write_text(kept.read_text("utf-8").replace('"picked": 0', '"picked": 1'), encoding="utf-8")
    assert placard(*command) != printed
    assert placard(*command, "--fresh") == printed


def test_answers_of_other_code_are_not_taken_over(
    tmp_path: Path, placard: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = handmade(tmp_path / "bench")
    command = ("eval", "bench", str(bench.folder), "--setting", "gold")
    placard(*command)
    monkeypatch.setattr("app.benching.code_digest", lambda: "of other code")
    placard(*command)
    kept = bench.folder / "runs/gold-choose-reader/examples.jsonl"
    assert len(kept.read_text("utf-8").splitlines()) == 16
    assert code_digest(("vision",)) != code_digest(("retrieval",))
