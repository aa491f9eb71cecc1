"""A model's folder: what it says of itself, and whether it may be loaded at all."""

from __future__ import annotations

import json
import math
from pathlib import Path

from generation.family import Family
from generation.generator import GenerationError
from generation.picture import MAX_TOKENS, MIN_TOKENS, PictureBudget

_CONFIG = "config.json"
# Of a processor, as transformers 4 and 5 write them.
PICTURES = ("preprocessor_config.json", "processor_config.json")
_TOKENIZERS = ("tokenizer.json", "vocab.json")
_SAMPLING = "generation_config.json"
_SETTINGS = (_CONFIG, *PICTURES, "tokenizer_config.json")


# What is taken over from a generation_config.json, and between which numbers it must be.
_BOUNDS = {
    "temperature": (0.0, 100.0),
    "top_p": (0.0, 1.0),
    "top_k": (0.0, math.inf),
    "min_p": (0.0, 1.0),
    "repetition_penalty": (1e-3, 1e3),
}


class BadModelError(GenerationError):
    """A folder that holds no model which may be loaded here."""


def checked_folder(folder: Path) -> Family:
    """The family of the model in a folder; raise `BadModelError` where it must not be loaded."""
    config = _read(folder / _CONFIG)
    family = Family.of(str(config.get("model_type", "")))
    refuse_code(folder)
    _check_sampling(folder)
    if (folder / "adapter_config.json").is_file():
        raise BadModelError(
            f"{model_name(folder)} holds an adapter; merge it into its model and give that folder."
        )
    if not any(folder.glob("*.safetensors")):
        others = sorted(path.name for suffix in ("bin", "pth", "pt") for path in folder.glob(f"*.{suffix}"))
        found = f"only {others[0]}, which can run code when it is read" if others else "none"
        raise BadModelError(
            f"{model_name(folder)} must hold its weights as .safetensors, but there is {found}; "
            "convert them, or fetch another model."
        )
    return family


def picture_budget(min_pixels: int, max_pixels: int, token_side: int) -> PictureBudget:
    """The visual tokens that a model's own limits of pixels allow, within Qwen's advice.

    A model made for smaller pictures than that keeps its own limits.

    >>> picture_budget(56 * 56, 16384 * 28 * 28, 28)
    PictureBudget(min_tokens=256, max_tokens=1280)
    >>> picture_budget(4 * 28 * 28, 512 * 28 * 28, 28)
    PictureBudget(min_tokens=4, max_tokens=512)
    """
    square = token_side**2
    least, most = max(1, -(-min_pixels // square)), max(1, max_pixels // square)
    if most < MAX_TOKENS:
        return PictureBudget(min(least, most), most)
    return PictureBudget(min(max(least, MIN_TOKENS), MAX_TOKENS), MAX_TOKENS)


def model_name(folder: Path) -> str:
    """What a model is called after its folder, also in `placard models fetch`'s and the hub's own layouts.

    >>> model_name(Path("models/weihongliang--RC-Qwen2VL-2b"))
    'weihongliang/RC-Qwen2VL-2b'
    >>> model_name(Path("hub/models--Qwen--Qwen2-VL-2B-Instruct/snapshots/895c"))
    'Qwen/Qwen2-VL-2B-Instruct'
    """
    if folder.parent.name == "snapshots" and folder.parent.parent.name.startswith("models--"):
        folder = Path(folder.parent.parent.name.removeprefix("models--"))
    return folder.name.replace("--", "/", 1)


def has_processor(folder: Path) -> bool:
    """Whether a folder holds a tokenizer and picture settings."""
    return all(any((folder / name).is_file() for name in names) for names in (PICTURES, _TOKENIZERS))


def refuse_code(folder: Path) -> None:
    """Raise `BadModelError` where a folder asks for code of its own."""
    for name in _SETTINGS:
        if (folder / name).is_file() and "auto_map" in _read(folder / name):
            raise BadModelError(
                f"{model_name(folder)} needs code of its own ({name}: auto_map), which is never run."
            )


def _check_sampling(folder: Path) -> None:
    """Raise `BadModelError` for a generation_config.json that the library would ignore or stumble over."""
    if not (folder / _SAMPLING).is_file():
        return
    told = _read(folder / _SAMPLING)
    for name, (least, most) in _BOUNDS.items():
        value = told.get(name)
        if value is not None and not (isinstance(value, int | float) and least <= value <= most):
            raise BadModelError(
                f"{_SAMPLING} of {model_name(folder)} has {name} {value!r}; expected a number from {least:g} "
                f"to {most:g}."
            )
    ends = told.get("eos_token_id")
    if not all(isinstance(id_, int) for id_ in (ends if isinstance(ends, list) else [ends or 0])):
        raise BadModelError(
            f"{_SAMPLING} of {model_name(folder)} has eos_token_id {ends!r}; expected one token id or a list."
        )


def _read(path: Path) -> dict[str, object]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadModelError(f"Cannot read {path.name} of the model in {path.parent}: {error}.") from error
    if not isinstance(settings, dict):
        raise BadModelError(f"{path.name} of the model in {path.parent} must be a JSON object.")
    return settings
