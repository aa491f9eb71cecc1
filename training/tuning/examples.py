"""Records as a model learns from them: tokens, and which of them count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TypedDict

import torch
from PIL import Image
from torch.utils.data import Dataset, Sampler
from transformers import ProcessorMixin

from generation.local.chat import ChatTemplate
from generation.message import Message
from training.asking import Asking
from training.dataset.folder import Located
from training.dataset.record import Record
from vision.errors import UserError
from vision.photo import Photo

IGNORED = -100  # the label of what is not learnt
KEPT_BYTES = 2**30  # of examples that are kept for the next epoch
_TOKEN_BYTES = 44  # of a token in memory: a whole number, and its places among ids and labels


class Example(TypedDict, total=False):
    """Records of one photo for the model; pictures are missing where none is shown.

    What their prompts begin with stands there once, and behind it the rest of each prompt with its answer.
    """

    input_ids: list[int]
    labels: list[int]
    lengths: list[int]  # tokens of the common beginning, then of what each record has of its own
    pixel_values: torch.Tensor  # (patches, values)
    image_grid_thw: torch.Tensor  # (1, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """Makes examples with the prompt and the chat template that answers are made with."""

    asking: Asking
    chat: ChatTemplate
    processor: ProcessorMixin

    def example(self, records: Sequence[Located]) -> Example:
        """The example of records of one photo: only answers and their ends are learnt, found by place.

        Raise `BrokenRecordError` for records whose photo cannot be read.
        """
        photo = _photo(records[0])
        fitting = [self.asking.fitting(one.record, photo) for one in records]
        chats = [self.asking.messages(one, photo) for one in fitting]
        seen = self._seen(chats[0])
        tokens = (
            int(seen["image_grid_thw"].prod()) // self.processor.image_processor.merge_size**2 if seen else 0
        )
        prompts = [self.chat.tokens(chat, [tokens] if seen else []) for chat in chats]
        answers = [self.chat.answer(one.answer) for one in fitting]
        return _joined(prompts, answers) | seen

    def _seen(self, messages: Sequence[Message]) -> Example:
        pictures = [Image.fromarray(one.picture.pixels) for one in messages if one.picture is not None]
        if not pictures:
            return Example()
        looked = self.processor.image_processor(images=pictures, do_resize=False, return_tensors="pt")
        return Example(pixel_values=looked["pixel_values"], image_grid_thw=looked["image_grid_thw"])


def _photo(located: Located) -> Photo:
    record = located.record
    try:
        photo = Photo.open(located.image, name=record.image)
    except UserError as error:
        raise located.broken(str(error).rstrip(".")) from error
    if photo.size != record.size:
        raise located.broken(f"expected a photo of {record.size} pixels, but it has {photo.size}")
    return photo


def _joined(prompts: Sequence[list[int]], answers: Sequence[list[int]]) -> Example:
    """Prompts and answers with the common beginning once; every prompt keeps a token of its own."""
    shortest = min(len(prompt) for prompt in prompts)
    alike = takewhile(lambda column: len(set(column)) == 1, zip(*prompts, strict=False))
    common = min(sum(1 for _ in alike), shortest - 1)
    ids, labels, lengths = prompts[0][:common], [IGNORED] * common, [common]
    for prompt, answer in zip(prompts, answers, strict=True):
        ids += prompt[common:] + answer
        labels += [IGNORED] * (len(prompt) - common) + answer
        lengths.append(len(prompt) - common + len(answer))
    return Example(input_ids=ids, labels=labels, lengths=lengths)


class Examples(Dataset[Example]):
    """The records of a split, up to `together` of a photo in an example, encoded when they are needed.

    Up to `kept` bytes of them stay for the next epoch: their photos are read, scaled and patched once.
    """

    def __init__(
        self, records: Sequence[Located], encoder: Encoder, together: int = 1, *, kept: int = KEPT_BYTES
    ) -> None:
        self._encoder = encoder
        self._groups = grouped(records, together)
        self._made: dict[int, Example] = {}
        self._room = kept

    def __len__(self) -> int:
        return len(self._groups)

    def __getitem__(self, index: int) -> Example:
        if index in self._made:
            return self._made[index]
        example = self._encoder.example(self._groups[index])
        size = _bytes(example)
        if size <= self._room:
            self._made[index] = example
            self._room -= size
        return example

    def lengths(self) -> list[int]:
        """About how long each is, in characters; enough to put like ones together."""
        return [_characters([one.record for one in group]) for group in self._groups]


def grouped(records: Sequence[Located], together: int) -> list[list[Located]]:
    """Records with the same beginning of their prompts, up to so many in a group, in their order."""
    groups: list[list[Located]] = []
    open_: dict[tuple[object, ...], list[Located]] = {}
    for one in records:
        key = (one.image, one.record.citations, one.record.regions)
        group = open_.get(key)
        if group is None or len(group) == together:
            open_[key] = group = []
            groups.append(group)
        group.append(one)
    return groups


def _bytes(example: Example) -> int:
    """About what an example takes in memory."""
    patches = example.get("pixel_values")
    return _TOKEN_BYTES * len(example["input_ids"]) + (0 if patches is None else patches.nbytes)


def _characters(records: Sequence[Record]) -> int:
    text = sum(len(region.text) for region in records[0].regions)
    return text + sum(len(record.question) + len(record.answer) for record in records)


class LikeLengths(Sampler[int]):
    """An order by chance in which batches hold records of like lengths; each epoch has its own.

    Lengths are taken as up to a fifth longer by chance: answers of one length are often alike, and a batch
    of nothing else unlearns the others. The order depends on seed and epoch alone, so that a run which
    goes on finds the same one.
    """

    _POOL = 50  # batches that are sorted together
    _NOISE = 0.2

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
        noise = 1 + self._NOISE * torch.rand(len(self._lengths), generator=chance)
        lengths = (torch.tensor(self._lengths) * noise).tolist()
        batches: list[list[int]] = []
        for start in range(0, len(order), self._POOL * self._batch):
            pool = sorted(order[start : start + self._POOL * self._batch], key=lengths.__getitem__)
            batches += [pool[first : first + self._batch] for first in range(0, len(pool), self._batch)]
        # The one short batch comes last, or it would shift the ones behind it.
        whole = [batch for batch in batches if len(batch) == self._batch]
        rest = [batch for batch in batches if len(batch) < self._batch]
        for place in torch.randperm(len(whole), generator=chance).tolist():
            yield from whole[place]
        for batch in rest:
            yield from batch
