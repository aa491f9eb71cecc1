"""Fetching language models from a real server on this machine: two repositories, one pinned folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from filelock import FileLock

from generation.family import UnknownFamilyError
from generation.fetching.catalogue import CATALOGUE, language_card
from generation.fetching.fetch import fetch_language_model
from generation.fetching.hub import Hub
from generation.fetching.manifest import fetched_models, read_manifest
from tests.generation.fetching.fetches import (
    ALONE,
    CARD,
    PROCESSOR,
    both,
    fetched,
    index,
    refused,
    small,
    visible,
)
from tests.generation.fetching.hub_server import Files, HubServer


def test_weights_and_processor_of_two_repositories_come_into_one_folder(
    served: HubServer, tmp_path: Path
) -> None:
    both(served)
    told: list[tuple[int, int]] = []
    hub = Hub(served.endpoint)
    place = fetch_language_model(CARD, tmp_path, hub=hub, report=lambda *sizes: told.append(sizes))
    assert place == tmp_path / "org--RC-2b"
    names = {path.name for path in place.iterdir()}
    processor = set(PROCESSOR) - {"config.json", "generation_config.json", "model.safetensors"}
    assert names == {*small(), *processor, "placard.json"}
    for name, data in {**PROCESSOR, **small()}.items():
        assert (place / name).read_bytes() == data
    size = sum((place / name).stat().st_size for name in names - {"placard.json"})
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert visible(tmp_path) == ["org--RC-2b"]


def test_the_folder_says_commits_sizes_and_checksums(served: HubServer, tmp_path: Path) -> None:
    both(served)
    place = fetched(served, tmp_path)
    form = json.loads((place / "placard.json").read_text())
    assert form["model"] == {"repository": "org/RC-2b", "commit": served.branches["org/RC-2b"]["main"]}
    assert form["processor"]["commit"] == served.branches["base/Processor"]["main"]
    assert set(form["files"]) == {path.name for path in place.iterdir()} - {"placard.json"}
    for name, file in form["files"].items():
        data = (place / name).read_bytes()
        assert (file["size"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert form["files"]["config.json"]["repository"] == "org/RC-2b"
    assert form["files"]["vocab.json"]["repository"] == "base/Processor"
    ((folder, manifest),) = fetched_models(tmp_path)
    assert folder == place
    assert manifest == read_manifest(place)


def test_code_pickles_adapters_and_files_in_folders_stay_where_they_are(
    served: HubServer, tmp_path: Path
) -> None:
    unwanted = (
        "pytorch_model.bin",
        "modeling.py",
        "training_args.bin",
        "adapter_config.json",
        "scheduler.pt",
    )
    nested = ("onnx/config.json", "LICENSE/../../outside", "model/../root.safetensors", "README.md")
    both(served, {**small(), **dict.fromkeys((*unwanted, *nested), b"x")})
    place = fetched(served, tmp_path)
    assert {path.name for path in place.iterdir()}.isdisjoint(
        {*unwanted, *nested, "outside.json", "root.json"}
    )
    assert set(served.brought()) <= {*small(), *PROCESSOR}
    assert visible(tmp_path) == ["org--RC-2b"]


def test_all_files_come_from_the_commit_that_a_branch_stood_for_at_first(
    served: HubServer, tmp_path: Path
) -> None:
    old = served.publish("org/Whole", {**PROCESSOR, **small(b"old")}, branch="v1")
    served.publish("org/Whole", {**PROCESSOR, **small(b"new")})
    place = fetched(served, tmp_path, ALONE, "v1")
    assert (place / "model.safetensors").read_bytes() == b"old"
    asked = [asked.path for asked in served.asked if "/resolve/" in asked.path]
    assert asked
    assert all(f"/resolve/{old}/" in path for path in asked)
    assert (fetched(served, tmp_path, ALONE, old) / "model.safetensors").read_bytes() == b"old"
    assert (fetched(served, tmp_path, ALONE) / "model.safetensors").read_bytes() == b"new"


def test_a_complete_folder_at_that_commit_is_left_alone(served: HubServer, tmp_path: Path) -> None:
    both(served)
    place = fetched(served, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in place.iterdir()}
    served.asked.clear()
    assert fetched(served, tmp_path) == place
    assert served.brought() == []
    assert {path: path.stat().st_mtime_ns for path in place.iterdir()} == before


def test_a_file_that_went_missing_is_brought_again_and_the_others_are_not(
    served: HubServer, tmp_path: Path
) -> None:
    both(served)
    place = fetched(served, tmp_path)
    (place / "vocab.json").unlink()
    served.asked.clear()
    assert list(fetched_models(tmp_path)) == []
    assert (fetched(served, tmp_path) / "vocab.json").read_bytes() == b"{}"
    assert "model.safetensors" not in served.brought()


def test_a_new_commit_replaces_the_folder_and_large_files_that_stayed_the_same_are_kept(
    served: HubServer, tmp_path: Path
) -> None:
    both(served)
    fetched(served, tmp_path)
    served.asked.clear()
    served.publish("base/Processor", {**PROCESSOR, "vocab.json": b'{"new": 1}'})
    place = fetched(served, tmp_path)
    assert (place / "vocab.json").read_bytes() == b'{"new": 1}'
    assert (place / "model.safetensors").read_bytes() == small()["model.safetensors"]
    assert "model.safetensors" not in served.brought()
    assert visible(tmp_path) == ["org--RC-2b"]


def test_a_model_of_another_family_is_refused_before_its_weights_are_fetched(
    served: HubServer, tmp_path: Path
) -> None:
    both(served, small(model_type="llava"))
    with pytest.raises(UnknownFamilyError, match="'llava'"):
        fetched(served, tmp_path)
    assert served.brought() == ["config.json"]


def test_shards_are_fetched_as_the_index_names_them(served: HubServer, tmp_path: Path) -> None:
    shards = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
    files = {name: data for name, data in small().items() if name != "model.safetensors"}
    files["model.safetensors.index.json"] = index(*shards)
    files |= {**dict.fromkeys(shards, b"shard"), "model-fp32.safetensors": b"a copy"}
    both(served, files)
    place = fetched(served, tmp_path)
    assert {path.name for path in place.glob("*.safetensors")} == set(shards)
    del files[shards[1]]
    both(served, files)
    assert f"has no {shards[1]}" in refused(served, tmp_path)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "no config.json"),
        ({"config.json": b'{"model_type": "qwen2_vl"}', "pytorch_model.bin": b"x"}, "no model.safetensors"),
        ({"config.json": b"<html>", "model.safetensors": b"x"}, "is not JSON"),
        ({"config.json": b"[]", "model.safetensors": b"x"}, "not a JSON object"),
    ],
)
def test_a_repository_without_usable_weights_is_one_line(
    served: HubServer, tmp_path: Path, files: Files, told: str
) -> None:
    served.publish("org/RC-2b", files)
    served.publish("base/Processor", PROCESSOR)
    assert told in refused(served, tmp_path)
    assert visible(tmp_path) == []


def test_a_processor_for_text_only_is_refused(served: HubServer, tmp_path: Path) -> None:
    served.publish("org/Whole", small())
    assert "takes no pictures" in refused(served, tmp_path, ALONE)


def test_too_little_room_is_seen_before_anything_large_is_fetched(
    served: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both(served)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=260_000_000))
    assert "GB are needed and 0.3 GB are free" in refused(served, tmp_path)
    assert served.brought() == ["config.json"]


def test_what_is_already_here_needs_no_room_again(
    served: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both(served)
    served.cuts["model.safetensors"] = [3000, 0, 0, 0, 0, 0]
    refused(served, tmp_path)
    left = len(small()["model.safetensors"]) - 3000
    spare = 256 * 1024 * 1024
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=spare + left - 1))
    assert "are needed" in refused(served, tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=spare + left))
    assert fetched(served, tmp_path).is_dir()


def test_a_folder_that_cannot_be_made_is_one_line(served: HubServer, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be made" in refused(served, tmp_path / "file" / "models")
    assert served.asked == []


def test_a_folder_that_was_put_there_by_hand_is_not_replaced(served: HubServer, tmp_path: Path) -> None:
    both(served)
    (tmp_path / "org--RC-2b").mkdir()
    (tmp_path / "org--RC-2b" / "mine.safetensors").write_bytes(b"mine")
    assert "was not fetched by Placard" in refused(served, tmp_path)
    assert (tmp_path / "org--RC-2b" / "mine.safetensors").read_bytes() == b"mine"


def test_two_commands_do_not_fetch_the_same_model_at_once(served: HubServer, tmp_path: Path) -> None:
    both(served)
    (tmp_path / ".fetching").mkdir()
    with FileLock(tmp_path / ".fetching" / "org--RC-2b.lock"):
        assert "by another command" in refused(served, tmp_path)
    assert fetched(served, tmp_path).is_dir()


def test_the_fetched_folder_loads_and_answers(served: HubServer, tmp_path: Path, tiny_model: Path) -> None:
    import torch
    from PIL import Image
    from transformers import AutoModelForImageTextToText, AutoProcessor

    files = {path.name: path.read_bytes() for path in tiny_model.iterdir()}
    weights = {name: files[name] for name in ("config.json", "generation_config.json", "model.safetensors")}
    served.publish("org/RC-2b", weights)
    served.publish("base/Processor", {**files, "config.json": b"{}", "model.safetensors": b"others"})
    place = fetched(served, tmp_path)
    processor = AutoProcessor.from_pretrained(place)
    model = AutoModelForImageTextToText.from_pretrained(place, dtype=torch.float32)
    content = [{"type": "image", "image": Image.new("RGB", (64, 64))}, {"type": "text", "text": "Who?"}]
    inputs = processor.apply_chat_template(
        [{"role": "user", "content": content}],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )
    written = model.generate(**inputs, max_new_tokens=4, do_sample=False)
    assert processor.batch_decode(written[:, inputs["input_ids"].shape[1] :])[0]


def test_models_are_known_by_short_name_and_by_hub_id() -> None:
    for card in CATALOGUE:
        assert language_card(card.name) is card
        assert language_card(card.repository) is card
    assert len({card.name for card in CATALOGUE}) == len(CATALOGUE)
    other = language_card("someone/Finetuned-Qwen2-VL")
    assert other is not None
    assert (other.processor, other.commercial) == ("someone/Finetuned-Qwen2-VL", False)
    for name in ("nothing", "a/b/c", "../up", "a/..", "/a", "a b/c", ""):
        assert language_card(name) is None
