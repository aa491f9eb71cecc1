"""Opening a source: which form a folder, table or archive has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ingest.sources.archive import ZipTree
from ingest.sources.coco import read_coco
from ingest.sources.labels import read_labels
from ingest.sources.listed import read_listed
from ingest.sources.paths import METADATA, basename, is_photo, is_table, nfc, shown
from ingest.sources.row import Row, SourceError
from ingest.sources.source import Place, Source, SourceOptions
from ingest.sources.table import MAX_TABLE_BYTES, Table, read_table
from ingest.sources.tree import FolderTree, Tree, too_large

FORMS = (
    "a folder with one folder of photos per person, a folder with metadata.csv or metadata.jsonl, "
    "a .csv, .tsv or .jsonl table that names photos, a COCO .json file, or a .zip of any of these"
)

# Tried in order; one answers None where the source does not have its form.
READERS: tuple[Callable[[Place], list[Row] | None], ...] = (read_listed, read_coco, read_labels)


def open_source(path: Path, options: SourceOptions | None = None) -> Source:
    """The source at a path; raise `SourceError` where it cannot be read at all."""
    with ExitStack() as stack:
        place = _place(path, options or SourceOptions())
        stack.callback(place.tree.close)
        for read in READERS:
            rows = read(place)
            if rows is not None:
                stack.pop_all()
                return Source(place.name, rows, place.tree)
        raise SourceError(f"No photos found in {place.shown}; expected {FORMS}")


def _place(path: Path, options: SourceOptions) -> Place:
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        raise SourceError(f"Cannot look at {path}: {error.strerror or error}; check the path") from error
    if is_file and is_table(path.name):
        return _table_place(path, options)
    if is_file and path.suffix.lower() == ".json":
        tree = FolderTree(options.root or path.parent)
        return Place(str(path), _name(path, options), tree, None, whole=False, coco=path)
    if not is_folder and not is_file:
        raise SourceError(f"Expected {FORMS}, but there is nothing at {path}; check the path")
    if is_file and path.suffix.lower() != ".zip":
        what = "a single photo without a label" if is_photo(path.name) else "none of them"
        raise SourceError(f"Expected {FORMS}, but {path.name} is {what}; give one of these")
    if options.root is not None:
        raise SourceError(f"Expected a table with the root, but {path.name} is none; leave the root out")
    name = _name(path, options)
    held: Tree = FolderTree(path) if is_folder else ZipTree.open(path, options.zip_limits)
    return Place(str(path), name, held, options.columns)


def _table_place(path: Path, options: SourceOptions) -> Place:
    """A table given itself. Only beside a metadata file do all photos of the folder belong to the source."""
    is_metadata = basename(path.name) in METADATA
    root = options.root or path.parent
    if not root.is_dir():
        raise SourceError(f"Expected a folder of photos at {root}, but there is none; correct the root")
    name = _name(path.parent if is_metadata else path, options)
    return Place(str(path), name, FolderTree(root), options.columns, _table(path), is_metadata)


def _table(path: Path) -> Table:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TABLE_BYTES + 1)
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}; check the file") from error
    if len(data) > MAX_TABLE_BYTES:
        raise SourceError(str(too_large(path.name, MAX_TABLE_BYTES)))
    return read_table(data, shown(path.name))


def _name(path: Path, options: SourceOptions) -> str:
    """The name of the source: what the user says, or what the folder or file is called."""
    if options.name is not None and not options.name.strip():
        raise SourceError("Expected a name for the source, but it is empty; give one or leave it out")
    named = path.resolve() if path.name in ("", "..") else path
    found = named.name if named.is_dir() else named.stem
    return nfc((options.name or shown(found)).strip()) or "source"
