"""Finding the processor of a model that was published without one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from generation.local.folder import BadModelError
from generation.local.loading import load_model
from generation.local.processor import processor_folder
from tests.generation.local.folders import copied, older, rewritten
from vision.device import Device

_TOOLS = ("tokenizer.json", "tokenizer_config.json", "processor_config.json", "chat_template.jinja")
_BASE = "Qwen--Qwen2-VL-2B-Instruct"


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty Hugging Face cache."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def bare(light: Path, tmp_path: Path) -> Path:
    """A model's folder as RC-Qwen2-VL is published: weights and configuration."""
    (tmp_path / "models").mkdir()
    folder = copied(light, tmp_path / "models" / "weihongliang--RC-Qwen2VL-2b")
    for name in _TOOLS:
        (folder / name).unlink()
    return folder


def cached(cache: Path, repository: str, source: Path) -> Path:
    """Put a folder into the Hugging Face cache as the hub's own client does."""
    place = cache / f"models--{repository.replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text("c0ffee")
    return Path(shutil.copytree(source, place / "snapshots" / "c0ffee"))


def test_a_model_with_a_processor_keeps_its_own(light: Path, tmp_path: Path) -> None:
    copied(light, tmp_path / _BASE)
    assert processor_folder(light, tmp_path) == light


def test_a_model_without_one_takes_that_which_lies_beside_it(bare: Path, light: Path) -> None:
    base = copied(light, bare.parent / _BASE)
    assert processor_folder(bare, bare.parent) == base
    assert load_model(bare, device=Device.CPU).picture_budget.max_tokens == 1280


def test_both_are_found_in_the_hugging_face_cache(bare: Path, light: Path, cache: Path) -> None:
    model = cached(cache, "weihongliang/RC-Qwen2VL-2b", bare)
    base = cached(cache, "Qwen/Qwen2-VL-2B-Instruct", light)
    assert processor_folder(model, cache / "nowhere") == base


def test_the_older_layout_of_a_processor_is_found(bare: Path, light: Path, qwen2_files: Path) -> None:
    base = older(copied(light, bare.parent / _BASE), qwen2_files)
    assert not (base / "processor_config.json").exists()
    assert processor_folder(bare, bare.parent) == base


def test_a_tuned_model_of_any_name_takes_the_processor_of_its_family(bare: Path, light: Path) -> None:
    base = copied(light, bare.parent / _BASE)
    mine = bare.rename(bare.parent / "my-own-tuning")
    assert processor_folder(mine, mine.parent) == base
    config = json.loads((mine / "config.json").read_text(encoding="utf-8"))
    rewritten(mine / "config.json", json.dumps({**config, "model_type": "qwen3_vl"}))
    with pytest.raises(BadModelError, match="take that of its base model, or name a folder"):
        processor_folder(mine, mine.parent)


def test_the_one_that_is_asked_for_goes_before_the_models_own(light: Path, tmp_path: Path) -> None:
    other = copied(light, tmp_path / "org--other")
    assert processor_folder(light, tmp_path, "org/other") == other
    assert processor_folder(light, tmp_path, str(other)) == other


@pytest.mark.parametrize("asked", ["/no/such/folder", "nobody/nothing", "x" * 5000])
def test_one_that_is_asked_for_and_is_not_there_is_an_error(light: Path, tmp_path: Path, asked: str) -> None:
    with pytest.raises(BadModelError, match="There is no processor in"):
        processor_folder(light, tmp_path, asked)


def test_a_folder_without_a_processor_is_no_processor(light: Path, bare: Path) -> None:
    with pytest.raises(BadModelError, match=rf"There is no processor in .*{bare.name}; expected"):
        load_model(light, processor=bare)


def test_what_is_missing_is_said_with_the_way_to_it(bare: Path) -> None:
    with pytest.raises(BadModelError, match="'placard models fetch Qwen/Qwen2-VL-2B-Instruct' brings one"):
        load_model(bare)
