"""A model's folder: what it says of itself, and whether it may be loaded at all."""

from __future__ import annotations

import json
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


# What is taken over from a generation_config.json.
_WANTED = {
    **dict.fromkeys(("temperature", "top_p", "top_k", "min_p", "repetition_penalty"), "a number"),
    "eos_token_id": "one token id or a list of them",
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
        raise BadModelError(f"{folder.name} holds an adapter; merge it into its model and give that folder.")
    if not any(folder.glob("*.safetensors")):
        others = sorted(path.name for suffix in ("bin", "pth", "pt") for path in folder.glob(f"*.{suffix}"))
        found = f"only {others[0]}, which can run code when it is read" if others else "none"
        raise BadModelError(
            f"{folder.name} must hold its weights as .safetensors, but there is {found}; "
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
                f"{folder.name} needs code of its own ({name}: auto_map), which is never run."
            )


def _check_sampling(folder: Path) -> None:
    """Raise `BadModelError` for a generation_config.json that the library would ignore or stumble over."""
    if not (folder / _SAMPLING).is_file():
        return
    for name, value in _read(folder / _SAMPLING).items():
        wanted = _WANTED.get(name)
        if wanted is not None and value is not None and not _is_number(value, wanted):
            raise BadModelError(f"{_SAMPLING} of {folder.name} has {name} {value!r}; expected {wanted}.")


def _is_number(value: object, wanted: str) -> bool:
    match wanted:
        case "a number":
            return isinstance(value, int | float)
        case _:
            ids = value if isinstance(value, list) else [value]
            return all(isinstance(id_, int) for id_ in ids)


def _read(path: Path) -> dict[str, object]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadModelError(f"Cannot read {path.name} of the model in {path.parent}: {error}.") from error
    if not isinstance(settings, dict):
        raise BadModelError(f"{path.name} of the model in {path.parent} must be a JSON object.")
    return settings
