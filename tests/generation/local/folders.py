"""Folders of small models: other families, and the layout of older releases of transformers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    GenerationConfig,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

from tests.tiny import real_tokenizer

WEIGHTS = "model.safetensors"
_DEVIATION = 0.3
_IDS = {"bos_token_id": 151643, "eos_token_id": 151645, "tie_word_embeddings": True}
_TEXT = {
    "vocab_size": 151680,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "initializer_range": _DEVIATION,
    **_IDS,
}
_VISION = {"depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": 64}


def save_qwen2_5(source: Path, folder: Path) -> Path:
    """Write a small random Qwen2.5-VL with the tokenizer in `source`."""
    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]}
    vision = {**_VISION, "fullatt_block_indexes": [1], "initializer_range": _DEVIATION}
    torch.manual_seed(1)
    config = Qwen2_5_VLConfig(
        text_config={**_TEXT, "rope_parameters": rope}, vision_config=vision, initializer_range=_DEVIATION
    )
    _save(Qwen2_5_VLForConditionalGeneration(config), folder)
    tokenizer = real_tokenizer(source)
    Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(),
        chat_template=tokenizer.chat_template,
    ).save_pretrained(folder)
    return folder


def save_qwen3(source: Path, folder: Path) -> Path:
    """Write a small random Qwen3-VL with the tokenizer in `source`."""
    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [4, 2, 2]}
    text = {**_TEXT, "head_dim": 16, "rope_parameters": rope}
    vision = {**_VISION, "deepstack_visual_indexes": [0], "num_position_embeddings": 256}
    torch.manual_seed(2)
    config = Qwen3VLConfig(
        text_config=text,
        vision_config={**vision, "initializer_range": _DEVIATION},
        image_token_id=151655,
        video_token_id=151656,
        vision_start_token_id=151652,
        vision_end_token_id=151653,
        tie_word_embeddings=True,
        initializer_range=_DEVIATION,
    )
    _save(Qwen3VLForConditionalGeneration(config), folder)
    tokenizer = real_tokenizer(source)
    Qwen3VLProcessor(
        image_processor=Qwen2VLImageProcessor(patch_size=16),
        tokenizer=tokenizer,
        video_processor=Qwen3VLVideoProcessor(),
        chat_template=tokenizer.chat_template,
    ).save_pretrained(folder)
    return folder


def copied(folder: Path, to: Path) -> Path:
    """A copy of a model's folder that may be changed; files are links until they are written anew."""
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).symlink_to(path)
    return to


def lightened(folder: Path) -> Path:
    """Cut the vocabulary of a copied folder to bytes and special tokens; that loads 20 times faster."""
    whole = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    short = {token: id_ for token, id_ in whole["model"]["vocab"].items() if len(token) == 1}
    special = {token["content"]: token["id"] for token in whole["added_tokens"]}
    whole["model"] |= {"vocab": {**short, **special}, "merges": []}
    rewritten(folder / "tokenizer.json", json.dumps(whole))
    return folder


def rewritten(path: Path, text: str) -> None:
    """Replace a file of a copied folder."""
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """The weights in a folder by their names there."""
    return load_file(folder / WEIGHTS)


def reweighted(folder: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Replace the weights of a copied folder."""
    (folder / WEIGHTS).unlink(missing_ok=True)
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def older(folder: Path, source: Path) -> Path:
    """Rewrite a copied Qwen2-VL as older releases saved it, which is how RC-Qwen2-VL was published."""
    new = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    text, vision = new.pop("text_config"), new.pop("vision_config")
    rope = text.pop("rope_parameters")
    text.pop("layer_types")
    flat = {
        **text,
        **new,
        "rope_theta": rope["rope_theta"],
        "rope_scaling": {"type": "mrope", "mrope_section": rope["mrope_section"]},
        "vision_config": {
            **{
                name: vision[name] for name in ("depth", "embed_dim", "num_heads", "hidden_size", "mlp_ratio")
            },
            **{"in_chans": 3, "spatial_patch_size": 14, "model_type": "qwen2_vl"},
        },
        "torch_dtype": "bfloat16",
        "transformers_version": "4.45.0.dev0",
    }
    rewritten(folder / "config.json", json.dumps(flat))
    for name in ("processor_config.json", "chat_template.jinja"):
        (folder / name).unlink()
    shutil.copy(source / "preprocessor_config.json", folder)
    template = (source / "chat_template.jinja").read_text(encoding="utf-8")
    rewritten(folder / "chat_template.json", json.dumps({"chat_template": template}))
    return folder


def _save(model: Qwen2_5_VLForConditionalGeneration | Qwen3VLForConditionalGeneration, folder: Path) -> None:
    model.generation_config = GenerationConfig(eos_token_id=[151645, 151643], pad_token_id=151643)
    model.save_pretrained(folder)
