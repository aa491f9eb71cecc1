"""Photos that a table lists: a Hugging Face ImageFolder or any CSV or JSON lines file."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from ingest.sources.biographies import Biographies
from ingest.sources.columns import Columns, Target, own_columns, photo_columns
from ingest.sources.described import box_of, entity_of
from ingest.sources.paths import (
    BIOGRAPHY,
    METADATA,
    PEOPLE,
    basename,
    is_photo,
    is_table,
    nfc,
    relative,
    shown,
)
from ingest.sources.row import Labelled, Row, RowError, SourceError, SourceProblem, Unusable
from ingest.sources.source import Place
from ingest.sources.table import MAX_TABLE_BYTES, Record, Table, read_table
from ingest.sources.tree import Tree
from vision.photo import MAX_PHOTO_BYTES


def read_listed(place: Place) -> list[Row] | None:
    """The rows of a source with a table of photos; None where there is none, or a COCO file is named."""
    if place.coco is not None:
        return None
    table = place.table or _table_of(place)
    if table is None:
        return None
    listing = _Listing(place, photo_columns(table, place.columns))
    rows = listing.rows(table)
    return [*rows, *_left_over(place.tree, table, rows)] if place.whole else rows


def table_in(tree: Tree, path: str) -> Table:
    """The table at a path of a tree; raise `SourceError` where it cannot be read."""
    try:
        data = tree.read(path, limit=MAX_TABLE_BYTES)
    except OSError as error:
        raise SourceError(f"Cannot read {shown(path)} ({error.strerror or error}); correct it") from error
    return read_table(data, shown(path))


@dataclass(frozen=True, slots=True)
class _Listing:
    """How the records of one table become rows."""

    place: Place
    columns: Columns

    def rows(self, table: Table) -> list[Row]:
        """A row per record. A biography counts even where the photo of its row is missing."""
        biographies = Biographies()
        for record in table.rows:
            if isinstance(record, Record):
                with contextlib.suppress(RowError):  # the row below says it
                    entity = entity_of(record, self.columns, self.place.name)
                    biographies.add(entity, entity.biography, record.where)
        return biographies.settle(self._row(record) for record in table.rows)

    def _row(self, record: Record | Unusable) -> Row:
        if isinstance(record, Unusable):
            return record
        where = record.where
        try:
            where = self._named(record)
            held = _held(self.place.tree, where)
            where = shown(held)
            entity = entity_of(record, self.columns, self.place.name)
            box = box_of(record, self.columns)
            group = nfc(self.columns.text(record, Target.GROUP))
        except RowError as error:
            return Unusable(where[:200], error.reason, f"{record.where}: {error.detail}")
        read = partial(self.place.tree.read, held, limit=MAX_PHOTO_BYTES)
        return Labelled(where, entity, box, False, read, group)

    def _named(self, record: Record) -> str:
        photo = self.columns.text(record, Target.PHOTO)
        if not photo:
            raise RowError(SourceProblem.BAD_ROW, "expected a path of a photo, but it is empty; fill it in")
        return photo


def _held(tree: Tree, photo: str) -> str:
    """The path under which the tree holds a photo that a row names; raise `RowError` where it does not."""
    held = tree.find(relative(photo))
    if held is None:
        raise RowError(
            SourceProblem.MISSING_FILE,
            f"expected a photo at {photo[:200]}, but there is no file; correct the path",
        )
    return held


def _left_over(tree: Tree, table: Table, rows: Sequence[Row]) -> list[Row]:
    """Rows for what the tree holds beside the table and the photos that it names."""
    named = {row.where for row in rows}
    left: list[Row] = []
    for path in tree.files():
        where = shown(path)
        if is_photo(path) and where not in named:
            left.append(
                Unusable(
                    where,
                    SourceProblem.NOT_LISTED,
                    f"expected a row for each photo, but {table.name} has none for it; add one",
                )
            )
        elif where != table.name and basename(path) in {BIOGRAPHY, PEOPLE, *METADATA}:
            left.append(
                Unusable(
                    where,
                    SourceProblem.MISPLACED,
                    f"it is not read beside {table.name}; put what it says there",
                )
            )
    return [*left, *tree.unread()]


def _table_of(place: Place) -> Table | None:
    """The table of photos at the root of a folder or archive, None where there is none."""
    tables = [path for path in place.tree.files() if is_table(path)]
    root = [path for path in tables if "/" not in path]
    metadata = [path for path in root if basename(path) in METADATA]
    if len(metadata) > 1:
        raise SourceError(f"{place.shown} has both {' and '.join(metadata)}; keep one")
    if metadata:
        return table_in(place.tree, metadata[0])
    deeper = next((path for path in tables if basename(path) in METADATA), None)
    if deeper is not None:
        raise SourceError(
            f"Expected {basename(deeper)} at the root of {place.shown}, but it is at "
            f"{shown(deeper)}; give that folder instead, or move the file up"
        )
    return _other_table(place, root)


def _other_table(place: Place, paths: Sequence[str]) -> Table | None:
    """The one table that names photos, whatever it is called."""
    tables = [table_in(place.tree, path) for path in paths]
    if place.columns is None:
        tables = [table for table in tables if own_columns(table).name_photos]
    if len(tables) > 1:
        names = ", ".join(table.name for table in tables)
        raise SourceError(f"Expected one table of photos in {place.shown}, but got {names}; give one itself")
    if not tables and place.columns is not None:
        raise SourceError(
            f"Expected a table for the columns at the root of {place.shown}, but got none; "
            "give the table itself, or no columns"
        )
    return tables[0] if tables else None
