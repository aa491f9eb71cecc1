"""Records of JSON lines whose mistakes are named: file, line, field, what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from vision.errors import UserError

NESTED = "it is nested too deeply"
HALF_CHARACTER = "holds half a surrogate pair, which is no character"
_Member = TypeVar("_Member", bound=StrEnum)


class BenchError(UserError):
    """A bench that cannot be read; the text names the first record that is wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


@dataclass(frozen=True, slots=True)
class Record:
    """One record and where it stands."""

    where: str  # file and line
    values: Mapping[str, Any]

    def error(self, name: str, why: str) -> BenchError:
        """The error that a field has."""
        return BenchError(f"{self.where}: {name}: {why}.")

    def text(self, name: str, *, empty: bool = False) -> str:
        """A field that is a text."""
        value = self._value(name)
        if not isinstance(value, str) or not (empty or value.strip()):
            raise self.error(name, f"expected a text, got {_shown(value)}")
        self._check_whole(name, value)
        return value

    def optional_text(self, name: str) -> str | None:
        """A field that is a text or null."""
        return None if self._value(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A field that is a list of texts."""
        value = self._value(name)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(name, f"expected a list of texts, got {_shown(value)}")
        self._check_whole(name, " ".join(value))
        return tuple(value)

    def number(self, name: str) -> int:
        """A field that is a whole number."""
        value = self._value(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(name, f"expected a whole number, got {_shown(value)}")
        return value

    def optional_number(self, name: str) -> int | None:
        """A field that is a whole number or null."""
        return None if self._value(name) is None else self.number(name)

    def numbers(self, name: str, count: int) -> tuple[int, ...]:
        """A field that is a list of so many whole numbers."""
        value = self._value(name)
        whole = isinstance(value, list) and all(type(item) is int for item in value)
        if not whole or len(value) != count:
            raise self.error(name, f"expected {count} whole numbers, got {_shown(value)}")
        return tuple(value)

    def member(self, name: str, vocabulary: type[_Member]) -> _Member:
        """A field that is one word of a closed vocabulary."""
        value = self.text(name)
        if value not in list(vocabulary):
            raise self.error(name, f"expected one of {', '.join(vocabulary)}, got '{value}'")
        return vocabulary(value)

    def parts(self, name: str) -> Iterator[Record]:
        """A field that is a list of records."""
        value = self._value(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(name, f"expected a list of objects, got {_shown(value)}")
        for number, item in enumerate(value, start=1):
            yield Record(f"{self.where}: {name} {number}", item)

    def _check_whole(self, name: str, text: str) -> None:
        if not is_whole(text):
            raise self.error(name, HALF_CHARACTER)

    def _value(self, name: str) -> Any:
        if name not in self.values:
            raise self.error(name, "is missing")
        return self.values[name]


def records(path: Path) -> Iterator[Record]:
    """The records of a file of JSON lines; empty lines are passed over."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _record(f"{path.name} line {number}", line)
    except OSError as error:
        raise BenchError(f"Cannot read {path}: {(error.strerror or str(error)).lower()}.") from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{path} is not UTF-8: {error.reason}.") from error


def _record(where: str, line: str) -> Record:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise BenchError(f"{where}: expected a JSON object, but {error}.") from error
    except RecursionError as error:
        raise BenchError(f"{where}: expected a JSON object, but {NESTED}.") from error
    if not isinstance(value, dict):
        raise BenchError(f"{where}: expected a JSON object, got {_shown(value)}.")
    return Record(where, value)


def is_whole(text: str) -> bool:
    """Whether a text can be written: JSON may spell half a surrogate pair, which no encoding holds.

    >>> is_whole("Zoë"), is_whole(chr(0xD83D))
    (True, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
