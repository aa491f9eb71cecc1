"""Tables in CSV and JSON lines: a record per row, and a problem where a row is broken."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.sources.paths import nfc
from ingest.sources.row import RowError, SourceError, SourceProblem, Unusable, one_line

# A table is read whole: half a million people with a paragraph of biography each.
MAX_TABLE_BYTES = 512 * 1024 * 1024
# One biography or other cell, in characters.
MAX_CELL = 16_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: its values by column."""

    where: str  # the table and the line on which the row starts
    values: Mapping[str, object]

    def text(self, column: str) -> str:
        """A cell without surrounding space, empty where nothing is; raise `RowError` if it is no text."""
        value = self.values.get(column)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise RowError(
                SourceProblem.BAD_ROW,
                f"expected text or a number in {column}, but got {str(value)[:60]}; correct it",
            )
        return checked_text(str(value), column)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table in order, broken ones included."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Record | Unusable, ...]


def checked_text(text: str, what: str) -> str:
    """Text with plain line ends and no surrounding space; raise `RowError` where it cannot be stored."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if "\0" in plain or plain != plain.encode("utf-8", "replace").decode():
        raise RowError(
            SourceProblem.BAD_ROW,
            f"expected text in {what}, but it has a NUL or half a character; correct it",
        )
    return plain


def read_table(data: bytes, name: str) -> Table:
    """The table in `data`, whose form the suffix of `name` tells; raise `SourceError` if it is none."""
    table = _json_lines(data, name) if PurePosixPath(name).suffix.lower() == ".jsonl" else _csv(data, name)
    if not table.rows:
        raise SourceError(f"{name} has no rows; expected one per photo or person")
    return table


def _json_lines(data: bytes, name: str) -> Table:
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    rows = [_json_row(line, f"{name}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    columns = dict.fromkeys(column for row in rows if isinstance(row, Record) for column in row.values)
    return Table(name, tuple(columns), tuple(rows))


def _json_row(line: bytes, where: str) -> Record | Unusable:
    try:
        value = json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        return _bad_row(where, f"expected a JSON object on one line, but got none ({error}); correct it")
    if not isinstance(value, dict):
        return _bad_row(where, f'expected a JSON object, but got {str(value)[:60]}; write {{"name": ...}}')
    return Record(where, {nfc(column.strip()): cell for column, cell in value.items()})


def _csv(data: bytes, name: str) -> Table:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"Expected UTF-8 in {name}, but byte {error.start:,} is none; save it as CSV UTF-8"
        ) from error
    with _large_cells():
        lines = list(_csv_lines(text, name))
    if not lines or isinstance(lines[0], Unusable):
        raise SourceError(f"Expected a header with the names of the columns in {name}, but got none; add it")
    header = [nfc(cell.strip()) for cell in lines[0].cells]
    doubled = sorted({column for column in header if column and header.count(column) > 1})
    if doubled:
        raise SourceError(f"{name} has more than one column {', '.join(doubled)}; rename one")
    rows = tuple(line if isinstance(line, Unusable) else _csv_row(line, header) for line in lines[1:])
    return Table(name, tuple(column for column in header if column), rows)


@dataclass(frozen=True, slots=True)
class _Line:
    where: str
    cells: list[str]


def _csv_lines(text: str, name: str) -> Iterator[_Line | Unusable]:
    """The lines that hold anything."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        where = f"{name}:{reader.line_num + 1}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _bad_row(where, f"expected cells, but got what cannot be split ({error}); check the quotes")
            continue
        if any(cell.strip() for cell in cells):
            yield _Line(where, cells)


def _csv_row(line: _Line, header: list[str]) -> Record | Unusable:
    if len(line.cells) != len(header):
        return _bad_row(
            line.where,
            f"expected {len(header)} cells, but got {len(line.cells)}; put a text with delimiters in quotes",
        )
    return Record(line.where, dict(zip(header, line.cells, strict=True)))


def _delimiter(text: str) -> str:
    header = next((line for line in io.StringIO(text) if line.strip()), "")
    if "," in header:
        return ","
    return next((mark for mark in (";", "\t") if mark in header), ",")


@contextlib.contextmanager
def _large_cells() -> Iterator[None]:
    """The csv module's own limit is 128 KiB, and belongs to the whole process."""
    before = csv.field_size_limit(MAX_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _bad_row(where: str, detail: str) -> Unusable:
    return Unusable(where, SourceProblem.BAD_ROW, one_line(detail))
