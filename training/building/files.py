"""Reading the files of sets: large JSON, and the pickles of the refer distribution without running anything.

A pickle can call any function when it is read. These hold lists, dictionaries, texts and numbers only, which
need no name to be looked up, so that here every look-up is refused.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, TextIO, TypeVar

from training.building.source import SourceError

_Value = TypeVar("_Value")
_PIECE = 1 << 20  # characters read at a time
_LONGEST = 1 << 26  # characters of one element of a list
_BETWEEN = " \t\r\n,"
_NOT_THERE = object()


class Row:
    """A JSON object of a file, whose fields are checked as they are taken."""

    def __init__(self, path: Path, place: str, form: object) -> None:
        self.path, self.place = path, place
        if not isinstance(form, dict):
            raise self.broken(f"expected an object, but got {form!r}"[:200])
        self._form = form

    def take(self, name: str, kind: type[_Value]) -> _Value:
        """A field; raise `SourceError` where it is missing or of another type."""
        value = self._form.get(name, _NOT_THERE)
        if value is _NOT_THERE:
            raise self.broken(f"expected a field '{name}', but it is missing")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.broken(f"expected '{name}' as {kind.__name__}, but got {value!r}"[:200])
        return value

    def find(self, name: str) -> object:
        """A field of any type; None where it is missing."""
        return self._form.get(name)

    def rows(self, name: str) -> Iterator[Row]:
        """The objects of a list."""
        for number, form in enumerate(self.take(name, list), start=1):
            yield Row(self.path, f"{self.place}, {name} {number}".removeprefix(", "), form)

    def broken(self, why: str) -> SourceError:
        """The error that says what is wrong with it."""
        return SourceError(self.path, self.place, why)


def read_object(path: Path) -> Row:
    """The object of a JSON file; raise `SourceError`."""
    try:
        return Row(path, "", json.loads(_text(path)))
    except (ValueError, RecursionError) as error:
        raise SourceError(path, "", f"expected JSON, but it cannot be read ({error})") from error


def stream_list(path: Path) -> Iterator[Row]:
    """The objects of a JSON file that is one long list, one at a time; raise `SourceError`."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, form in enumerate(_Elements(file, path), start=1):
                yield Row(path, f"record {number}", form)
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(path, "", f"it cannot be read ({error})") from error


class _Elements:
    """The elements of a list, of which no more is in memory than the one at hand and a piece behind it."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self._file, self._path = file, path
        self._text = file.read(_PIECE).lstrip()
        self._decoder = json.JSONDecoder()

    def __iter__(self) -> Iterator[object]:
        if not self._text.startswith("["):
            raise SourceError(self._path, "", "expected a JSON list")
        self._text, number = self._text[1:], 0
        while not self._rest().startswith("]"):
            number += 1
            yield self._next(number)

    def _rest(self) -> str:
        """What stands before the next element is passed over."""
        self._text = self._text.lstrip(_BETWEEN) or self._file.read(_PIECE).lstrip(_BETWEEN)
        return self._text

    def _next(self, number: int) -> object:
        piece = _PIECE
        while True:
            try:
                form, end = self._decoder.raw_decode(self._text)
            except ValueError as error:
                more = self._file.read(piece) if len(self._text) < _LONGEST else ""
                if not more:
                    raise SourceError(self._path, f"record {number}", f"no JSON ({error})") from error
                self._text, piece = self._text + more, 2 * piece
            else:
                self._text = self._text[end:]
                return form


def read_refs(path: Path) -> Iterator[Row]:
    """The referring expressions of a file of the refer distribution: its pickle, or the same list as JSON."""
    forms = _json(path) if path.suffix == ".json" else _unpickled(path)
    if not isinstance(forms, list):
        raise SourceError(path, "", f"expected a list of expressions, but got {type(forms).__name__}")
    for number, form in enumerate(forms, start=1):
        yield Row(path, f"record {number}", form)


class _Plain(pickle.Unpickler):
    """Reads values that are made of nothing but the format itself."""

    def find_class(self, module: str, name: str, /) -> NoReturn:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}"[:100])


def _unpickled(path: Path) -> object:
    try:
        with path.open("rb") as file:
            return _Plain(file, encoding="utf-8", errors="replace").load()
    except OSError as error:
        raise SourceError(path, "", f"it cannot be read ({error.strerror})") from error
    except Exception as error:  # damaged pickles raise nearly everything
        why = str(error) or type(error).__name__
        raise SourceError(
            path, "", f"expected lists, texts and numbers in a pickle, but {why}; convert it to JSON"
        ) from error


def _json(path: Path) -> object:
    try:
        return json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise SourceError(path, "", f"expected JSON, but it cannot be read ({error})") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(path, "", f"it cannot be read ({error.strerror})") from error
