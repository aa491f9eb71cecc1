"""A record as the product asks it: the same context, the same prompt, as when somebody asks about a photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from generation.context import Context, Entry
from generation.given import Given
from generation.message import Message
from generation.picture import picture_size
from generation.prompter import Prompter
from generation.request import Request
from training.dataset.record import Record, Region, Task
from vision.photo import Photo


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """How records become chats."""

    prompter: Prompter  # of the model; whether citations are asked for is the record's
    picture: bool = True  # False shows no picture: for learning to read, and for measuring what seeing adds

    def messages(self, record: Record, photo: Photo) -> tuple[Message, ...]:
        """The chat up to where the answer of a record begins."""
        wording = replace(self.prompter.wording, cite=record.citations)
        request = Request(photo, context_of(record), record.question)
        messages = replace(self.prompter, wording=wording).messages(request)
        return messages if self.picture else _unseen(messages)

    def fitting(self, record: Record, photo: Photo) -> Record:
        """The record as this model's family counts places; the set has thousandths of the photo's sides."""
        if record.task is not Task.PRACTICE:
            return record
        wording = self.prompter.wording
        seen = picture_size(photo.size, self.prompter.picture, wording.family.token_side)
        texts = (record.question, record.answer, record.fact)
        question, answer, fact = (wording.family.counted(text, seen) for text in texts)
        return replace(record, question=question, answer=answer, fact=fact)


def context_of(record: Record) -> Context:
    """The entries of a record in its own order, and no strangers; boxes are those of whole people already."""
    entries = tuple(_entry(k, region) for k, region in enumerate(record.regions, start=1))
    return Context(record.size, entries, ())


def _entry(k: int, region: Region) -> Entry:
    given = Given(region.box, region.noun, "", region.text)
    return Entry(k, given.kind, given.noun, given.name, given.text, given.box, given.box)


def _unseen(messages: Sequence[Message]) -> tuple[Message, ...]:
    return tuple(replace(message, picture=None) for message in messages)
