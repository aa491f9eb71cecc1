"""Both face models on a few real photos."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import vision
from tests.conftest import ASSETS, need
from vision import faces
from vision.faces import FaceModel
from vision.insightface_faces import InsightFaces
from vision.photo import Photo
from vision.region import Region, RegionKind

BOTH = pytest.mark.parametrize("model", ["mini", "dlib_faces"], indirect=True)
# One person's portraits are expected above the first and two persons' below the second, by model.
SAME = {"mini": 0.5, "dlib": 0.6}
DIFFERENT = {"mini": 0.4, "dlib": 0.4}


@pytest.fixture
def model(request: pytest.FixtureRequest) -> FaceModel:
    if request.param == "dlib_faces":
        need(ASSETS / "data/congress")  # its photos; dlib itself needs nothing
    found: FaceModel = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def portraits(congress: list[dict[str, Any]]) -> list[Photo]:
    return [Photo.open(row["portrait"]) for row in congress[:3]]


@pytest.fixture(scope="module")
def group_photo() -> Photo:
    pixels = Photo.open(Path(str(files("insightface") / "data/images/t1.jpg"))).pixels
    # Two thirds are enough for all six faces and take less than half the time.
    return Photo.from_pixels(np.asarray(cv2.resize(pixels, None, fx=0.66, fy=0.66), dtype=np.uint8))


def kind_of(model: FaceModel) -> str:
    return "dlib" if model.name == faces.DLIB else "mini"


def only(model: FaceModel, photo: Photo) -> Region:
    (found,) = model.regions([photo])
    assert len(found) == 1
    return found[0]


def similarity(one: Region, other: Region) -> float:
    return float(one.embedding @ other.embedding)


def assert_same(one: list[list[Region]], other: list[list[Region]]) -> None:
    assert [len(regions) for regions in one] == [len(regions) for regions in other]
    for mine, yours in zip(chain(*one), chain(*other), strict=True):
        assert mine.box == yours.box
        assert mine.confidence == pytest.approx(yours.confidence, abs=1e-5)
        np.testing.assert_allclose(mine.embedding, yours.embedding, atol=1e-5)


@BOTH
def test_a_portrait_has_one_face_with_all_that_a_region_says(
    model: FaceModel, portraits: list[Photo]
) -> None:
    photo = portraits[0]
    region = only(model, photo)
    assert region.box.clipped(photo.size) == region.box
    assert region.box.area > 0.03 * photo.size[0] * photo.size[1]
    assert region.kind is RegionKind.FACE
    assert (region.embedding.shape, model.dimension, region.space) == ((128,), 128, model.space)
    assert float(np.linalg.norm(region.embedding)) == pytest.approx(1.0, abs=1e-4)
    assert region.confidence >= model.sure_confidence
    assert (region.quality.size, region.quality.yaw < 40) == (min(region.box.width, region.box.height), True)
    assert region.landmarks is not None
    # The eyes of a portrait stand in the upper part of the box, and the landmarks in pixels of the photo.
    left, top, right, bottom = region.box.as_list()
    assert ((region.landmarks > (left, top)) & (region.landmarks < (right, bottom))).all()


@BOTH
def test_one_person_is_similar_and_another_is_not(model: FaceModel, portraits: list[Photo]) -> None:
    photo = portraits[0]
    person = only(model, photo)
    smaller = cv2.resize(photo.pixels, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    changed = [np.ascontiguousarray(photo.pixels[:, ::-1]), np.asarray(smaller, dtype=np.uint8)]
    for pixels in changed:
        assert similarity(person, only(model, Photo.from_pixels(pixels))) > SAME[kind_of(model)]
    for other in portraits[1:]:
        assert similarity(person, only(model, other)) < DIFFERENT[kind_of(model)]


@BOTH
def test_another_photo_of_a_person_is_nearer_than_anybody_else(
    model: FaceModel, press: dict[str, list[Path]]
) -> None:
    people = list(press.values())[:2]
    (first, again), (stranger, _) = [[only(model, Photo.open(path)) for path in paths] for paths in people]
    assert similarity(first, again) > similarity(first, stranger) + 0.2


@BOTH
def test_a_batch_gives_what_each_photo_gives_alone(
    model: FaceModel, portraits: list[Photo], group_photo: Photo
) -> None:
    batch = [
        portraits[0],
        Photo.from_pixels(np.zeros((60, 60, 3), dtype=np.uint8)),
        group_photo,
        portraits[1],
    ]
    together = model.regions(batch)
    assert [bool(regions) for regions in together] == [True, False, True, True]
    assert_same(together, [model.regions([photo])[0] for photo in batch])


@BOTH
def test_no_photos_have_no_faces(model: FaceModel) -> None:
    assert model.regions([]) == []


@BOTH
@pytest.mark.parametrize(
    "size", [(1, 1), (10, 10), (1, 3000), (3000, 1), (3, 700), (64, 64), (200, 150)], ids=str
)
def test_a_photo_without_a_face_has_no_regions(model: FaceModel, size: tuple[int, int]) -> None:
    assert model.regions([Photo.from_pixels(np.full((size[1], size[0], 3), 128, dtype=np.uint8))]) == [[]]


@BOTH
def test_the_layout_of_the_pixels_in_memory_does_not_matter(model: FaceModel, portraits: list[Photo]) -> None:
    pixels = portraits[0].pixels
    doubled = np.repeat(np.repeat(pixels, 2, axis=0), 2, axis=1)[::2, ::2]
    turned = np.ascontiguousarray(pixels[:, ::-1])[:, ::-1]
    bgr = np.ascontiguousarray(pixels[:, :, ::-1])[:, :, ::-1]
    expected = model.regions([Photo.from_pixels(pixels)])
    for layout in (doubled, turned, bgr, np.asfortranarray(pixels)):
        assert not layout.flags.c_contiguous
        assert_same(model.regions([Photo(layout, "0" * 64)]), expected)


@BOTH
def test_a_grey_photo_is_as_good_as_a_coloured_one(model: FaceModel, portraits: list[Photo]) -> None:
    grey = np.repeat(portraits[0].pixels.mean(axis=2).astype(np.uint8)[:, :, None], 3, axis=2)
    same = similarity(only(model, Photo.from_pixels(grey)), only(model, portraits[0]))
    assert same > SAME[kind_of(model)]


@BOTH
def test_a_group_has_its_six_faces_largest_first(model: FaceModel, group_photo: Photo) -> None:
    (regions,) = model.regions([group_photo])
    areas = [region.box.area for region in regions]
    assert len(areas) == 6
    assert areas == sorted(areas, reverse=True)
    assert max(a.box.iou(b.box) for a in regions for b in regions if a is not b) < 0.1
    # Each embedding is of its own box: the face cut out alone gives the same again.
    for region in (regions[0], regions[-1]):
        left, top, right, bottom = region.box.as_list()
        part = group_photo.pixels[max(0, top - 60) : bottom + 60, max(0, left - 60) : right + 60]
        (alone, *_) = model.regions([Photo.from_pixels(part)])[0]
        assert similarity(alone, region) == max(similarity(alone, other) for other in regions)


def test_a_face_in_a_space_suit_is_found_once_by_dlib(dlib_faces: FaceModel) -> None:
    from skimage import data

    photo = Photo.from_pixels(data.astronaut())  # type: ignore[no-untyped-call]  # skimage has no types
    only(dlib_faces, photo)


def test_a_box_beyond_the_edge_is_clipped(dlib_faces: FaceModel, mini: FaceModel) -> None:
    photo = Photo.open(Path(str(files("insightface") / "data/images/Tom_Hanks_54745.png")))
    for model in (dlib_faces, mini):
        box = only(model, photo).box
        assert box.clipped(photo.size) == box
    assert only(dlib_faces, photo).box.bottom == photo.size[1]


@pytest.mark.filterwarnings("ignore::FutureWarning:insightface.utils.face_align")
@pytest.mark.parametrize("side", [112, 128, 224])
def test_faces_are_aligned_as_insightface_aligns_them(
    mini: FaceModel, portraits: list[Photo], side: int
) -> None:
    from insightface.utils.face_align import norm_crop

    for photo in portraits[:2]:
        landmarks = only(mini, photo).landmarks
        assert landmarks is not None
        ours = InsightFaces._chip(photo, landmarks, side)
        theirs = norm_crop(photo.pixels[:, :, ::-1].copy(), landmark=landmarks, image_size=side)
        assert ours.shape == (side, side, 3)
        assert np.abs(ours.astype(int) - theirs.astype(int)).mean() < 1.0


def test_the_mean_of_dlibs_descriptors_is_shipped() -> None:
    text = (files(vision) / "dlib_mean.json").read_text(encoding="utf-8")
    mean = np.asarray(json.loads(text)["mean"], dtype=np.float64)
    assert mean.shape == (128,)
    assert np.isfinite(mean).all()
    assert 0.3 < float(np.linalg.norm(mean)) < 2.0  # large beside descriptors of about unit length
