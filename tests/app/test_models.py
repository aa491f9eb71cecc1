"""`placard models` as a user runs it, with language models from a real server on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import read_settings
from tests.app.conftest import Result, Run
from tests.generation.fetching.hub_server import HubServer, serving

WEIGHTS = {"config.json": b'{"model_type": "qwen2_vl"}', "model.safetensors": b"weights"}
OWL = {"config.json": b'{"model_type": "owlv2"}', "model.safetensors": b"owl", "vocab.json": b"{}"}
PROCESSOR = {"preprocessor_config.json": b"{}", "tokenizer.json": b"{}"}


@pytest.fixture
def served() -> Iterator[HubServer]:
    with serving() as hub:
        hub.publish("weihongliang/RC-Qwen2VL-2b", WEIGHTS)
        hub.publish("Qwen/Qwen2-VL-2B-Instruct", PROCESSOR)
        hub.publish("google/owlv2-base-patch16-ensemble", {**OWL, "pytorch_model.bin": b"pickle"})
        hub.publish("facebook/dinov2-small", {"config.json": b"{}", "pytorch_model.bin": b"pickle"})
        hub.publish("someone/Tuned", {**WEIGHTS, **PROCESSOR})
        yield hub


def placard(hub: HubServer, *arguments: str) -> Result:
    """Runs the program in a process of its own, for the hub's library reads its address once."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment |= {"HF_ENDPOINT": hub.endpoint, "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "0"}
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def line(result: Result, name: str) -> str:
    (found,) = [line for line in result.out.splitlines() if line.split()[:1] == [name]]
    return found


def test_models_are_listed_with_size_and_licence(run: Run) -> None:
    result = run("models", "list")
    assert result.code == 0
    assert "4.4 GB" in line(result, "rc-qwen2-vl-2b")
    assert "see its page; weihongliang/RC-Qwen2VL-2b" in line(result, "rc-qwen2-vl-2b")
    assert "Apache-2.0" in line(result, "qwen2-vl-2b")
    assert "non-commercial" in line(result, "qwen2.5-vl-3b")
    assert "275 MB" in line(result, "buffalo_l")
    assert "on disk" in line(result, "dlib")


def test_listing_and_refusing_models_does_not_load_the_libraries_of_language_models() -> None:
    heavy = "{'torch', 'transformers', 'huggingface_hub'}"
    code = f"import sys, app.models; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "[]\n"


def test_a_language_model_is_fetched_by_its_short_name_and_is_then_on_disk(
    run: Run, served: HubServer
) -> None:
    result = placard(served, "models", "fetch", "rc-qwen2-vl-2b")
    place = read_settings().language_root / "weihongliang--RC-Qwen2VL-2b"
    assert (result.code, result.out) == (0, f"rc-qwen2-vl-2b is in {place}.\n")
    assert "rc-qwen2-vl-2b: licence not known here, see its page." in result.err
    assert (place / "model.safetensors").read_bytes() == b"weights"
    assert json.loads((place / "placard.json").read_text())["format"] == 1
    assert "on disk" in line(run("models", "list"), "rc-qwen2-vl-2b")
    assert "4.4 GB" in line(run("models", "list"), "qwen2-vl-2b")


def test_any_model_of_a_known_family_is_fetched_by_its_hub_id(run: Run, served: HubServer) -> None:
    assert placard(served, "models", "fetch", "someone/Tuned").code == 0
    assert "on disk" in line(run("models", "list"), "someone/Tuned")


def test_what_cannot_be_fetched_is_one_line(run: Run, served: HubServer, tmp_path: Path) -> None:
    result = run("models", "fetch", "gpt")
    assert (result.code, result.out) == (1, "")
    assert "buffalo_l, buffalo_s, clip-vit-b-32, dinov2-small" in result.err
    assert len(result.err.splitlines()) == 1
    result = placard(served, "models", "fetch", "nobody/nothing")
    assert result.code == 1
    assert result.err.splitlines()[-1].startswith("Error: The hub has no nobody/nothing")
    assert "Traceback" not in result.err


def test_models_of_things_are_listed_and_fetched_into_a_folder_of_their_own(
    served: HubServer, run: Run
) -> None:
    assert "0.6 GB" in line(run("models", "list"), "owlv2")
    assert "Apache-2.0; finds what it is asked for" in line(run("models", "list"), "owlv2")
    result = placard(served, "models", "fetch", "owlv2")
    assert result.code == 0, result.err
    folder = read_settings().things_root / "owlv2"
    assert result.out == f"owlv2 is in {folder}.\n"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*OWL, "placard.json"])
    assert not (folder / "pytorch_model.bin").exists()
    assert "on disk" in line(run("models", "list"), "owlv2")


def test_a_model_of_things_without_safetensors_is_not_fetched(served: HubServer) -> None:
    result = placard(served, "models", "fetch", "dinov2-small")
    assert result.code == 1
    assert result.err.strip().endswith(
        "Error: facebook/dinov2-small has no model.safetensors; only safetensors are fetched."
    )
    assert not (read_settings().things_root / "dinov2-small").exists()
