"""The files of a source, in a folder or anywhere else that can list and read them."""

from __future__ import annotations

import os
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from ingest.sources.paths import is_litter, is_read, nfc, shown
from ingest.sources.row import RowError, SourceProblem, Unusable


class Tree(Protocol):
    """Files under one root, named by relative paths with forward slashes."""

    def files(self) -> list[str]:
        """Every file, sorted, without litter."""

    def unread(self) -> list[Unusable]:
        """The folders and links that `files` does not look into."""

    def find(self, path: str) -> str | None:
        """The path under which the tree holds a file, however its name is composed; None where it has none.

        Raises `RowError` where a link on the way leads out of the tree.
        """

    def read(self, path: str, *, limit: int) -> bytes:
        """The bytes of a file; raise OSError where that fails or they are more than `limit`."""

    def close(self) -> None:
        """Let go of what the tree holds open."""


def too_large(path: str, limit: int) -> OSError:
    """The error for a file over the limit."""
    return OSError(f"{shown(path)} is larger than the {limit:,} bytes that are read; make it smaller")


class FolderTree:
    """The files of a folder on disk. Links are followed to files inside it and nowhere else."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._inside = cache(self._is_inside)
        self._names = cache(self._names_in)

    def files(self) -> list[str]:
        """Every file, sorted, without litter."""
        return self._walked[0]

    def unread(self) -> list[Unusable]:
        """Links that lead out or to a folder, and folders that cannot be listed."""
        return self._walked[1]

    def find(self, path: str) -> str | None:
        """The path under which the folder holds a file; raise `RowError` where a link leads out."""
        held = path if _is_file(self._root / path) else self._composed(path)
        if held is None or not _is_file(self._root / held):
            return None
        if not self._leads_inside(self._root / held):
            raise RowError(
                SourceProblem.OUTSIDE_SOURCE,
                f"expected a file in the source, but {shown(held)} links out; copy the file in",
            )
        return held

    def read(self, path: str, *, limit: int) -> bytes:
        """The bytes of a file; raise OSError where that fails or they are more than `limit`."""
        place = self._root / path
        if not place.is_file():  # opening a named pipe would wait for ever
            raise FileNotFoundError(f"{shown(path)} is not there any more, or not a file; put it back")
        with place.open("rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise too_large(path, limit)
        return data

    def close(self) -> None:
        """Nothing is held open."""

    @cached_property
    def _walked(self) -> tuple[list[str], list[Unusable]]:
        files: list[str] = []
        unread: list[Unusable] = []
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                entries = list(os.scandir(self._root / folder))
            except OSError as error:
                unread.append(_unlisted(folder, error))
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if is_litter(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif entry.is_symlink() and not self._is_good_link(entry):
                    unread.extend(_unfollowed(path, entry))
                elif entry.is_file():
                    files.append(path)
        return sorted(files), sorted(unread, key=lambda row: row.where)

    def _is_good_link(self, entry: os.DirEntry[str]) -> bool:
        return entry.is_file() and self._leads_inside(Path(entry.path))

    def _leads_inside(self, place: Path) -> bool:
        return self._inside(place if place.is_symlink() else place.parent)

    def _is_inside(self, place: Path) -> bool:
        return place.resolve().is_relative_to(self._root)

    def _composed(self, path: str) -> str | None:
        """The path with each part spelt as the folder spells it."""
        held = ""
        for part in PurePosixPath(path).parts:
            name = self._names(held).get(nfc(part))
            if name is None:
                return None
            held = f"{held}/{name}" if held else name
        return held or None

    def _names_in(self, folder: str) -> dict[str, str]:
        try:
            return {nfc(entry.name): entry.name for entry in os.scandir(self._root / folder)}
        except OSError:
            return {}


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except OSError:  # a cell with a whole sentence is too long for a file name
        return False


def _unlisted(folder: str, error: OSError) -> Unusable:
    why = (error.strerror or str(error)).lower()
    return Unusable(
        shown(folder) or ".",
        SourceProblem.UNREADABLE,
        f"the folder cannot be listed ({why}); allow reading it",
    )


def _unfollowed(path: str, entry: os.DirEntry[str]) -> list[Unusable]:
    """The row for a link that is not followed; none where it leads to nothing that would be read."""
    if not entry.is_dir() and not is_read(path):
        return []
    if not Path(entry.path).exists():
        return [
            Unusable(
                shown(path),
                SourceProblem.MISSING_FILE,
                "expected a link to a file, but it leads to nothing; copy the file in",
            )
        ]
    return [
        Unusable(
            shown(path),
            SourceProblem.OUTSIDE_SOURCE,
            "links are followed to files inside the source only; copy what it links to",
        )
    ]
