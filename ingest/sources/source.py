"""A source of labelled photos, as its readers find it and as its users see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.sources.archive import ZipLimits
from ingest.sources.row import Row
from ingest.sources.table import Table
from ingest.sources.tree import Tree


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a user can say about a source."""

    columns: Mapping[str, str] | None = None  # column of each target; None: the table's own names
    name: str | None = None  # None: what the folder or file is called
    root: Path | None = None  # folder of the photos that a table names; None: the table's own
    zip_limits: ZipLimits = field(default_factory=ZipLimits)


@dataclass(frozen=True, slots=True)
class Place:
    """What `open_source` found at a path, for the readers to recognise their form in."""

    shown: str  # what errors call it
    name: str  # of the source
    tree: Tree
    columns: Mapping[str, str] | None
    table: Table | None = None  # given directly; None: the readers look for one in the tree
    whole: bool = True  # the tree is the source: photos that nothing names are rows too
    coco: Path | None = None  # a COCO file given directly


class Source:
    """The rows of a source. Photos are read one by one, so keep it open until the last is read."""

    def __init__(self, name: str, rows: Sequence[Row], tree: Tree) -> None:
        self.name = name
        self._rows = rows
        self._tree = tree

    @property
    def total(self) -> int:
        """How many rows there are, for a progress bar."""
        return len(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> Iterator[Row]:
        """A row per photo or table row, always in the same order."""
        return iter(self._rows)

    def close(self) -> None:
        """Close the archive behind the source, if there is one."""
        self._tree.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
