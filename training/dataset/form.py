"""Records as JSON, one a line, in the form that Hugging Face `datasets` reads as a folder of images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar

from training.dataset.record import Record, RecordError, Region, Task
from vision.box import Box

_Value = TypeVar("_Value")


def line_of(record: Record) -> str:
    """A record as one line of JSON."""
    form = {
        "file_name": record.image,
        "id": record.id,
        "width": record.size[0],
        "height": record.size[1],
        "regions": [
            {
                "noun": region.noun,
                "box": region.box.as_list(),
                "text": region.text,
                "present": region.present,
            }
            for region in record.regions
        ],
        "task": record.task.value,
        "citations": record.citations,
        "question": record.question,
        "answer": record.answer,
        "about": list(record.about),
        "fact": record.fact,
        "kind": record.kind,
    }
    return json.dumps(form, ensure_ascii=False)


def record_of(line: str) -> Record:
    """The record in a line; raise `RecordError` where it is none.

    `about`, `fact`, `kind` and `present` may be missing; fields that are not known are an error.
    """
    try:
        form = json.loads(line)
    except ValueError as error:
        raise RecordError(f"expected a JSON object, but got {line[:40]!r}") from error
    if not isinstance(form, dict):
        raise RecordError(f"expected a JSON object, but got {line[:40]!r}")
    fields = _Fields(form)
    record = Record(
        id=fields.take("id", str),
        image=fields.take("file_name", str),
        size=(fields.take("width", int), fields.take("height", int)),
        regions=tuple(_region(one) for one in fields.take("regions", list)),
        task=_task(fields.take("task", str)),
        citations=fields.take("citations", bool),
        question=fields.take("question", str),
        answer=fields.take("answer", str),
        about=_numbers("about", fields.take("about", list, [])),
        fact=fields.take("fact", str, ""),
        kind=fields.take("kind", str, ""),
    )
    fields.check_empty()
    return record


class _Fields:
    """The fields of a JSON object, taken one by one with their types checked."""

    def __init__(self, form: Mapping[str, object]) -> None:
        self._left = dict(form)

    def take(self, name: str, kind: type[_Value], otherwise: _Value | None = None) -> _Value:
        """A field; raise `RecordError` where it is missing without `otherwise`, or of another type."""
        value = self._left.pop(name, otherwise)
        if value is None:
            raise RecordError(f"expected a field '{name}', but it is missing")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise RecordError(f"expected '{name}' as {kind.__name__}, but got {value!r}"[:200])
        return value

    def check_empty(self) -> None:
        """Raise `RecordError` where fields are left that nobody knows."""
        if self._left:
            raise RecordError(f"expected no field '{next(iter(self._left))}', which is not known")


def _region(form: object) -> Region:
    if not isinstance(form, dict):
        raise RecordError(f"expected each region as an object, but got {form!r}"[:200])
    fields = _Fields(form)
    region = Region(
        noun=fields.take("noun", str),
        box=_box(fields.take("box", list)),
        text=fields.take("text", str),
        present=fields.take("present", bool, True),
    )
    fields.check_empty()
    return region


def _box(edges: list[object]) -> Box:
    numbers = _numbers("box", edges)
    if len(numbers) != 4:
        raise RecordError(f"expected a box of four numbers, but got {edges!r}"[:200])
    try:
        return Box(*numbers)
    except ValueError as error:
        raise RecordError(f"expected a box with right > left and bottom > top, but got {edges}") from error


def _numbers(name: str, values: list[object]) -> tuple[int, ...]:
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        raise RecordError(f"expected whole numbers in '{name}', but got {values!r}"[:200])
    return tuple(value for value in values if isinstance(value, int))


def _task(text: str) -> Task:
    try:
        return Task(text)
    except ValueError as error:
        raise RecordError(f"expected a task of {', '.join(Task)}, but got '{text}'") from error
