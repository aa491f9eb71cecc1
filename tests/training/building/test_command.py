"""`placard dataset build` from end to end, with a real server that speaks OpenAI's protocol."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.generation.server.scripted import Handler, fails, serving
from tests.training.building.chat import answer
from tests.training.building.making import files, records
from tests.training.building.sets import (
    coco,
    references,
    write_genome,
    write_genome_images,
    write_images,
    write_refer,
)


def writes(handler: Handler) -> None:
    """A good answer."""
    replies(handler, answer(handler.body["messages"][0]["content"]))


def replies(handler: Handler, text: str) -> None:
    """A whole answer with its usage, as to a request that does not stream."""
    form: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }
    handler.answer(200, "application/json", json.dumps(form).encode())


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """The exit status of `placard dataset build`."""
    monkeypatch.setattr("sys.argv", ["placard", "dataset", "build", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_the_command_builds_with_a_server_and_tells_costs_rejects_and_what_was_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instances = coco(7)
    instances["annotations"][0]["iscrowd"] = 1
    refs = write_refer(tmp_path / "refcoco", references(7), instances)
    images = write_images(tmp_path / "images", 7)
    out = tmp_path / "out"
    with serving(fails(429, "slow down", retry_after="0"), writes) as server:
        words = (out, "--refs", refs, "--images", images, "--server", server.url)
        assert run(monkeypatch, *words) == 0
        asked = len(server.bodies)
        printed = " ".join(capsys.readouterr().out.split())
        assert run(monkeypatch, *words, "--jobs", 2) == 0
        assert f"0 made now, {asked - 1} kept from before" in " ".join(capsys.readouterr().out.split())
        assert run(monkeypatch, *words, "--seed", 1) == 1
        assert "made otherwise" in capsys.readouterr().err
        assert len(server.bodies) == asked
    assert f"{asked - 1} calls are behind it: {asked - 1} made now, 0 kept from before; 1 tries" in printed
    card = (out / "README.md").read_text(encoding="utf-8")
    assert f"| all steps | {asked - 1} | {100 * (asked - 1):,} | {10 * (asked - 1):,} |" in card
    assert "| region is a crowd | 1 | refs(unc).p, record 1 |" in card
    assert "| model | tiny |" in card
    assert len(records(out)) > 50


def test_a_model_of_which_nothing_can_be_used_is_told_with_the_rules_that_it_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refs = write_refer(tmp_path / "refcoco", references(1), coco(1))
    images = write_images(tmp_path / "images", 1)
    with serving(lambda handler: replies(handler, "Hello!")) as server:
        words = ("--refs", refs, "--images", images, "--server", server.url)
        assert run(monkeypatch, tmp_path / "out", *words) == 1
    printed = capsys.readouterr()
    assert "no_json" in printed.out
    assert "Nothing that the model wrote can be used" in printed.err


def test_a_dry_run_counts_calls_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refs = write_refer(tmp_path / "refcoco", references(7), coco(7))
    images = write_images(tmp_path / "images", 7)
    more = write_genome(tmp_path / "vg"), "--images", write_genome_images(tmp_path / "vg-images")
    words = ("--refs", refs, "--images", images, "--genome", *more, "--dry-run", "--contexts", 2)
    assert run(monkeypatch, tmp_path / "out", *words) == 0
    told = re.sub(r"[^\w():,]+", " ", capsys.readouterr().out)
    assert re.search(r"photos \(.*\) 9 18 ", told)
    assert run(monkeypatch, tmp_path / "out", *words, "--photos", 3) == 0
    assert re.search(r"photos.* 3 +│ 6 ", capsys.readouterr().out)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Nothing to build from"),
        (("--refs", "none.p", "--images", "."), "instances.json: it cannot be read"),
        (("--refs", "refs(unc).p", "--images", "nowhere"), "There is no folder nowhere"),
        (("--refs", "refs(unc).p", "--images", "."), "No photo can be used; the first reason: photo has no"),
        (("--refs", "refs(unc).p", "--images", "images"), "give --server"),
    ],
)
def test_what_is_missing_is_one_line(
    words: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_refer(tmp_path, references(1), coco(1))
    if words[-1:] == ("images",):
        write_images(tmp_path / "images", 1)
    monkeypatch.chdir(tmp_path)
    if words[:2] == ("--refs", "none.p"):
        (tmp_path / "instances.json").unlink()
    assert run(monkeypatch, "out", *words) == 1
    error = capsys.readouterr().err.strip()
    assert told in " ".join(error.split())
    assert files(tmp_path).keys().isdisjoint({"out/built.json", "out.calls.db"})
