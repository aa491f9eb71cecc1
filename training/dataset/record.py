"""One training sample: a photo, what is known about regions of it, a question and its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from vision.box import Box

_MARK = re.compile(r"\[([0-9]{1,3})\]")


class Task(StrEnum):
    """What a record asks for."""

    RCID = "rcid"  # describe the photo with what is known
    V2C = "v2c"  # the question points by what is seen, the answer is in an entry
    C2V = "c2v"  # the question points by what an entry says, the answer is in the photo
    UNANSWERABLE_V2C = "unanswerable_v2c"  # no entry says it
    UNANSWERABLE_C2V = "unanswerable_c2v"  # about somebody who is not in the photo
    PRACTICE = (
        "practice"  # not of RCMU: reading an entry, what is at its place; for models that start from nothing
    )

    @property
    def answerable(self) -> bool:
        """Whether a right answer says more than that there is none."""
        return self not in (Task.UNANSWERABLE_V2C, Task.UNANSWERABLE_C2V)


class RecordError(ValueError):
    """A record that contradicts itself; the text says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Region:
    """An entry of the context: a class, a place and what is known."""

    noun: str  # "woman", "dog"
    box: Box  # in pixels of the upright photo
    text: str
    present: bool = True  # False for a wrong entry: a text about somebody who is not in the photo

    def __post_init__(self) -> None:
        for name, value in (("noun", self.noun), ("text", self.text)):
            if not value.strip():
                raise RecordError(f"expected a {name} for each region, but one is empty")


@dataclass(frozen=True, slots=True)
class Record:
    """A question about a photo with its answer. Entries are cited by their place in `regions`, from 1."""

    id: str  # unique in the data set
    image: str  # file name, relative to the folder of its shard
    size: tuple[int, int]  # (width, height) of the photo in pixels
    regions: tuple[Region, ...]
    task: Task
    citations: bool  # whether the prompt asks for citations, and the answer has them
    question: str
    answer: str
    about: tuple[int, ...] = ()  # the entries that the answer rests on, for measuring
    fact: str = ""  # what a right answer must say, for measuring; empty where no one text decides
    kind: str = ""  # a name for questions of one sort, by which figures are told apart

    def __post_init__(self) -> None:
        for fault in _faults(self):
            raise RecordError(fault)

    @property
    def cited(self) -> tuple[int, ...]:
        """The entries that the answer cites, in the order of its marks."""
        return cited(self.answer)


def cited(answer: str) -> tuple[int, ...]:
    """The numbers of the citation marks in an answer, each once.

    >>> cited("Bella [2] sits beside John [1]. She is his dog [2][1].")
    (2, 1)
    """
    return tuple(dict.fromkeys(int(number) for number in _MARK.findall(answer)))


def _faults(record: Record) -> Iterator[str]:
    """What contradicts itself, the first fault first."""
    for name in ("id", "question", "answer"):
        if not str(getattr(record, name)).strip():
            yield f"expected a {name}, but it is empty"
    path = PurePosixPath(record.image)
    if not record.image or path.is_absolute() or ".." in path.parts or "\\" in record.image:
        yield f"expected the image as a path inside its shard, but got '{record.image}'"
    if not record.regions:
        yield "expected at least one region, but there is none"
    yield from _places(record)
    yield from _marks(record)


def _places(record: Record) -> Iterator[str]:
    if min(record.size) < 1:
        yield f"expected a size of at least 1 x 1 pixels, but got {record.size[0]} x {record.size[1]}"
    for k, region in enumerate(record.regions, start=1):
        if region.box.clipped(record.size) != region.box:
            yield (
                f"expected the box of region {k} inside {record.size[0]} x {record.size[1]} pixels, "
                f"but got {region.box.as_list()}"
            )


def _marks(record: Record) -> Iterator[str]:
    count, marks = len(record.regions), record.cited
    for k in (*marks, *record.about):
        if not 1 <= k <= count:
            yield f"expected numbers of entries from 1 to {count}, but got {k}"
    if not record.task.answerable and record.about:
        yield f"expected no entry behind an answer that there is none, but got {list(record.about)}"
    if marks and not (record.citations and record.task.answerable):
        yield f"expected an answer without citations, but it cites {list(marks)}"
    if record.citations and record.about and set(marks) != set(record.about):
        yield f"expected citations of {list(record.about)}, but the answer cites {list(marks)}"
    if record.fact and record.fact.casefold() not in record.answer.casefold():
        yield f"expected '{record.fact}' in the answer, but it is not there"
