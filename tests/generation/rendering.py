"""Messages as a model reads them: text by the chat template, token ids by the real tokenizer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transformers import Qwen2Tokenizer

from generation.message import Message
from tests.tiny import FIRST_SPECIAL

_PICTURE = "<|vision_start|><|image_pad|><|vision_end|>"
_ENTRY = re.compile(r"\[\d+\]\s*:")


def rendered(tokenizer: Qwen2Tokenizer, messages: Sequence[Message]) -> str:
    """The whole chat up to where the model begins to write."""
    chat = [{"role": message.role.value, "content": _content(message)} for message in messages]
    return str(tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True))


def _content(message: Message) -> list[dict[str, str]]:
    text = {"type": "text", "text": message.text}
    return [{"type": "image"}, text] if message.picture else [text]


def token_ids(tokenizer: Qwen2Tokenizer, text: str) -> list[int]:
    """What the model gets of a text."""
    return list(tokenizer(text, add_special_tokens=False).input_ids)


def special_ids(tokenizer: Qwen2Tokenizer, text: str) -> list[int]:
    """The special tokens of a text in order."""
    return [token for token in token_ids(tokenizer, text) if token >= FIRST_SPECIAL]


def entry_lines(text: str) -> int:
    """How many lines begin like an entry; the first one follows the picture."""
    lines = (line.removeprefix(_PICTURE).strip() for line in text.splitlines())
    return sum(_ENTRY.match(line) is not None for line in lines)
