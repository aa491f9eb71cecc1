"""What every embedder of crops offers, and finding the right one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vision.device import Device
from vision.errors import UserError
from vision.faces import digest_of

OPEN_CLIP_CONFIG = "open_clip_config.json"
OPEN_CLIP_WEIGHTS = "open_clip_model.safetensors"
CONFIG = "config.json"
WEIGHTS = "model.safetensors"


class Embedder(Protocol):
    """An image encoder."""

    @property
    def name(self) -> str:
        """What to pass as `--things` to get it again: its folder."""

    @property
    def identity(self) -> str:
        """The architecture and the weights, in the form that spaces begin with."""

    @property
    def dimension(self) -> int:
        """The length of an embedding."""

    @property
    def device(self) -> str:
        """Where it runs and why, in words."""

    def embed(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Unit embeddings (n, d) of square crops (side, side, 3) of any sizes."""


@runtime_checkable
class TextEmbedder(Protocol):
    """An embedder that takes texts into the same space."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit embeddings (n, d) of texts."""


class ThingsUnavailableError(UserError):
    """The embedder or detector of things that was asked for cannot be loaded."""


def load_embedder(folder: Path, device: Device = Device.AUTO) -> Embedder:
    """The encoder in a folder; its network is loaded at the first crop. Nothing is downloaded."""
    if (folder / OPEN_CLIP_CONFIG).is_file():
        from vision.clip_embedder import ClipEmbedder

        return ClipEmbedder(folder, device)
    from vision.vit_embedder import VitEmbedder

    return VitEmbedder(folder, device)


def identity_of(folder: Path) -> str:
    """The identity that `load_embedder` would give, without loading the network."""
    if (folder / OPEN_CLIP_CONFIG).is_file():
        vision = read_json(folder / OPEN_CLIP_CONFIG).get("model_cfg", {}).get("vision_cfg", {})
        name = vision.get("timm_model_name") or "vit-{layers}x{width}-{patch_size}".format_map(_Known(vision))
        return f"openclip-{_plain(name)}-{digest_of(weights_in(folder, OPEN_CLIP_WEIGHTS))[:12]}"
    kind = read_json(folder / CONFIG).get("model_type", "model")
    return f"{_plain(str(kind))}-{digest_of(weights_in(folder, WEIGHTS))[:12]}"


def is_embedder(folder: Path) -> bool:
    """Whether a folder looks like one of an image encoder."""
    if (folder / OPEN_CLIP_CONFIG).is_file():
        return (folder / OPEN_CLIP_WEIGHTS).is_file()
    return (folder / WEIGHTS).is_file() and _model_type(folder) in ENCODERS


# The model types of transformers whose pooled output tells instances apart.
ENCODERS = frozenset({"dinov2", "dinov2_with_registers"})


def _model_type(folder: Path) -> str:
    try:
        return str(read_json(folder / CONFIG).get("model_type", ""))
    except ThingsUnavailableError:
        return ""


def weights_in(folder: Path, name: str) -> Path:
    """The file with the weights; raise `ThingsUnavailableError` where only others are there."""
    path = folder / name
    if not path.is_file():
        raise ThingsUnavailableError(
            f"{folder.name} must hold its weights as {name}, but there is none; only safetensors are read."
        )
    return path


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; raise `ThingsUnavailableError`."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ThingsUnavailableError(
            f"{path.parent} is not the folder of such a model: it has no {path.name}. 'placard models list' "
            f"shows what can be fetched."
        ) from error
    except (OSError, ValueError) as error:
        raise ThingsUnavailableError(f"{path} cannot be read: {error}. Fetch the model again.") from error
    if not isinstance(found, dict):
        raise ThingsUnavailableError(f"{path} must hold a JSON object. Fetch the model again.")
    return found


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "_-." else "-" for letter in name)[:80]


class _Known(dict[str, object]):
    """The values of a configuration, a question mark for what it does not say."""

    def __missing__(self, key: str) -> str:
        return "?"
