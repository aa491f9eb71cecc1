"""What one question of a run came to, and keeping it so that a killed run goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, TextIO

from vision.errors import UserError


@dataclass(frozen=True, slots=True)
class Seen:
    """A region as it was when the question was asked."""

    box: tuple[int, ...]  # left, top, right, bottom
    entity: str | None  # the bench's id of who was accepted there
    decision: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Example:
    """A question asked: what was retrieved, sent and answered. A request that failed has an error only."""

    key: str  # of all that the answer depends on
    question: str  # its id
    picked: int | None  # the option, from 0; None where the answer means none
    text: str  # what was answered
    sent: str  # the text that a model was given
    cited: tuple[str, ...] | None  # the bench's ids of whom the answer cites; None where it has no mark
    seen: tuple[Seen, ...]
    error: str | None = None

    @classmethod
    def of_form(cls, form: Mapping[str, Any]) -> Self:
        """The example that a line of JSON holds; raise `KeyError` or `TypeError` for anything else."""
        seen = tuple(
            Seen(tuple(one["box"]), one["entity"], one["decision"], one["similarity"]) for one in form["seen"]
        )
        cited = None if form["cited"] is None else tuple(form["cited"])
        return cls(
            form["key"],
            form["question"],
            form["picked"],
            form["text"],
            form["sent"],
            cited,
            seen,
            form["error"],
        )


class Kept:
    """Examples of earlier runs in a file of JSON lines, and this run's as they come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None
        self.answered = _answered(path)  # by key, failed requests left out: they are tried again

    def add(self, example: Example) -> None:
        """Write an example at once, so that it survives whatever comes."""
        if self._file is None:
            self._file = _opened(self._path)
        self._file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
        self._file.flush()
        if example.error is None:
            self.answered[example.key] = example

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _answered(path: Path) -> dict[str, Example]:
    found: dict[str, Example] = {}
    if not path.exists():
        return found
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                example = Example.of_form(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue  # the last line of a run that was killed while it wrote
            if example.error is None:
                found[example.key] = example
    return found


def _opened(path: Path) -> TextIO:
    """The file for appending, on a line of its own where a killed run left half a line."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
        file = path.open("a", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"Cannot write {path}: {error.strerror or error}.") from error
    if torn:
        file.write("\n")
    return file
