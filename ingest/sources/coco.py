"""COCO files: photos, boxes and categories in one JSON file; a category is one thing, or one person."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from gallery.entity import EntityKind, NewEntity
from gallery.nouns import kind_of_noun
from ingest.sources.described import MAX_COORDINATE, display_name, kind_of
from ingest.sources.paths import is_coco, nfc, relative, shown
from ingest.sources.row import Labelled, Row, RowError, SourceError, SourceProblem, Unusable
from ingest.sources.source import Place
from ingest.sources.table import checked_text
from vision.box import Box
from vision.photo import MAX_PHOTO_BYTES

# Boxes and names of a million annotations; without the outlines that some files hold it is enough for all.
MAX_COCO_BYTES = 512 * 1024 * 1024
_Json = dict[str, Any]


def read_coco(place: Place) -> list[Row] | None:
    """The rows of a source with a COCO file at its root, or of the file itself; None where there is none."""
    path = None if place.coco else _coco_in(place)
    if place.coco is None and path is None:
        return None
    name = shown(place.coco.name if place.coco else path or "")
    try:
        data = place.coco.read_bytes() if place.coco else place.tree.read(path or "", limit=MAX_COCO_BYTES)
    except OSError as error:
        raise SourceError(f"Cannot read {name} ({error.strerror or error}); correct it") from error
    return list(_Coco(place, name, _parsed(data, name)).rows())


def _coco_in(place: Place) -> str | None:
    found = [path for path in place.tree.files() if is_coco(path) and "/" not in path]
    if len(found) > 1:
        raise SourceError(f"Expected one COCO file in {place.shown}, but got {', '.join(found)}; keep one")
    return found[0] if found else None


def _parsed(data: bytes, name: str) -> _Json:
    if not data.strip():
        raise SourceError(f"Expected a COCO file, but {name} is empty; correct it")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"Cannot read {name} as a COCO file ({error}); correct it") from error
    lists = ("images", "annotations", "categories")
    if not isinstance(found, dict) or not all(isinstance(found.get(key), list) for key in lists):
        raise SourceError(f"Expected a COCO file with lists {', '.join(lists)}, but {name} has not all three")
    return found


@dataclass(frozen=True, slots=True)
class _Coco:
    """One file, being read."""

    place: Place
    name: str
    file: _Json

    def rows(self) -> Iterator[Row]:
        """A row per annotation with a box; crowds show no single thing, and are left out."""
        images = _by_id(self.file["images"])
        categories = _by_id(self.file["categories"])
        entries = [one for one in self.file["annotations"] if not (isinstance(one, dict) and _is_crowd(one))]
        if not entries:
            raise SourceError(f"{self.name} has no annotation of a thing; add some")
        read = [self._tried(one, images, categories) for one in entries]
        good = (one for one, row in zip(entries, read, strict=True) if isinstance(row, Labelled))
        together = Counter(map(_place_of, good))
        for number, (annotation, row) in enumerate(zip(entries, read, strict=True), 1):
            where = f"annotation {number} of {self.name}"
            if isinstance(row, RowError):
                yield Unusable(where, row.reason, row.detail)
            elif together[_place_of(annotation)] > 1:
                several = _bad("an entity is in a photo once, but there are several boxes of this category")
                yield Unusable(where, several.reason, several.detail)
            else:
                yield row

    def _tried(
        self, annotation: Any, images: dict[Any, _Json], categories: dict[Any, _Json]
    ) -> Labelled | RowError:
        try:
            return self._row(annotation, images, categories)
        except RowError as error:
            return error

    def _row(self, annotation: Any, images: dict[Any, _Json], categories: dict[Any, _Json]) -> Labelled:
        if not isinstance(annotation, dict):
            raise _bad("an annotation must be an object")
        image = images.get(_key(annotation, "image_id"))
        category = categories.get(_key(annotation, "category_id"))
        if image is None or category is None:
            raise _bad(f"there is no {'image' if image is None else 'category'} of its id")
        path = relative(_text(image, "file_name"))
        held = self.place.tree.find(path)
        if held is None:
            detail = f"expected a photo at {path[:200]}, but there is no file; correct the path"
            raise RowError(SourceProblem.MISSING_FILE, detail)
        read = partial(self.place.tree.read, held, limit=MAX_PHOTO_BYTES)
        box = _inside(_box(annotation), image)
        return Labelled(shown(held), self._entity(category), box, bool(category.get("biography")), read)

    def _entity(self, category: _Json) -> NewEntity:
        """The thing of a category, which may also have `biography`, `noun`, `kind` and `external_id`."""
        label = nfc(_text(category, "name"))
        if not label:
            raise RowError(SourceProblem.NO_LABEL, "expected a name of the category, but it is empty")
        noun = _text(category, "noun") or _text(category, "supercategory") or display_name(label)
        return NewEntity(
            name=display_name(label),
            kind=kind_of(_text(category, "kind")) or _kind_called(noun, label),
            noun=noun,
            biography=_text(category, "biography"),
            source=self.place.name,
            label=label,
            external_id=_text(category, "external_id") or None,
        )


def _kind_called(noun: str, label: str) -> EntityKind:
    """A thing, a person where the noun says so; raise `RowError` where it is not said which person."""
    if kind_of_noun(noun) is EntityKind.THING:
        return EntityKind.THING
    if kind_of_noun(display_name(label)) is EntityKind.PERSON:
        raise _bad(
            f"expected who the category is, but '{label[:60]}' may be many people; give a name, or a kind"
        )
    return EntityKind.PERSON


def _by_id(entries: list[Any]) -> dict[Any, _Json]:
    return {_key(one, "id"): one for one in entries if isinstance(one, dict)}


def _key(entry: _Json, name: str) -> Any:
    """An id, which is a number or a text; None where it is neither."""
    found = entry.get(name)
    return found if isinstance(found, int | str) else None


def _place_of(annotation: Any) -> tuple[Any, Any]:
    if not isinstance(annotation, dict):
        return None, id(annotation)
    return _key(annotation, "image_id"), _key(annotation, "category_id")


def _is_crowd(annotation: _Json) -> bool:
    return bool(annotation.get("iscrowd"))


def _text(entry: _Json, name: str) -> str:
    found = entry.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise _bad(f"{name} must be a text")
    return checked_text(found, name).strip()


def _box(annotation: _Json) -> Box:
    """COCO's box is left, top, width and height."""
    sides = annotation.get("bbox")
    if not (isinstance(sides, list) and len(sides) == 4 and all(map(_is_pixel, sides))):
        raise RowError(SourceProblem.BAD_BOX, "expected bbox as left, top, width and height in pixels")
    left, top, width, height = sides
    try:
        return Box(round(left), round(top), round(left + width), round(top + height))
    except ValueError as error:
        detail = f"expected a box with width and height, but got {sides}"
        raise RowError(SourceProblem.BAD_BOX, detail) from error


def _inside(box: Box, image: _Json) -> Box:
    """The box; raise `RowError` where nothing of it is in the photo, as far as the file says its size."""
    width, height = image.get("width"), image.get("height")
    if not isinstance(width, int) or not isinstance(height, int):
        return box
    if box.clipped((width, height)) is None:
        detail = f"the box {box.as_list()} lies outside the photo of {width} x {height} pixels; correct it"
        raise RowError(SourceProblem.BAD_BOX, detail)
    return box


def _is_pixel(side: object) -> bool:
    number = isinstance(side, int | float) and not isinstance(side, bool)
    return number and math.isfinite(side) and abs(side) <= MAX_COORDINATE  # type: ignore[arg-type]  # a number


def _bad(detail: str) -> RowError:
    return RowError(SourceProblem.BAD_ROW, f"{detail}; correct it")
