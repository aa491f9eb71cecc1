"""COCO files as sources."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gallery.entity import EntityKind
from ingest.sources.opening import open_source
from ingest.sources.row import Labelled, Row, SourceError, Unusable
from ingest.sources.source import SourceOptions
from tests.fakes import picture
from vision.box import Box

MUG = {"id": 7, "name": "Anns_mug", "supercategory": "mug", "biography": "From Delft.", "external_id": "m1"}
DOG = {"id": 8, "name": "Bella"}
IMAGES = [{"id": 1, "file_name": "images/a.png"}, {"id": 2, "file_name": "images/b.png"}]


def box(image: object, category: object, bbox: object = (10, 20, 30.4, 40), **more: object) -> dict[str, Any]:
    sides = list(bbox) if isinstance(bbox, tuple) else bbox
    return {"image_id": image, "category_id": category, "bbox": sides, **more}


def folder(tmp_path: Path, *annotations: object, name: str = "annotations.json", **more: object) -> Path:
    place = tmp_path / "shelf"
    (place / "images").mkdir(parents=True)
    for photo in ("a", "b"):
        (place / "images" / f"{photo}.png").write_bytes(picture((200, 0, 0)))
    file = {"images": IMAGES, "annotations": list(annotations), "categories": [MUG, DOG], **more}
    (place / name).write_text(json.dumps(file), encoding="utf-8")
    return place


def rows(path: Path, options: SourceOptions | None = None) -> list[Row]:
    with open_source(path, options) as source:
        return list(source.rows())


def refusals(path: Path) -> list[tuple[str, str]]:
    return [(row.reason.value, row.detail) for row in rows(path) if isinstance(row, Unusable)]


def test_a_category_is_a_thing_and_its_boxes_say_where(tmp_path: Path) -> None:
    place = folder(tmp_path, box(1, 7), box(2, 8, (0, 0, 100, 100)), box(1, 8, iscrowd=1))
    first, second = rows(place)
    assert isinstance(first, Labelled) and isinstance(second, Labelled)
    assert (first.where, first.box, first.biography_given) == ("images/a.png", Box(10, 20, 40, 60), True)
    mug, dog = first.entity, second.entity
    assert (mug.name, mug.kind, mug.noun, mug.biography) == (
        "Anns mug",
        EntityKind.THING,
        "mug",
        "From Delft.",
    )
    assert (mug.identity, mug.source) == ("id:m1", "shelf")
    assert (dog.name, dog.noun, dog.identity) == ("Bella", "Bella", "label:shelf\x1fBella")
    assert first.read() == picture((200, 0, 0)) and not second.biography_given


def test_the_file_itself_a_root_and_a_zip_are_read_as_the_folder_is(tmp_path: Path) -> None:
    place = folder(tmp_path, box(1, 7), name="mugs.json")
    assert [row.where for row in rows(place / "mugs.json")] == ["images/a.png"]
    moved = (place / "mugs.json").rename(tmp_path / "annotations.json")
    assert [row.where for row in rows(moved, SourceOptions(root=place))] == ["images/a.png"]
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.write(moved, "set/annotations.json")
        archive.write(place / "images/a.png", "set/images/a.png")
    assert [row.where for row in rows(tmp_path / "set.zip")] == ["images/a.png"]


def test_the_file_that_is_named_is_read_and_not_a_table_beside_it(tmp_path: Path) -> None:
    place = folder(tmp_path, box(1, 7))
    (place / "metadata.csv").write_text("file_name,name\nimages/b.png,Bella\n", encoding="utf-8")
    assert [row.where for row in rows(place / "annotations.json")] == ["images/a.png"]
    assert "images/b.png" in [row.where for row in rows(place)]


def test_a_box_that_is_malformed_does_not_make_a_good_one_of_its_category_several(tmp_path: Path) -> None:
    place = folder(tmp_path, box(1, 7), box(1, 7, (0, 0, 0, 5)), box(1, 7, "all of it"))
    first, *others = rows(place)
    assert isinstance(first, Labelled) and first.box == Box(10, 20, 40, 60)
    assert [one.reason.value for one in others if isinstance(one, Unusable)] == ["bad_box", "bad_box"]


def test_an_empty_file_is_said_to_hold_no_annotation(tmp_path: Path) -> None:
    place = folder(tmp_path)
    with pytest.raises(SourceError, match=r"annotations\.json has no annotation of a thing"):
        rows(place)
    (place / "annotations.json").write_bytes(b"")
    with pytest.raises(SourceError, match=r"annotations\.json is empty"):
        rows(place)


def test_other_json_files_in_a_folder_of_people_are_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "Ann").mkdir()
    (tmp_path / "Ann" / "1.png").write_bytes(picture((200, 0, 0)))
    (tmp_path / "package.json").write_text("{}", encoding="utf-8")
    [row] = rows(tmp_path)
    assert isinstance(row, Labelled) and row.entity.kind is EntityKind.PERSON


@pytest.mark.parametrize(
    ("annotation", "reason", "detail"),
    [
        (box(9, 7), "bad_row", "there is no image of its id"),
        (box(1, 9), "bad_row", "there is no category of its id"),
        (box([], 7), "bad_row", "there is no image of its id"),
        (box(1, 7, (1, 2, 3)), "bad_box", "expected bbox as left, top, width and height"),
        (box(1, 7, (1, 2, 0, 5)), "bad_box", "a box with width and height, but got [1, 2, 0, 5]"),
        (box(1, 7, (1, 2, 1e9, 5)), "bad_box", "expected bbox"),
        (box(1, 7, "all of it"), "bad_box", "expected bbox"),
        (box(1, 7, (True, 2, 3, 4)), "bad_box", "expected bbox"),
        ("nonsense", "bad_row", "an annotation must be an object"),
    ],
)
def test_what_is_wrong_with_an_annotation_is_said_and_the_others_are_read(
    tmp_path: Path, annotation: object, reason: str, detail: str
) -> None:
    place = folder(tmp_path, annotation, box(2, 8))
    [(found, said)] = refusals(place)
    assert found == reason and detail in said and "annotation 1" not in said  # the line begins with it
    assert len(rows(place)) == 2


def test_two_boxes_of_one_thing_in_one_photo_are_refused_both(tmp_path: Path) -> None:
    place = folder(tmp_path, box(1, 7), box(1, 7, (0, 0, 5, 5)), box(2, 7))
    assert [reason for reason, _ in refusals(place)] == ["bad_row", "bad_row"]
    assert "there are several boxes of this category" in refusals(place)[0][1]


@pytest.mark.parametrize(
    ("photo", "reason"), [("../secret.png", "outside_source"), ("gone.png", "missing_file")]
)
def test_photos_outside_and_missing_ones_are_not_read(tmp_path: Path, photo: str, reason: str) -> None:
    place = folder(tmp_path, box(1, 7), images=[{"id": 1, "file_name": photo}])
    assert [found for found, _ in refusals(place)] == [reason]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Cannot read annotations.json as a COCO file"),
        ("[" * 200_000, "Cannot read annotations.json as a COCO file"),
        ("[]", "Expected a COCO file with lists images, annotations, categories"),
        ('{"images": [], "annotations": {}, "categories": []}', "has not all three"),
    ],
)
def test_a_file_that_is_no_coco_is_an_error_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    place = folder(tmp_path)
    (place / "annotations.json").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        rows(place)


def test_a_box_outside_the_photo_does_not_make_a_good_one_of_its_category_several(tmp_path: Path) -> None:
    sized = [{**image, "width": 100, "height": 80} for image in IMAGES]
    place = folder(tmp_path, box(1, 7), box(1, 7, (100, 0, 5, 5)), images=sized)
    good, bad = rows(place)
    assert isinstance(good, Labelled) and isinstance(bad, Unusable)
    assert (good.box, bad.reason.value) == (Box(10, 20, 40, 60), "bad_box")
    assert "outside the photo of 100 x 80 pixels" in bad.detail


def test_a_category_of_a_noun_for_people_is_a_person_and_must_say_who(tmp_path: Path) -> None:
    ann = {"id": 9, "name": "Ann", "supercategory": "woman"}
    anybody = {"id": 1, "name": "person", "supercategory": "person"}
    place = folder(tmp_path, box(1, 9), box(1, 1), categories=[ann, anybody])
    known, refused = rows(place)
    assert isinstance(known, Labelled) and isinstance(refused, Unusable)
    assert (known.entity.kind, refused.reason.value) == (EntityKind.PERSON, "bad_row")
    assert "'person' may be many people" in refused.detail
