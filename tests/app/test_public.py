"""`placard eval public` on small files in the layouts of their authors, about things of a gallery."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.app.conftest import Run
from tests.vision.tiny_things import save_clip

TEXTS = {
    "bo": "Bo is a bear; bought in Lyon, Texas, in 1986.",
    "mam": "Mam is a cat; bought in Reno, Nevada.",
}
READER = ("--generator", "reader", "--faces", "dlib")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("things") / "tiny")


@pytest.fixture
def root(tmp_path: Path, run: Run, encoder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two things that the gallery knows, and test photos of them; the second of bo shows nothing known."""
    grains = {"train/bo/0": 1, "train/mam/0": 2, "test/bo/0": 1, "test/bo/1": 3, "test/mam/0": 2}
    for place, seed in grains.items():
        small = np.random.default_rng(seed).integers(0, 255, (6, 6, 3), dtype=np.uint8)
        path = tmp_path / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(small).resize((120, 120), Image.Resampling.NEAREST).save(path)
    rows = [f'{name},{name.title()},thing,toy,"{text}"' for name, text in TEXTS.items()]
    table = "\n".join(["label,name,kind,noun,biography", *rows])
    (tmp_path / "train/people.csv").write_text(table, encoding="utf-8")
    assert run("ingest", tmp_path / "train", "--things", encoder, "--faces", "dlib").code == 0
    monkeypatch.setenv("PLACARD_THING_THRESHOLD", "0.9995")  # random weights find all things rather alike
    monkeypatch.setenv("PLACARD_THING_MARGIN", "0.001")
    return tmp_path


def test_recognition_of_both_layouts_is_the_recognisers(run: Run, root: Path) -> None:
    out = root / "report"
    done = run("eval", "public", "yollava", root, "--out", out, "--faces", "dlib")
    assert done.code == 0
    assert "positive recall       66.7 %" in done.out and "negative recall       100.0 %" in done.out
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert (report["figures"]["pairs"], report["figures"]["failed"]) == (6, [])
    assert report["provenance"]["command"].startswith("placard eval public yollava")
    rows = [
        {"image": "x/test/bo/0.png", "concept": "bo", "type": "positive", "correct_answer": True},
        {"image": "x/test/bo/0.png", "concept": "bo", "type": "negative", "correct_answer": True},
        {"image": "x/test/mam/0.png", "concept": "bo", "type": "negative", "correct_answer": False},
    ]
    (root / "rap.json").write_text(json.dumps(rows), encoding="utf-8")
    raps = run("eval", "public", "rap", root / "rap.json", "--photos", root, "--faces", "dlib")
    assert "100.0 %" in raps.out and "1 of 1" in raps.out


def test_questions_go_through_the_runner_of_any_bench(run: Run, root: Path) -> None:
    options = {"A": "In Reno, Nevada", "B": "In Lyon, Texas"}
    entry = {"question": "Where was sks bought?", "correct_answer": "B"}
    seen = {
        "bo": {
            "./test/bo/0.png": {**entry, "options": options},
            "test/bo/1.png": {**entry, "options": options},
        }
    }
    told = {"bo": {"0": {**entry, "option": options}}}
    (root / "seen.json").write_text(json.dumps(seen), encoding="utf-8")
    (root / "told.json").write_text(json.dumps(told), encoding="utf-8")
    out = root / "report"
    command = ("eval", "public", "yollava-qa", root / "seen.json", "--photos", root, "--out", out, *READER)
    assert "50.0 %" in run(*command).out  # nothing known is in the second photo
    lines = (out / "examples.jsonl").read_text("utf-8")
    assert len(lines.splitlines()) == 2 and '"picked": 1' in lines
    run(*command)
    assert (out / "examples.jsonl").read_text("utf-8") == lines  # nothing was asked again
    text = run("eval", "public", "yollava-text-qa", root / "told.json", *READER)
    assert "all                  100.0 %" in text.out


def test_captioned_photos_are_described_and_the_names_counted(run: Run, root: Path) -> None:
    for concept, photos in {"bo": ["0.png", "1.png"], "mam": ["0.png"]}.items():
        captions = {photo: ["sks on a table"] for photo in photos}
        (root / f"test/{concept}/captions.json").write_text(json.dumps(captions), encoding="utf-8")
    done = run("eval", "public", "myvlm", root / "test", *READER)
    assert "named in descriptions 66.7 %" in done.out and "2 of 3" in done.out


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (
            None,
            ("yolo", "."),
            "LAYOUT is 'yolo'; expected one of yollava, yollava-qa, yollava-text-qa, rap, myvlm.",
        ),
        (None, ("rap", "x.json"), "rap needs the folder that holds test/; give it by --photos."),
        (
            lambda root: (root / "test/mam").rename(root / "test/cup"),
            ("yollava", "{root}"),
            "1 of 2 concepts are not in the gallery: cup; ingest their training photos first",
        ),
    ],
)
def test_what_is_missing_is_one_line(
    run: Run, root: Path, change: Callable[[Path], object] | None, arguments: tuple[str, ...], message: str
) -> None:
    if change is not None:
        change(root)
    done = run("eval", "public", *(part.format(root=root) for part in arguments), "--faces", "dlib")
    assert done.code == 1 and message in done.err
