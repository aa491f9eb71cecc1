"""Where the processor of a model is: tokenizer, chat template and picture settings."""

from __future__ import annotations

from pathlib import Path

from generation.family import Family
from generation.fetching.catalogue import QWEN2, language_card
from generation.local.finding import ModelNotFoundError, find_model
from generation.local.folder import (
    PICTURES,
    BadModelError,
    checked_folder,
    has_processor,
    model_name,
    refuse_code,
)


def processor_folder(folder: Path, root: Path, asked: str = "") -> Path:
    """The folder of a model's processor: the one that is asked for, else its own, else the published one.

    `asked` is a folder or hub id. RC-Qwen2-VL is published without a processor, so that of the model which it
    was tuned from is looked for, as `find_model` does. Raise `BadModelError` where there is none.
    """
    place = _asked(asked, root) if asked else _standing(folder, root)
    refuse_code(place)
    return place


def _asked(asked: str, root: Path) -> Path:
    place = _found(asked, root)
    if place is None or not has_processor(place):
        raise BadModelError(
            f"There is no processor in {asked}; expected a folder, or the id of a model on disk, with a "
            f"tokenizer (tokenizer.json) and picture settings ({PICTURES[0]})."
        )
    return place


def _standing(folder: Path, root: Path) -> Path:
    if has_processor(folder):
        return folder
    published = _published(folder)
    place = _found(published, root) if published else None
    if place is not None and has_processor(place):
        return place
    advice = f"'placard models fetch {published}' brings one" if published else "take that of its base model"
    raise BadModelError(
        f"{model_name(folder)} does not hold a tokenizer (tokenizer.json) and picture settings "
        f"({PICTURES[0]}); {advice}, or name a folder that has them (PLACARD_PROCESSOR)."
    )


def _published(folder: Path) -> str:
    """The id of the model whose processor belongs to the one in a folder; empty where nobody knows."""
    card = language_card(model_name(folder))
    if card is not None and card.processor != card.name:
        return card.processor
    return QWEN2 if checked_folder(folder) is Family.QWEN2_VL else ""


def _found(spec: str, root: Path) -> Path | None:
    for name in PICTURES:
        try:
            return find_model(spec, root, holds=name)
        except ModelNotFoundError:
            continue
    return None
