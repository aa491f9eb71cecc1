"""Fetching made-up models from a server on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generation.fetching.catalogue import LanguageCard
from generation.fetching.fetch import fetch_language_model
from generation.fetching.hub import Hub
from tests.generation.fetching.hub_server import Files, HubServer
from vision.models import FetchError

CARD = LanguageCard("rc", "org/RC-2b", "base/Processor", 0.1, "none")
ALONE = LanguageCard("whole", "org/Whole", "org/Whole", 0.1, "none")


def small(weights: bytes = b"weights" * 1000, model_type: str = "qwen2_vl") -> Files:
    """A model without a processor."""
    return {
        "config.json": json.dumps({"model_type": model_type}).encode(),
        "generation_config.json": b"{}",
        "model.safetensors": weights,
        "LICENSE": b"",
    }


PROCESSOR = {
    "config.json": b'{"model_type": "qwen2_vl", "of": "the processor\'s repository"}',
    "generation_config.json": b'{"of": "the processor"}',
    "model.safetensors": b"other weights",
    "preprocessor_config.json": b'{"size": 1}',
    "tokenizer.json": b"{}",
    "vocab.json": b"{}",
    "merges.txt": b"#version",
    "chat_template.json": b"{}",
}


def both(served: HubServer, files: Files | None = None) -> None:
    """Publish a model, by default the small one, and a processor."""
    served.publish("org/RC-2b", files or small())
    served.publish("base/Processor", PROCESSOR)


def fetched(served: HubServer, root: Path, card: LanguageCard = CARD, revision: str = "main") -> Path:
    """The folder of a fetched model."""
    return fetch_language_model(card, root, revision=revision, hub=Hub(served.endpoint, pause_s=0))


def refused(served: HubServer, root: Path, card: LanguageCard = CARD, revision: str = "main") -> str:
    """The one line with which a fetch is refused."""
    with pytest.raises(FetchError) as caught:
        fetched(served, root, card, revision)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def visible(root: Path) -> list[str]:
    """The names of what is not hidden in a folder."""
    return [path.name for path in root.iterdir() if not path.name.startswith(".")]


def index(*shards: str) -> bytes:
    """An index that names these files."""
    return json.dumps({"weight_map": {f"layer.{shard}": shard for shard in shards}}).encode()
