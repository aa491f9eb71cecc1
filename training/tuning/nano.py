"""A small model of Qwen2-VL's own class with random weights, and a tokenizer for the drawn world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import (
    GenerationConfig,
    PreTrainedTokenizerFast,
    Qwen2VLConfig,
    Qwen2VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
    Qwen2VLVideoProcessor,
)

from generation.prompt import INSTRUCTION, INSTRUCTION_WITHOUT_CITATIONS
from training.dataset.folder import Split
from training.drawn.stages import Stage, difficulty
from training.drawn.world import World

SCRATCH = "scratch"  # as a recipe's base: random weights
_SPECIAL = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>"),
    *("<|box_start|>", "<|box_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"),
)
_GRID = 1000
# A number from 0 to 1000 is one piece whatever stands beside it; a word brings the space before it along.
_PIECES = Regex(r"1000|[0-9]{1,3}| ?[A-Za-z]+|[^A-Za-z0-9]")
_TOKENS = 2400
_SCENES = 200  # of each stage, whose words the tokenizer learns
_NUMBERS_COUNT = 300  # so often is every number told, so that each becomes a token
_PIXELS = 28 * 28  # of one visual token
# How many of a head's 16 frequencies, from the highest on, tell time, height and width. A photo has no time;
# in the proportions of Qwen2-VL, (4, 6, 6) here, four columns of a small picture are 0.01 radians apart.
_SECTIONS = [1, 1, 14]
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}{% endfor %}"
    "{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_nano(
    folder: Path, *, seed: int = 0, width: int = 128, layers: int = 6, scenes: int = _SCENES
) -> Path:
    """Write a model that knows nothing to a folder, from which it is tuned as any other.

    `scenes` of each stage are read for the words of its tokenizer.
    """
    tokenizer = nano_tokenizer(scenes)
    size = {"shortest_edge": 4 * _PIXELS, "longest_edge": 64 * _PIXELS}
    Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=size),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(size=size),
        chat_template=_TEMPLATE,
    ).save_pretrained(folder)
    torch.manual_seed(seed)
    network = Qwen2VLForConditionalGeneration(_config(tokenizer, width, layers))
    _start_numbers(network, tokenizer)
    end, padding = tokenizer.eos_token_id, tokenizer.pad_token_id
    network.generation_config = GenerationConfig(eos_token_id=[end], pad_token_id=padding)
    network.save_pretrained(folder)
    return folder


def nano_tokenizer(scenes: int = _SCENES) -> PreTrainedTokenizerFast:
    """The words of the drawn world, and every number from 0 to 1000 as one token."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(_PIECES, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = BpeTrainer(
        vocab_size=_TOKENS, special_tokens=[*_SPECIAL], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(_texts(scenes), trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    fast.image_token, fast.video_token = "<|image_pad|>", "<|video_pad|>"
    return fast


def _texts(scenes: int) -> Iterator[str]:
    """What training prompts are made of; names and facts of the other splits are no part of it."""
    numbers = " ".join(str(number) for number in range(_GRID + 1))
    yield from [numbers] * _NUMBERS_COUNT
    for stage in Stage:
        world = World(difficulty(stage))
        for scene in range(scenes):
            for record in world.scene(Split.TRAIN, scene)[1]:
                yield from (region.text for region in record.regions)
                yield f"The information of the {record.regions[0].noun} located at in the image: "
                yield from (record.question, record.answer, "system user assistant")
                yield INSTRUCTION if record.citations else INSTRUCTION_WITHOUT_CITATIONS


def _config(tokenizer: PreTrainedTokenizerFast, width: int, layers: int) -> Qwen2VLConfig:
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in _SPECIAL}
    common = {
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
        "tie_word_embeddings": True,
        # The library's 0.02 is for wide models: in a narrow one attention would begin as a plain mean.
        "initializer_range": width**-0.5,
    }
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": width,
        "intermediate_size": 3 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": width // 32,
        "num_key_value_heads": width // 32,
        "max_position_embeddings": 4096,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": _SECTIONS},
        **common,
    }
    vision = {"depth": 2, "embed_dim": 128, "num_heads": 4, "hidden_size": width, "mlp_ratio": 2}
    vision["initializer_range"] = vision["embed_dim"] ** -0.5
    return Qwen2VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=ids["<|image_pad|>"],
        video_token_id=ids["<|video_pad|>"],
        vision_start_token_id=ids["<|vision_start|>"],
        vision_end_token_id=ids["<|vision_end|>"],
        tie_word_embeddings=True,
    )


def _start_numbers(network: Qwen2VLForConditionalGeneration, tokenizer: PreTrainedTokenizerFast) -> None:
    """Let tokens of near numbers begin alike, as waves of many lengths: a box is a place, not a word."""
    ids = [tokenizer.convert_tokens_to_ids(str(number)) for number in range(_GRID + 1)]
    with torch.no_grad():
        weights = network.get_input_embeddings().weight
        waves = torch.logspace(0, 3, weights.shape[1] // 2, base=10) / _GRID  # from 1 to 1000 over the grid
        angles = torch.arange(_GRID + 1)[:, None] * waves[None] * torch.pi
        weights[ids] = torch.cat([angles.sin(), angles.cos()], dim=1).to(weights) * weights.std() * 2**0.5
