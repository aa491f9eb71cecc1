"""The files of a bench: read as they were written, and the first mistake is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluation.bench.files import ENTITIES, HEADER, PHOTOS, QUESTIONS, read_bench, write_bench
from evaluation.bench.record import BenchError
from tests.evaluation.bench.handmade import handmade


def test_a_bench_is_read_as_it_was_written(tmp_path: Path) -> None:
    bench = handmade(tmp_path / "bench")
    before = {path.name: path.read_bytes() for path in bench.folder.glob("*.json*")}
    write_bench(bench)
    assert {path.name: path.read_bytes() for path in bench.folder.glob("*.json*")} == before
    again = read_bench(bench.folder)
    assert (again.questions, again.photos, again.entities) == (bench.questions, bench.photos, bench.entities)
    assert again.data_hash == bench.data_hash
    photo = bench.folder / "photos/p1.png"
    photo.write_bytes(photo.read_bytes() + b" ")
    assert read_bench(bench.folder).data_hash != bench.data_hash


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("table", "line", "change", "message"),
    [
        (QUESTIONS, 3, lambda r: r.pop("answer"), "questions.jsonl line 3: answer: is missing."),
        (QUESTIONS, 2, lambda r: r.update(answer=9), "questions.jsonl line 2: answer: expected an option from 0 to 3, got 9."),
        (QUESTIONS, 2, lambda r: r.update(answer=True), "questions.jsonl line 2: answer: expected a whole number, got true."),
        (QUESTIONS, 2, lambda r: r.update(answer=3), "questions.jsonl line 2: answer: a question of type v2c can be answered, but its answer says otherwise."),
        (QUESTIONS, 1, lambda r: r.update(type="vqa"), "questions.jsonl line 1: type: expected one of v2c, c2v, unanswerable_v2c, unanswerable_c2v, got 'vqa'."),
        (QUESTIONS, 1, lambda r: r.update(options=["a", "A "]), "questions.jsonl line 1: options: two of them are the same."),
        (QUESTIONS, 1, lambda r: r.update(options=["a"]), "questions.jsonl line 1: options: expected 2 to 26, got 1."),
        (QUESTIONS, 1, lambda r: r.update(photo="p9"), "questions.jsonl line 1: photo: no photo has the id 'p9'."),
        (QUESTIONS, 1, lambda r: r.update(about="Eve"), "questions.jsonl line 1: about: no entity has the id 'Eve'."),
        (QUESTIONS, 2, lambda r: r.update(id="q1"), "questions.jsonl line 2: id: a second 'q1'."),
        (PHOTOS, 1, lambda r: r.update(file="../secret.png"), "photos.jsonl line 1: file: '../secret.png' leads out of the bench's folder."),
        (PHOTOS, 2, lambda r: r.update(file="photos/p9.png"), "photos.jsonl line 2: file: the file 'photos/p9.png' is not there."),
        (PHOTOS, 2, lambda r: r.update(file="photos/\0.png"), "photos.jsonl line 2: file: 'photos/\\x00.png' is no path: embedded null byte."),
        (PHOTOS, 2, lambda r: r.update(file="photos.jsonl"), "photos.jsonl line 2: file: Cannot read photos.jsonl as a photo: expected one of JPEG, PNG, WEBP, BMP, HEIF, GIF, TIFF."),
        (PHOTOS, 2, lambda r: r.update(size=[400, 100]), "photos.jsonl line 2: size: the photo has 300 x 100 pixels, not 400 x 100."),
        (PHOTOS, 1, lambda r: r["regions"][1].update(box=[1, 2, 3]), "photos.jsonl line 1: regions 2: box: expected 4 whole numbers, got [1, 2, 3]."),
        (PHOTOS, 1, lambda r: r["regions"][0].update(box=[0, 0, 301, 9]), "photos.jsonl line 1: regions 1: box: [0, 0, 301, 9] reaches out of the photo of 300 x 100 pixels."),
        (PHOTOS, 1, lambda r: r["regions"][1].update(entity="Ada"), "photos.jsonl line 1: regions: an entity stands there twice."),
        (ENTITIES, 2, lambda r: r.update(kind="dog"), "entities.jsonl line 2: kind: expected one of person, thing, got 'dog'."),
        (ENTITIES, 2, lambda r: r.update(name=" "), "entities.jsonl line 2: name: expected a text, got \" \"."),
        (ENTITIES, 1, lambda r: r.update(references=[]), "entities.jsonl line 1: references: expected at least one photo, got none."),
        (ENTITIES, 1, lambda r: r["references"].append("bench.json"), "entities.jsonl line 1: references: Cannot read bench.json as a photo: expected one of JPEG, PNG, WEBP, BMP, HEIF, GIF, TIFF."),
        (QUESTIONS, 1, lambda r: r.update(question="Who \ud800?"), "questions.jsonl line 1: question: holds half a surrogate pair, which is no character."),
        (QUESTIONS, 1, lambda r: r["options"].append("\udfff"), "questions.jsonl line 1: options: holds half a surrogate pair, which is no character."),
        (ENTITIES, 1, lambda r: r.update(references="x"), "entities.jsonl line 1: references: expected a list of texts, got \"x\"."),
    ],
)  # fmt: skip
def test_the_first_record_that_is_wrong_is_named(
    tmp_path: Path, table: str, line: int, change: Change, message: str
) -> None:
    bench = handmade(tmp_path / "bench")
    path = bench.folder / table
    records = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    change(records[line - 1])
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    with pytest.raises(BenchError) as error:
        read_bench(bench.folder)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("table", "content", "message"),
    [
        (QUESTIONS, b"{\n", "questions.jsonl line 1: expected a JSON object, but"),
        (QUESTIONS, b"[1]\n", "questions.jsonl line 1: expected a JSON object, got [1]."),
        (QUESTIONS, b"\n", "has no question; build a bench"),
        (QUESTIONS, b"\xff\n", "is not UTF-8"),
        (HEADER, b"{}", 'is not of a bench: expected "format": "placard-bench".'),
        (HEADER, b'{"format": "placard-bench", "version": 2}', "has version 2, but this program reads 1."),
        (HEADER, b"{", "is not JSON"),
        (HEADER, b"[" * 200_000, "is not JSON: it is nested too deeply"),
        (
            HEADER,
            b'{"format": "placard-bench", "version": 1, "name": "\\ud800"}',
            "holds half a surrogate pair",
        ),
        (
            QUESTIONS,
            b"[" * 200_000,
            "questions.jsonl line 1: expected a JSON object, but it is nested too deeply",
        ),
    ],
)
def test_files_that_are_no_bench_are_told_apart(
    tmp_path: Path, table: str, content: bytes, message: str
) -> None:
    bench = handmade(tmp_path / "bench")
    (bench.folder / table).write_bytes(content)
    with pytest.raises(BenchError) as error:
        read_bench(bench.folder)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_what_was_not_written_to_its_end_is_no_bench(tmp_path: Path) -> None:
    bench = handmade(tmp_path / "bench")
    (bench.folder / "bench.json").unlink()
    (bench.folder / "questions.jsonl").unlink()
    (bench.folder / "questions.jsonl").mkdir()
    with pytest.raises(IsADirectoryError):
        write_bench(bench)
    assert not (bench.folder / "bench.json").exists()


def test_a_folder_without_a_bench_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no such file or directory; expected the folder of a bench"):
        read_bench(tmp_path)
