"""Paths inside a source: relative, with forward slashes, compared in Unicode's composed form."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from ingest.sources.row import RowError, SourceProblem
from vision.photo import SUFFIXES

BIOGRAPHY = "biography.txt"
PEOPLE = "people.csv"
METADATA = frozenset({"metadata.csv", "metadata.jsonl"})
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".jsonl"})
# What operating systems leave behind; names with a leading dot are ignored as well.
LITTER = frozenset({"__macosx", "thumbs.db", "desktop.ini"})


def nfc(text: str) -> str:
    """The composed form, in which names from any file system compare equal.

    >>> nfc("Zoe\\u0301") == "Zo\\u00e9"
    True
    """
    return unicodedata.normalize("NFC", text)


def shown(path: str) -> str:
    """The path as text that can be stored: what is not Unicode becomes an escape.

    >>> shown("anna/1\\udcff.jpg")
    'anna/1\\\\udcff.jpg'
    """
    return path.encode("utf-8", "backslashreplace").decode()


def basename(path: str) -> str:
    """The last part in lower case, by which files with a meaning are known."""
    return path.rpartition("/")[2].lower()


def is_photo(path: str) -> bool:
    """Whether the suffix is one of a photo."""
    return PurePosixPath(path).suffix.lower() in SUFFIXES


def is_table(path: str) -> bool:
    """Whether the suffix is one of a table."""
    return PurePosixPath(path).suffix.lower() in TABLE_SUFFIXES


def is_coco(path: str) -> bool:
    """Whether a file is called as COCO files are; other JSON files in a folder are nobody's business.

    >>> [is_coco(name) for name in ("annotations.json", "_annotations.coco.json", "package.json")]
    [True, True, False]
    """
    name = basename(path)
    is_json = name.endswith(".json")
    return is_json and (name.startswith(("annotations", "instances")) or name.endswith("coco.json"))


def is_read(path: str) -> bool:
    """Whether a source has a use for the file: a photo, a table or a biography."""
    return is_photo(path) or is_table(path) or is_coco(path) or basename(path) == BIOGRAPHY


def is_litter(path: str) -> bool:
    """Whether any part of the path is hidden or left behind by an operating system."""
    return any(part.startswith(".") or part.lower() in LITTER for part in path.split("/"))


def relative(text: str) -> str:
    """The path that a table cell names, without `.` and `..`; raise `RowError` where it leads out.

    >>> relative("photos\\\\2019/../anna.jpg")
    'photos/anna.jpg'
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        raise RowError(
            SourceProblem.OUTSIDE_SOURCE,
            f"expected a path in the source, but got the address {text[:200]}; download it first",
        )
    path = text.replace("\\", "/")
    if path.startswith("/") or re.match(r"[A-Za-z]:/", path):
        raise RowError(
            SourceProblem.OUTSIDE_SOURCE,
            f"expected a path relative to the table's folder, but got {text[:200]}; shorten it",
        )
    kept: list[str] = []
    for part in PurePosixPath(path).parts:
        if part != "..":
            kept.append(part)
        elif kept:
            kept.pop()
        else:
            raise RowError(
                SourceProblem.OUTSIDE_SOURCE,
                f"expected a path inside the source, but {text[:200]} leads out; move it in",
            )
    return "/".join(kept)
