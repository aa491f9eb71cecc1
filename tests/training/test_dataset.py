"""Data sets: what a record may say, reading and writing them, and naming the first that is broken."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.training.records import BELLA, JOHN, every_task, picture, record, written
from training.dataset.card import Origin, counts, write_card
from training.dataset.checking import check
from training.dataset.folder import (
    METADATA,
    BrokenRecordError,
    NoDatasetError,
    Split,
    digest,
    read_records,
    shard_folder,
    write_shard,
)
from training.dataset.form import line_of, record_of
from training.dataset.record import RecordError, Task
from vision.box import Box


@pytest.mark.parametrize("good", every_task(), ids=lambda one: one.id)
def test_a_record_reads_back_as_it_was_written(good: Any) -> None:
    assert record_of(line_of(good)) == good


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"question": " "}, "expected a question, but it is empty"),
        ({"image": "../secret.png"}, "a path inside its shard, but got '../secret.png'"),
        ({"regions": ()}, "at least one region"),
        ({"size": (90, 90)}, "box of region 1 inside 90 x 90 pixels, but got [70, 40, 98, 88]"),
        ({"answer": "2 years [3]"}, "entries from 1 to 2, but got 3"),
        ({"about": (0,)}, "entries from 1 to 2, but got 0"),
        ({"answer": "2 years. [1]"}, "citations of [2], but the answer cites [1]"),
        ({"answer": "2 years."}, "citations of [2], but the answer cites []"),
        ({"citations": False}, "without citations, but it cites [2]"),
        ({"task": Task.UNANSWERABLE_V2C}, "no entry behind an answer that there is none"),
        ({"task": Task.UNANSWERABLE_V2C, "about": ()}, "without citations, but it cites [2]"),
        ({"fact": "3 years"}, "expected '3 years' in the answer"),
    ],
)
def test_a_record_that_contradicts_itself_says_what_was_expected(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(RecordError) as error:
        record(**changes)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"task": "v3c"}, "expected a task of rcid, v2c"),
        ({"width": "100"}, "expected 'width' as int, but got '100'"),
        ({"citations": 1}, "expected 'citations' as bool"),
        ({"regions": [{"noun": "dog", "box": [1, 2, 3], "text": "?"}]}, "a box of four numbers"),
        ({"regions": [{"noun": "dog", "box": [9, 2, 3, 4], "text": "?"}]}, "right > left"),
        ({"regions": [{"noun": "dog", "box": [1, 2, 3, 4]}]}, "expected a field 'text', but it is missing"),
        ({"context": "?"}, "expected no field 'context'"),
    ],
)
def test_a_line_that_is_no_record_says_which_field_is_wrong(change: dict[str, Any], told: str) -> None:
    with pytest.raises(RecordError) as error:
        record_of(json.dumps({**json.loads(line_of(record())), **change}))
    assert told in str(error.value)


def test_splits_are_counted_by_task(tmp_path: Path) -> None:
    written(tmp_path, every_task())
    written(tmp_path, [record("b")], Split.TEST)
    train, test = check(tmp_path)
    assert (train.total, train.images, train.regions, train.wrong) == (7, 1, 15, 1)
    assert train.records[Task.RCID, True] == train.records[Task.RCID, False] == 1
    assert ("v2c", "with", "1", "1") in counts([train, test])
    assert ("wrong entries", "", "6.7 %", "0.0 %") in counts([train, test])


def test_the_first_broken_record_is_named_with_file_line_and_reason(tmp_path: Path) -> None:
    written(tmp_path, [record("a")])
    place = written(tmp_path, [record("b"), record("c")], number=1) / METADATA
    lines = place.read_text(encoding="utf-8").splitlines()
    place.write_text(f"{lines[0]}\n{lines[1][:50]}\n", encoding="utf-8")
    with pytest.raises(
        BrokenRecordError, match=r"train/00001/metadata.jsonl, line 2: expected a JSON object"
    ):
        check(tmp_path)


def test_an_id_may_be_used_once_over_all_splits(tmp_path: Path) -> None:
    written(tmp_path, [record("a")])
    written(tmp_path, [record("a")], Split.TEST)
    with pytest.raises(
        BrokenRecordError, match=r"test/00000/metadata.jsonl, line 1: a: expected an id of its"
    ):
        check(tmp_path)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda data: data[:60], "a: Cannot read beach.png as a photo: the file is damaged"),
        (lambda data: picture((50, 50)), "expected beach.png to have 100 x 100 pixels, but it has 50 x 50"),
        (lambda data: b"", "a: Cannot read beach.png as a photo: the file is empty"),
    ],
)
def test_a_damaged_image_is_found_where_it_is_used(tmp_path: Path, damage: Any, told: str) -> None:
    image = written(tmp_path, [record("a")]) / "beach.png"
    image.write_bytes(damage(image.read_bytes()))
    with pytest.raises(BrokenRecordError) as error:
        check(tmp_path)
    assert told in str(error.value)


def test_a_missing_image_is_found_without_decoding_any(tmp_path: Path) -> None:
    (written(tmp_path, [record("a")]) / "beach.png").unlink()
    with pytest.raises(BrokenRecordError, match="there is no such file"):
        check(tmp_path, pixels=False)


def test_a_shard_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    place = shard_folder(tmp_path, Split.TRAIN, 0)
    part = place.with_name("00000.part")
    part.mkdir(parents=True)
    (part / METADATA).write_text(line_of(record()) + "\n", encoding="utf-8")
    with pytest.raises(NoDatasetError, match="There is no data set in"):
        check(tmp_path)
    write_shard(place, [record()], {"beach.png": picture()})
    assert [one.record for one in read_records(tmp_path, Split.TRAIN)] == [record()]
    assert not part.exists()


def test_a_shard_without_one_of_its_images_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none for beach\.png"):
        write_shard(shard_folder(tmp_path, Split.TRAIN, 0), [record()], {})


def test_the_digest_tells_data_sets_apart(tmp_path: Path) -> None:
    moved = replace(BELLA, box=Box(17, 37, 64, 93))
    written(tmp_path / "one", [record("a")])
    written(tmp_path / "same", [record("a")])
    written(tmp_path / "other", [record("a", regions=(JOHN, moved))])
    assert digest(tmp_path / "one") == digest(tmp_path / "same") != digest(tmp_path / "other")


def test_hugging_face_reads_the_folder_as_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    datasets = pytest.importorskip("datasets")
    written(tmp_path / "set", every_task())
    written(tmp_path / "set", [record("z")], number=1)
    written(tmp_path / "set", [record("b"), record("c")], Split.TEST)
    write_card(tmp_path / "set", Origin("Beach", "People and dogs.", "cc0-1.0", {}), check(tmp_path / "set"))
    read = datasets.load_dataset("imagefolder", data_dir=str(tmp_path / "set"), cache_dir=str(tmp_path / "c"))
    assert {split: len(rows) for split, rows in read.items()} == {"train": 8, "test": 2}
    row = next(row for row in read["train"] if row["id"] == "u-c2v")
    assert row["image"].size == (100, 100)
    assert (row["task"], row["regions"][2]["present"]) == ("unanswerable_c2v", False)
    assert row["regions"][1]["box"] == [16, 37, 63, 93]


def test_the_card_says_what_is_in_it_and_how_it_was_made(tmp_path: Path) -> None:
    written(tmp_path, every_task())
    origin = Origin("Beach", "People and dogs.", "cc0-1.0", {"command": "placard a|b", "seed": "7"})
    card = write_card(tmp_path, origin, check(tmp_path)).read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: cc0-1.0\n")
    assert "| unanswerable_c2v | with | 1 |" in card
    assert "| command | placard a\\|b |" in card


def test_the_command_counts_a_good_set_and_names_a_broken_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = written(tmp_path, every_task())
    monkeypatch.setattr("sys.argv", ["placard", "dataset", "check", str(tmp_path)])
    with pytest.raises(SystemExit) as left:
        main()
    assert (left.value.code, "unanswerable_v2c" in capsys.readouterr().out) == (0, True)
    (place / "beach.png").unlink()
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    assert "line 1: rcid: Cannot read beach.png" in capsys.readouterr().err
