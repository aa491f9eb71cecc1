"""Which column of a table holds what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ingest.sources.paths import nfc
from ingest.sources.row import SourceError
from ingest.sources.table import Record, Table

# How Hugging Face calls the column of the photo.
FILE_NAME = "file_name"


class Target(StrEnum):
    """What a column can hold; a table whose columns have these names needs no mapping."""

    PHOTO = "photo"
    NAME = "name"
    BIOGRAPHY = "biography"
    NOUN = "noun"
    KIND = "kind"
    EXTERNAL_ID = "external_id"
    SOURCE = "source"
    LABEL = "label"
    LEFT = "left"
    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of each target that a table has."""

    names: Mapping[Target, str]

    def text(self, record: Record, target: Target) -> str:
        """The cell of a target, empty where the table has none; raise `RowError` if it is no text."""
        column = self.names.get(target)
        return "" if column is None else record.text(column)

    @property
    def name_photos(self) -> bool:
        """Whether the columns say which photo shows whom."""
        return Target.PHOTO in self.names and (Target.NAME in self.names or Target.LABEL in self.names)


def parse_columns(text: str) -> dict[str, str]:
    """The mapping that `photo=portrait,name=full name` writes; raise `SourceError` where it is none.

    >>> parse_columns("photo=portrait, name=full name")
    {'photo': 'portrait', 'name': 'full name'}
    """
    mapping: dict[str, str] = {}
    for part in text.split(","):
        target, equals, column = (piece.strip() for piece in part.partition("="))
        if not (target and equals and column):
            raise SourceError(f"Expected photo=COLUMN,name=COLUMN, but got {part.strip()!r}; correct it")
        if target in mapping:
            raise SourceError(f"The columns give {target} twice, {mapping[target]} and {column}; keep one")
        mapping[_target(target).value] = column
    return mapping


def own_columns(table: Table) -> Columns:
    """The columns that already have the names of targets."""
    names: dict[Target, str] = {target: target.value for target in Target if target.value in table.columns}
    if FILE_NAME in table.columns:
        names[Target.PHOTO] = FILE_NAME
    return Columns(names)


def mapped_columns(table: Table, mapping: Mapping[str, str]) -> Columns:
    """The columns that a mapping chooses, and no others; raise `SourceError` where the table lacks one."""
    names = {_target(target): nfc(column.strip()) for target, column in mapping.items()}
    missing = [column for column in names.values() if column not in table.columns]
    if missing:
        raise SourceError(f"{table.name} has no column {missing[0]}; it has {', '.join(table.columns)}")
    return Columns(names)


def photo_columns(table: Table, mapping: Mapping[str, str] | None) -> Columns:
    """The columns of a table of photos; raise `SourceError` where they do not say which shows whom."""
    if not table.columns:  # every line is broken, and each says so itself
        return Columns({})
    columns = own_columns(table) if mapping is None else mapped_columns(table, mapping)
    if columns.name_photos:
        return columns
    if mapping is not None:
        raise SourceError(
            f"Expected columns for photo and name, but got {', '.join(mapping) or 'none'}; "
            f"{table.name} has {', '.join(table.columns)}"
        )
    raise SourceError(
        f"Expected columns {FILE_NAME} or photo, and name in {table.name}, but it has "
        f"{', '.join(table.columns)}; say which is which, as in photo=COLUMN,name=COLUMN"
    )


def _target(text: str) -> Target:
    try:
        return Target(text)
    except ValueError as error:
        raise SourceError(f"Expected a column for {', '.join(Target)}, but got {text}; correct it") from error
