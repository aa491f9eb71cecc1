"""Messages to tokens, in which a text can add no token that means something to the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from transformers import ProcessorMixin

from generation.generator import GenerationError
from generation.message import Message

# What the prompt itself marks places and things with; every other special token is the template's alone.
ALLOWED = frozenset({"<|box_start|>", "<|box_end|>", "<|object_ref_start|>", "<|object_ref_end|>"})
# Ends a turn in every Qwen chat.
END_OF_TURN = "<|im_end|>"
_BROKEN = str.maketrans({"<": "\u2039", ">": "\u203a"})


class ChatTemplate:
    """How one model's chats are written in its tokens."""

    def __init__(self, processor: ProcessorMixin, image_token: int) -> None:
        self._processor = processor
        self._tokenizer = processor.tokenizer
        self._image_token = image_token
        added: dict[str, int] = self._tokenizer.get_added_vocab()
        self._end = added.get(END_OF_TURN)
        self._foreign = {token: id_ for token, id_ in added.items() if token not in ALLOWED}
        self._foreign_ids = frozenset(self._foreign.values())

    def count(self, text: str) -> int:
        """How many tokens a text is."""
        return len(self._ids(text))

    def single_token(self, text: str) -> int:
        """The id of a text that is one token; raise `ValueError` where it is more."""
        ids = self._ids(text)
        if len(ids) != 1:
            raise ValueError(f"Expected one token, but '{text}' is {len(ids)}")
        return ids[0]

    def tokens(self, messages: Sequence[Message], pictures: Sequence[int]) -> list[int]:
        """The ids of a chat up to where the answer begins; `pictures` are the tokens that each one takes.

        Raise `GenerationError` where a text would add a special token, or the template leaves a picture out.
        """
        texts = [self._harmless(message.text) for message in messages]
        ids = self._ids(self._written(messages, texts))
        empty = self._ids(self._written(messages, [""] * len(texts)))
        if self._special(ids) != self._special(empty):
            raise GenerationError("A text of the prompt holds control tokens of the model; remove them.")
        if ids.count(self._image_token) != len(pictures):
            raise GenerationError("The model's chat template has no place for the photo; use another model.")
        lengths = iter(pictures)
        repeated = ([id_] * next(lengths) if id_ == self._image_token else [id_] for id_ in ids)
        return [id_ for run in repeated for id_ in run]

    def answer(self, text: str) -> list[int]:
        """The ids of an answer and of the end of its turn, as they follow `tokens`; for tuning.

        Raise `GenerationError` where the model's tokenizer has no token that ends a turn.
        """
        if self._end is None:
            raise GenerationError(f"The tokenizer has no {END_OF_TURN}, which ends an answer; take another.")
        return [*self._ids(self._harmless(text)), self._end]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False, verbose=False)
        return ids

    def _written(self, messages: Sequence[Message], texts: Sequence[str]) -> str:
        chat = [_told(message, text) for message, text in zip(messages, texts, strict=True)]
        written: str = self._processor.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        return written

    def _special(self, ids: Sequence[int]) -> Counter[int]:
        return Counter(id_ for id_ in ids if id_ in self._foreign_ids)

    def _harmless(self, text: str) -> str:
        for token in self._foreign:
            if token in text:
                broken = token.translate(_BROKEN)
                text = text.replace(token, broken if broken != token else f"{token[0]} {token[1:]}")
        return text


def _told(message: Message, text: str) -> dict[str, object]:
    if message.picture is None:
        return {"role": message.role.value, "content": text}
    return {"role": message.role.value, "content": [{"type": "image"}, {"type": "text", "text": text}]}
