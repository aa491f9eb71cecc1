"""Records as a model learns from them: tokens, and which of them count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

import torch
from PIL import Image
from torch.utils.data import Dataset, Sampler
from transformers import ProcessorMixin

from generation.local.chat import ChatTemplate
from generation.message import Message
from training.asking import Asking
from training.dataset.folder import Located
from vision.errors import UserError
from vision.photo import Photo

IGNORED = -100  # the label of what is not learnt


class Example(TypedDict, total=False):
    """One record for the model; pictures are missing where none is shown."""

    input_ids: list[int]
    labels: list[int]
    pixel_values: torch.Tensor  # (patches, values)
    image_grid_thw: torch.Tensor  # (1, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """Makes examples with the prompt and the chat template that answers are made with."""

    asking: Asking
    chat: ChatTemplate
    processor: ProcessorMixin

    def example(self, located: Located) -> Example:
        """The example of a record: only the answer and its end are learnt, found by where they stand.

        Raise `BrokenRecordError` for a record whose photo cannot be read.
        """
        record = located.record
        try:
            photo = Photo.open(located.image, name=record.image)
        except UserError as error:
            raise located.broken(str(error).rstrip(".")) from error
        if photo.size != record.size:
            raise located.broken(f"expected a photo of {record.size} pixels, but it has {photo.size}")
        messages = self.asking.messages(record, photo)
        seen = self._seen(messages)
        tokens = (
            int(seen["image_grid_thw"].prod()) // self.processor.image_processor.merge_size**2 if seen else 0
        )
        prompt = self.chat.tokens(messages, [tokens] if seen else [])
        answer = self.chat.answer(record.answer)
        return Example(input_ids=prompt + answer, labels=[IGNORED] * len(prompt) + answer, **seen)

    def _seen(self, messages: Sequence[Message]) -> Example:
        pictures = [Image.fromarray(one.picture.pixels) for one in messages if one.picture is not None]
        if not pictures:
            return Example()
        looked = self.processor.image_processor(images=pictures, do_resize=False, return_tensors="pt")
        return Example(pixel_values=looked["pixel_values"], image_grid_thw=looked["image_grid_thw"])


class Examples(Dataset[Example]):
    """The records of a split, encoded when they are needed."""

    def __init__(self, records: Sequence[Located], encoder: Encoder) -> None:
        self._records, self._encoder = records, encoder

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: int) -> Example:
        return self._encoder.example(self._records[index])

    def lengths(self) -> list[int]:
        """About how long each is, in characters; enough to put like ones together."""
        return [
            sum(len(region.text) for region in one.record.regions)
            + len(one.record.question)
            + len(one.record.answer)
            for one in self._records
        ]


class LikeLengths(Sampler[int]):
    """An order by chance in which batches hold records of like lengths; each epoch has its own.

    The order depends on seed and epoch alone, so that a run which goes on finds the same one.
    """

    _POOL = 50  # batches that are sorted together

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self._lengths, self._batch, self._seed = lengths, batch, seed
        self._epoch = 0

    def __len__(self) -> int:
        return len(self._lengths)

    def set_epoch(self, epoch: int) -> None:
        """Take the order of an epoch, from 0."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        chance = torch.Generator().manual_seed(self._seed * 100_003 + self._epoch)
        order = torch.randperm(len(self._lengths), generator=chance).tolist()
        batches: list[list[int]] = []
        for start in range(0, len(order), self._POOL * self._batch):
            pool = sorted(order[start : start + self._POOL * self._batch], key=self._lengths.__getitem__)
            batches += [pool[first : first + self._batch] for first in range(0, len(pool), self._batch)]
        # The one short batch comes last, or it would shift the ones behind it.
        whole = [batch for batch in batches if len(batch) == self._batch]
        rest = [batch for batch in batches if len(batch) < self._batch]
        for place in torch.randperm(len(whole), generator=chance).tolist():
            yield from whole[place]
        for batch in rest:
            yield from batch


@dataclass(frozen=True, slots=True)
class Collator:
    """Puts examples of several lengths into one batch, filled up on the right."""

    padding: int
    image_token: int

    def __call__(self, examples: Sequence[Example]) -> dict[str, torch.Tensor]:
        length = max(len(one["input_ids"]) for one in examples)
        ids = _filled([one["input_ids"] for one in examples], self.padding, length)
        batch = {
            "input_ids": ids,
            "labels": _filled([one["labels"] for one in examples], IGNORED, length),
            "attention_mask": _filled([[1] * len(one["input_ids"]) for one in examples], 0, length),
            "mm_token_type_ids": torch.eq(ids, self.image_token).long(),
        }
        if all("pixel_values" in one for one in examples):
            batch["pixel_values"] = torch.cat([one["pixel_values"] for one in examples])
            batch["image_grid_thw"] = torch.cat([one["image_grid_thw"] for one in examples])
        return batch


def _filled(rows: Sequence[list[int]], value: int, length: int) -> torch.Tensor:
    return torch.tensor([row + [value] * (length - len(row)) for row in rows])
