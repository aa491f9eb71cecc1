"""Public benches are read as their authors publish them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.bench.record import BenchError
from evaluation.public.concepts import Captioned, ConceptQuestion, Recognition, recalls
from evaluation.public.layouts import (
    myvlm_captions,
    rap_recognition,
    yollava_recognition,
    yollava_text_qa,
    yollava_visual_qa,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for photo in ("bo/0.png", "bo/1.png", "mam/0.png"):
        path = tmp_path / "yollava-data/test" / photo
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"png")
    (tmp_path / "yollava-data/test/bo/.DS_Store").write_bytes(b"")
    return tmp_path / "yollava-data"


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_yollava_pairs_each_photo_with_each_concept(root: Path) -> None:
    pairs = yollava_recognition(root)
    assert len(pairs) == 3 * 2
    assert [(pair.photo.name, pair.concept) for pair in pairs if pair.present] == [
        ("0.png", "bo"),
        ("1.png", "bo"),
        ("0.png", "mam"),
    ]


def test_yollava_visual_questions_have_a_photo(root: Path, tmp_path: Path) -> None:
    entry = {"question": "Is sks a dog?", "options": {"A": "Yes", "B": "No"}, "correct_answer": "B"}
    path = written(tmp_path / "qa.json", {"mam": {"./yollava-data/test/mam/0.png": entry}})
    (question,) = yollava_visual_qa(path, root)
    assert question == ConceptQuestion(root / "test/mam/0.png", "mam", "Is sks a dog?", ("Yes", "No"), 1)
    assert question.named("Mam") == "Is Mam a dog?"


def test_yollava_text_questions_have_none(tmp_path: Path) -> None:
    entry = {"question": "What is sks's breed?", "option": {"A": "Corgi", "B": "Pug"}, "correct_answer": "A"}
    path = written(tmp_path / "text.json", {"bo": {"0": entry, "1": entry}})
    assert [(question.photo, question.answer) for question in yollava_text_qa(path)] == [(None, 0), (None, 0)]


def test_raps_known_defect_is_left_out(root: Path, tmp_path: Path) -> None:
    image = "benchmark_data/yollava-data/test/bo/0.png"
    rows = [
        {"image": image, "question": "?", "concept": "bo", "type": "positive", "correct_answer": True},
        {"image": image, "question": "?", "concept": "bo", "type": "negative", "correct_answer": True},
        {"image": image, "question": "?", "concept": "mam", "type": "negative", "correct_answer": False},
    ]
    pairs = rap_recognition(written(tmp_path / "rec.json", rows), root)
    photo = root / "test/bo/0.png"
    assert pairs == [Recognition(photo, "bo", True), Recognition(photo, "mam", False)]
    assert recalls(pairs, [True, True]).weighted == 0.5
    with pytest.raises(BenchError, match="only of one kind"):
        recalls(pairs[:1], [True])


def test_myvlm_folders_hold_captions(tmp_path: Path) -> None:
    folder = tmp_path / "data/mug"
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(b"jpg")
    written(folder / "captions.json", {"1.jpg": ["sks on a table", "sks"]})
    assert myvlm_captions(tmp_path / "data") == [
        Captioned(folder / "1.jpg", "mug", ("sks on a table", "sks"))
    ]
    (tmp_path / "data/cup").mkdir()
    with pytest.raises(BenchError, match=r"cup: expected captions.json or captions_augmented.json"):
        myvlm_captions(tmp_path / "data")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "qa.json: expected a JSON object."),
        ({"bo": []}, "qa.json: bo: expected a JSON object."),
        ({"bo": {"../../etc/test/x": {}}}, "Expected a photo under test/, got '../../etc/test/x'."),
        ({"bo": {"./test/bo/9.png": {}}}, "./test/bo/9.png: there is no photo at"),
        (
            {"bo": {"test/bo/0.png": {"question": "?", "options": {"A": "x"}, "correct_answer": "C"}}},
            "qa.json: bo: test/bo/0.png: correct_answer: 'C' is none of A.",
        ),
        (
            {"bo": {"test/bo/0.png": {"options": {"A": "x"}, "correct_answer": "A"}}},
            "qa.json: bo: test/bo/0.png: question: expected a text.",
        ),
    ],
)
def test_what_is_wrong_is_named(root: Path, tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(BenchError) as error:
        yollava_visual_qa(written(tmp_path / "qa.json", content), root)
    assert message in str(error.value)


def test_rows_that_are_none_are_named(root: Path, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"rec.json: row 1: expected a type, positive or negative"):
        rap_recognition(written(tmp_path / "rec.json", [{"type": "both"}]), root)
    with pytest.raises(BenchError, match=r"is not JSON"):
        (tmp_path / "rec.json").write_text("{", encoding="utf-8")
        rap_recognition(tmp_path / "rec.json", root)
    with pytest.raises(BenchError, match="Cannot list"):
        yollava_recognition(tmp_path / "nowhere")
