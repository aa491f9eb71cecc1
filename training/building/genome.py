"""Visual Genome as it is distributed: image_data.json, objects.json, region_descriptions.json in one folder.

Its phrases were not written to tell one thing from another. So an object is used only where no other of its
class stands elsewhere in the photo, and a phrase only where its box is the object's and its noun comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.building.files import Row, stream_list
from training.building.nouns import class_of, is_told_of, noun_of, pointing
from training.building.source import Images, LeftOut, Pictured, Tally
from training.building.spots import Marked, box_of, sides_of, spots_of
from vision.box import Box

_SAME_PLACE = 0.5  # intersection over union from which two boxes are of one object


@dataclass(slots=True)
class _Photo:
    size: tuple[int, int]
    coco: int | None
    shows: frozenset[str] = frozenset()
    marked: list[tuple[Box, Marked]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Object:
    name: str
    box: Box
    where: str


def read_genome(folder: Path, images: Images, tally: Tally) -> list[Pictured]:
    """The photos of a folder of Visual Genome, by id; those of COCO share its key, and so its split.

    Raise `SourceError` for a file that is not as it is distributed; what cannot be used is counted.
    """
    photos = {
        row.take("image_id", int): _Photo((row.take("width", int), row.take("height", int)), _coco(row))
        for row in stream_list(folder / "image_data.json")
    }
    for row in stream_list(folder / "objects.json"):
        photo = photos[_photo_of(row, photos)]
        objects = list(_objects(row, tally))
        photo.shows = frozenset(class_of(one.name) for one in objects)
        photo.marked = list(_single(objects, tally))
    for row in stream_list(folder / "region_descriptions.json"):
        _describe(row, photos[_photo_of(row, photos)], tally)
    found = [_pictured(key, photo, images, tally) for key, photo in sorted(photos.items()) if photo.marked]
    return [one for one in found if one is not None]


def _coco(row: Row) -> int | None:
    return None if row.find("coco_id") is None else row.take("coco_id", int)


def _photo_of(row: Row, photos: dict[int, _Photo]) -> int:
    """The id of the photo that a record is about, called `id` where it is not `image_id`."""
    key = row.take("id" if row.find("image_id") is None else "image_id", int)
    if key not in photos:
        raise row.broken(f"expected an image of image_data.json, but {key} is none")
    return key


def _objects(row: Row, tally: Tally) -> Iterator[_Object]:
    for one in row.rows("objects"):
        where = f"{row.path.name}, {one.place}"
        names = [name for name in one.take("names", list) if isinstance(name, str) and name.strip()]
        sides = sides_of([one.find(side) for side in ("x", "y", "w", "h")])
        box = sides and box_of(sides)
        if not names:
            raise one.broken("expected names with one text at least")
        if box is None:
            tally.add(LeftOut.BAD_BOX, where)
            continue
        yield _Object(" ".join(names[0].split()), box, where)


def _single(objects: Sequence[_Object], tally: Tally) -> Iterator[tuple[Box, Marked]]:
    """The objects whose class no other object elsewhere in the photo has."""
    by_class: dict[str, list[_Object]] = {}
    for one in objects:
        by_class.setdefault(class_of(one.name), []).append(one)
    for same in by_class.values():
        first = max(same, key=lambda one: one.box.area)
        told = [one for one in same if is_told_of(one.name)]
        if len(told) < len(same):
            for one in same:
                tally.add(LeftOut.OTHER_CLASS, f"{one.where}: {one.name}")
        elif any(one.box.iou(first.box) < _SAME_PLACE for one in same):
            for one in same:
                tally.add(LeftOut.SAME_NOUN, f"{one.where}: {one.name}")
        else:
            box = first.box
            yield box, Marked(first.name, (box.left, box.top, box.width, box.height), first.where)


def _describe(row: Row, photo: _Photo, tally: Tally) -> None:
    """Give the phrases of a photo to the objects at their places."""
    for one in row.rows("regions"):
        phrase = one.take("phrase", str)
        sides = sides_of([one.find(side) for side in ("x", "y", "width", "height")])
        box = sides and box_of(sides)
        if box is None:
            tally.add(LeftOut.BAD_BOX, f"{row.path.name}, {one.place}")
            continue
        marked = [
            marked
            for place, marked in photo.marked
            if place.iou(box) >= _SAME_PLACE and pointing(phrase, noun_of(marked.name, ())) is not None
        ]
        if len(marked) == 1:
            marked[0].expressions.append(phrase)
        else:
            tally.add(LeftOut.NO_OBJECT, f"{row.path.name}, {one.place}: {phrase}"[:200])


def _pictured(key: int, photo: _Photo, images: Images, tally: Tally) -> Pictured | None:
    name, told = f"{key}.jpg", [marked for _, marked in photo.marked if marked.expressions]
    for _, marked in photo.marked:
        if not marked.expressions:
            tally.add(LeftOut.NO_EXPRESSION, f"{marked.where}: {marked.name}")
    if not told:
        tally.add(LeftOut.NO_REGION, name)
        return None
    file = images.find(name)
    if file is None:
        tally.add(LeftOut.NO_FILE, name)
        return None
    spots = spots_of(told, photo.size, tally)
    if not spots:
        tally.add(LeftOut.NO_REGION, name)
        return None
    same = f"vg-{key}" if photo.coco is None else f"coco-{photo.coco}"
    return Pictured(f"vg-{key}", same, file, photo.size, spots, photo.shows, None)
