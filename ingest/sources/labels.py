"""A folder per label: who is in a photo is the name of the folder that it lies in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from ingest.sources.biographies import Biographies
from ingest.sources.listed import table_in
from ingest.sources.paths import BIOGRAPHY, PEOPLE, basename, is_photo, nfc, shown
from ingest.sources.people import People, Text, people_of
from ingest.sources.row import Labelled, Row, RowError, SourceProblem, Unusable
from ingest.sources.source import Place
from ingest.sources.table import checked_text
from ingest.sources.tree import Tree
from vision.photo import MAX_PHOTO_BYTES

# One page is 3 KB; this is a book.
MAX_BIOGRAPHY_BYTES = 16 * 1024 * 1024


def read_labels(place: Place) -> list[Row] | None:
    """The rows of a folder per label; None where there is no photo at all."""
    files = place.tree.files()
    if not any(is_photo(path) for path in files):
        return None
    folders = _folders(files)
    photographed = [label for label, folder in folders.items() if folder.photos]
    tables = [path for path in files if path.lower() == PEOPLE]
    people = people_of(table_in(place.tree, tables[0]), photographed) if tables else People()
    rows: list[Row] = [_loose(path) for path in files if is_photo(path) and not _label(path)]
    rows += _labelled(place, folders, people)
    return [*rows, *people.problems, *_misplaced(files), *place.tree.unread()]


@dataclass(slots=True)
class _Folder:
    """The files of one label."""

    photos: list[str] = field(default_factory=list)
    biographies: list[str] = field(default_factory=list)


def _folders(files: list[str]) -> dict[str, _Folder]:
    folders: dict[str, _Folder] = {}
    for path in files:
        label = _label(path)
        if not label:
            continue
        folder = folders.setdefault(label, _Folder())
        if is_photo(path):
            folder.photos.append(path)
        elif path.count("/") == 1 and basename(path) == BIOGRAPHY:
            folder.biographies.append(path)
    return folders


def _label(path: str) -> str:
    """The name of the top folder that a file lies in; empty at the root."""
    return nfc(shown(path.partition("/")[0])).strip() if "/" in path else ""


def _labelled(place: Place, folders: dict[str, _Folder], people: People) -> list[Row]:
    """The rows of all labels, once every biography is known."""
    biographies = Biographies()
    rows: list[Row] = []
    for label, folder in folders.items():
        texts, unreadable = _texts(place.tree, folder)
        rows.extend(unreadable)
        if not folder.photos:
            rows.extend(_no_photo(text) for text in texts)
            continue
        if _holds_folders_of_people(folder):
            rows.extend(_too_deep(path, label) for path in folder.photos)
            continue
        try:
            person = people.find(label)
            entity = person.entity(place.name)
        except RowError as error:
            rows.extend(Unusable(shown(path), error.reason, error.detail) for path in folder.photos)
            continue
        for text in (*texts, *person.texts):
            biographies.add(entity, text.text, text.where)
        rows.extend(
            Labelled(shown(path), entity, None, False, partial(place.tree.read, path, limit=MAX_PHOTO_BYTES))
            for path in folder.photos
        )
    return biographies.settle(rows)


def _holds_folders_of_people(folder: _Folder) -> bool:
    """Whether a label has no photo of its own but several folders with photos: then they are the labels."""
    inner = {path.split("/")[1] for path in folder.photos if path.count("/") > 1}
    return len(inner) > 1 and all(path.count("/") > 1 for path in folder.photos)


def _too_deep(path: str, label: str) -> Unusable:
    return Unusable(
        shown(path),
        SourceProblem.MISPLACED,
        f"'{label}' holds folders, so it is not clear who this is; give '{label}' itself as the source",
    )


def _texts(tree: Tree, folder: _Folder) -> tuple[list[Text], list[Unusable]]:
    """The biographies in a folder, and a row for each that cannot be read."""
    texts: list[Text] = []
    unreadable: list[Unusable] = []
    for path in folder.biographies:
        try:
            texts.append(Text(_biography(tree, path), shown(path)))
        except RowError as error:
            unreadable.append(Unusable(shown(path), error.reason, error.detail))
    return texts, unreadable


def _biography(tree: Tree, path: str) -> str:
    try:
        return checked_text(tree.read(path, limit=MAX_BIOGRAPHY_BYTES).decode("utf-8-sig"), BIOGRAPHY)
    except OSError as error:
        why = error.strerror or str(error)
    except UnicodeDecodeError as error:
        why = f"byte {error.start:,} is not UTF-8"
    except RowError as error:
        why = error.detail
    raise RowError(SourceProblem.UNREADABLE, f"expected a biography in UTF-8, but {why}; save it again")


def _no_photo(text: Text) -> Unusable:
    return Unusable(
        text.where,
        SourceProblem.NO_PHOTO,
        "expected a photo beside the biography, but the folder has none; add one",
    )


def _loose(path: str) -> Unusable:
    return Unusable(
        shown(path),
        SourceProblem.NO_LABEL,
        "expected the photo in a folder named after who it shows; move it into one",
    )


def _misplaced(files: list[str]) -> list[Unusable]:
    """Rows for biographies and tables of people where nobody looks for them."""
    rows: list[Unusable] = []
    for path in files:
        if basename(path) == BIOGRAPHY and path.count("/") != 1:
            rows.append(
                Unusable(
                    shown(path),
                    SourceProblem.MISPLACED,
                    f"{BIOGRAPHY} is read directly in the folder of a label; move it there",
                )
            )
        if basename(path) == PEOPLE and "/" in path:
            rows.append(
                Unusable(
                    shown(path),
                    SourceProblem.MISPLACED,
                    f"{PEOPLE} is read at the root of the source only; move it there",
                )
            )
    return rows
