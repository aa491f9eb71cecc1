"""RefCOCO, RefCOCO+ and RefCOCOg as the refer distribution has them: refs(...).p beside instances.json.

A reference has ref_id, ann_id, image_id, category_id, split and sentences, each with its text as `sent`;
instances.json is a COCO annotation file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generation.neutral import NAME_LIMIT, neutralise
from training.building.choosing import HELD
from training.building.files import Row, read_object, read_refs
from training.building.nouns import class_of
from training.building.source import Images, LeftOut, Pictured, Tally, split_of
from training.building.spots import Marked, sides_of, spots_of
from training.dataset.folder import Split

INSTANCES = "instances.json"


@dataclass(slots=True)
class _Photo:
    name: str
    size: tuple[int, int]
    shows: set[str] = field(default_factory=set)
    marked: dict[int, Marked] = field(default_factory=dict)  # by the id of the annotation
    splits: set[Split] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Annotation:
    image: int
    noun: str
    sides: object  # bbox: left, top, width, height
    crowd: bool


def read_refer(files: Sequence[Path], images: Images, tally: Tally) -> list[Pictured]:
    """The photos of one or more refs files, by id; the same photo of several sets is one.

    Raise `SourceError` for a file that is not as it is distributed; what cannot be used is counted.
    """
    photos: dict[int, _Photo] = {}
    for path in files:
        annotations = _read_instances(path.with_name(INSTANCES), photos)
        for row in read_refs(path):
            _add(row, annotations, photos, tally)
    found = [_pictured(key, photo, images, tally) for key, photo in sorted(photos.items()) if photo.marked]
    return [one for one in found if one is not None]


def _read_instances(path: Path, photos: dict[int, _Photo]) -> dict[int, _Annotation]:
    form = read_object(path)
    for image in form.rows("images"):
        size = image.take("width", int), image.take("height", int)
        photos.setdefault(image.take("id", int), _Photo(image.take("file_name", str), size))
    nouns = {one.take("id", int): _class(one) for one in form.rows("categories")}
    annotations = {}
    for row in form.rows("annotations"):
        image_id, category = row.take("image_id", int), row.take("category_id", int)
        if image_id not in photos or category not in nouns:
            missing = "image" if image_id not in photos else "category"
            raise row.broken(f"expected the {missing} of its {missing}_id in the file, but there is none")
        photos[image_id].shows.add(nouns[category])
        annotations[row.take("id", int)] = _Annotation(
            image_id, nouns[category], row.find("bbox"), bool(row.find("iscrowd"))
        )
    return annotations


def _class(category: Row) -> str:
    name = class_of(neutralise(category.take("name", str), limit=NAME_LIMIT))
    if not name:
        raise category.broken("expected a name, but it is empty")
    return name


def _add(row: Row, annotations: dict[int, _Annotation], photos: dict[int, _Photo], tally: Tally) -> None:
    """Add the expressions of one reference to its region."""
    key, sentences = row.take("ann_id", int), [one.take("sent", str) for one in row.rows("sentences")]
    split = split_of(row.take("split", str))
    if split is None:
        raise row.broken(f"expected a split of train, val, test, testA, testB, not '{row.find('split')}'")
    annotation, where = annotations.get(key), f"{row.path.name}, {row.place}"
    if annotation is None or annotation.image != row.take("image_id", int):
        tally.add(LeftOut.NO_ANNOTATION, where)
        return
    photo = photos[annotation.image]
    photo.splits.add(split)
    if annotation.crowd:
        tally.add(LeftOut.CROWD, where)
        return
    sides = sides_of(annotation.sides)
    if sides is None:
        tally.add(LeftOut.BAD_BOX, where)
        return
    marked = photo.marked.setdefault(key, Marked(annotation.noun, sides, where))
    marked.expressions.extend(sentences)


def _pictured(key: int, photo: _Photo, images: Images, tally: Tally) -> Pictured | None:
    name = f"coco-{key}"
    file = images.find(photo.name)
    if file is None:
        tally.add(LeftOut.NO_FILE, photo.name)
        return None
    if len(photo.splits) > 1:
        tally.add(LeftOut.HELD_OUT, photo.name)
    spots = spots_of(list(photo.marked.values()), photo.size, tally)
    if not spots:
        tally.add(LeftOut.NO_REGION, photo.name)
        return None
    split = max(photo.splits, key=HELD.index)
    return Pictured(name, name, file, photo.size, spots, frozenset(photo.shows), split)
