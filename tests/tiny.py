"""A small random Qwen2-VL of the real class with the real vocabulary, saved to a folder."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import (
    GenerationConfig,
    Qwen2Tokenizer,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
)

SPECIAL = [
    f"<|{word}|>"
    for word in (
        *("endoftext", "im_start", "im_end", "object_ref_start", "object_ref_end", "box_start", "box_end"),
        *("quad_start", "quad_end", "vision_start", "vision_end", "vision_pad", "image_pad", "video_pad"),
    )
]
FIRST_SPECIAL = 151643
_VOCABULARY = 151680
# With the usual deviation of 0.02 the model says the same to everything, and no comparison proves anything.
_DEVIATION = 0.3


def save_tiny(source: Path, folder: Path, *, seed: int = 0) -> Path:
    """Write a model of 10 million random weights with the tokenizer in `source`."""
    save_processor(source, folder)
    torch.manual_seed(seed)
    model = Qwen2VLForConditionalGeneration(_config())
    model.generation_config = GenerationConfig(
        do_sample=True, temperature=0.01, top_k=1, eos_token_id=[151645, 151643], pad_token_id=151643
    )  # as Qwen2-VL-2B-Instruct's
    model.save_pretrained(folder)
    return folder


def save_true_2b(source: Path, folder: Path) -> Path:
    """Write random weights in the configuration of Qwen2-VL-2B-Instruct, made on the GPU in bfloat16."""
    save_processor(source, folder)
    with torch.device("cuda"):
        model = Qwen2VLForConditionalGeneration._from_config(_true_2b(), dtype=torch.bfloat16)
    model.save_pretrained(folder)
    return folder


def save_processor(source: Path, folder: Path) -> None:
    """Write tokenizer, chat template and image settings, as the published folders have them."""
    tokenizer = real_tokenizer(source)
    settings = json.loads((source / "preprocessor_config.json").read_text(encoding="utf-8"))
    size = {"shortest_edge": settings["min_pixels"], "longest_edge": settings["max_pixels"]}
    Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=size),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(size=size),
        chat_template=tokenizer.chat_template,
    ).save_pretrained(folder)


def real_tokenizer(source: Path) -> Qwen2Tokenizer:
    """Qwen2-VL's tokenizer from its vocabulary and merges, with the special tokens at their ids."""
    vocabulary = json.loads((source / "vocab.json").read_text(encoding="utf-8"))
    lines = (source / "merges.txt").read_text(encoding="utf-8").splitlines()
    merges = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=merges)
    # In the order of their ids, before any is named as end or padding: naming them first shuffles the ids.
    tokenizer.add_tokens(SPECIAL, special_tokens=True)
    tokenizer.eos_token, tokenizer.pad_token = "<|im_end|>", "<|endoftext|>"
    ids = tokenizer.convert_tokens_to_ids(SPECIAL)
    assert ids == list(range(FIRST_SPECIAL, FIRST_SPECIAL + len(SPECIAL))), ids
    tokenizer.chat_template = (source / "chat_template.jinja").read_text(encoding="utf-8")
    return tokenizer


def _config() -> Qwen2VLConfig:
    text = {
        "vocab_size": _VOCABULARY,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]},
        "initializer_range": _DEVIATION,
        "bos_token_id": 151643,
        "eos_token_id": 151645,
        "tie_word_embeddings": True,
    }
    vision = {"depth": 2, "embed_dim": 32, "num_heads": 2, "hidden_size": 64, "mlp_ratio": 2}
    return Qwen2VLConfig(
        text_config=text,
        vision_config={**vision, "initializer_range": _DEVIATION},
        tie_word_embeddings=True,
        initializer_range=_DEVIATION,
    )


def _true_2b() -> Qwen2VLConfig:
    text = {
        "vocab_size": 151936,
        "hidden_size": 1536,
        "intermediate_size": 8960,
        "num_hidden_layers": 28,
        "num_attention_heads": 12,
        "num_key_value_heads": 2,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
        "bos_token_id": 151643,
        "eos_token_id": 151645,
        "tie_word_embeddings": True,
    }
    vision = {"depth": 32, "embed_dim": 1280, "num_heads": 16, "hidden_size": 1536, "mlp_ratio": 4}
    return Qwen2VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=True)
