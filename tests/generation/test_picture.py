"""What a model sees of a photo."""

from __future__ import annotations

import base64
import io
import random

import numpy as np
import pytest
from PIL import Image
from skimage import data

from generation.picture import Picture, PictureBudget, picture_of, picture_size
from vision.errors import UserError
from vision.photo import Photo

DEFAULT = PictureBudget()


def plain(width: int, height: int) -> Photo:
    """A grey photo."""
    return Photo.from_pixels(np.full((height, width, 3), 90, dtype=np.uint8))


def noise(width: int, height: int) -> Photo:
    """A photo without two equal pixels side by side."""
    return Photo.from_pixels(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((4000, 3000), 28, (1148, 840)),
        ((3000, 4000), 28, (840, 1148)),
        ((4000, 3000), 32, (1312, 960)),
        ((1000, 500), 28, (1008, 504)),
        ((1, 1), 28, (448, 448)),
        ((20_000, 100), 28, (11_200, 56)),
        ((448, 448), 28, (448, 448)),
    ],
)
def test_the_size_is_a_multiple_in_the_budget(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    assert picture_size(size, DEFAULT, side) == expected


@pytest.mark.parametrize("side", [28, 32])
def test_the_size_is_the_one_of_the_models_own_rule(side: int) -> None:
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

    dice = random.Random(side)
    for _ in range(3000):
        width, height = (round(2 ** dice.uniform(0, 13.5)) for _ in range(2))
        if max(width, height) > 200 * min(width, height):
            continue
        least = dice.choice([1, 4, 256, dice.randint(1, 2000)])
        budget = PictureBudget(least, least + dice.choice([0, 1, 1024, dice.randint(0, 20_000)]))
        expected = smart_resize(height, width, side, budget.min_tokens * side**2, budget.max_tokens * side**2)
        if max(expected) <= 200 * min(expected):
            assert picture_size((width, height), budget, side) == expected[::-1], (width, height, budget)


@pytest.mark.parametrize(("patch", "side"), [(14, 28), (16, 32)])
def test_the_processor_leaves_the_picture_as_it_is(patch: int, side: int) -> None:
    from transformers import Qwen2VLImageProcessor

    limits = {"shortest_edge": 256 * side**2, "longest_edge": 1280 * side**2}
    processor = Qwen2VLImageProcessor(size=limits, patch_size=patch, merge_size=2)
    for size in ((3000, 2000), (300, 500), (40, 900), (2999, 31), (20_000, 100), (1003, 777)):
        picture = picture_of(noise(*size), DEFAULT, side)
        width, height = picture.size
        found = processor(Image.fromarray(picture.pixels), return_tensors="np")
        assert found["image_grid_thw"].tolist() == [[1, height // patch, width // patch]]
        assert 256 <= width * height // side**2 <= 1280


def test_the_largest_shape_is_seen_and_a_longer_one_is_an_error() -> None:
    assert picture_size((200, 1), DEFAULT, 28) == (6356, 56)
    with pytest.raises(UserError) as error:
        picture_of(plain(201, 1), DEFAULT, 28)
    assert str(error.value) == (
        "The photo has 201 x 1 pixels; a model sees photos whose longer side is at most 200 times the "
        "shorter. Crop it."
    )


def test_a_photo_that_fits_is_not_touched() -> None:
    photo = noise(560, 448)
    assert picture_of(photo, DEFAULT, 28).pixels is photo.pixels


def test_a_large_photo_looks_as_with_the_bicubic_filter_alone() -> None:
    small = Image.fromarray(data.astronaut())  # type: ignore[no-untyped-call]  # skimage has no types
    large = small.resize((2600, 2600), Image.Resampling.LANCZOS)
    photo = Photo.from_pixels(np.asarray(large))
    picture = picture_of(photo, PictureBudget(256, 640), 28)
    assert picture.photo == photo.sha256
    exact = np.asarray(large.resize(picture.size, Image.Resampling.BICUBIC)).astype(float)
    assert np.mean((picture.pixels - exact) ** 2) < 0.5  # of 255 ** 2: over 51 dB


def test_fine_stripes_become_grey_and_no_pattern() -> None:
    stripes = np.zeros((1800, 1800, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    picture = picture_of(Photo.from_pixels(stripes), PictureBudget(4, 256), 28)
    assert picture.pixels[:, 8:-8].std() < 3


def test_a_data_uri_holds_the_very_pixels() -> None:
    picture = picture_of(noise(700, 460), DEFAULT, 28)
    head, _, body = picture.data_uri().partition(",")
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(body, validate=True))) as image:
        assert image.mode == "RGB"
        assert np.array_equal(np.asarray(image), picture.pixels)


def test_a_view_of_pixels_makes_a_data_uri_too() -> None:
    turned = noise(56, 84).pixels[::-1].transpose(1, 0, 2)
    body = Picture(turned, "").data_uri().partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(body))) as image:
        assert np.array_equal(np.asarray(image), turned)


@pytest.mark.parametrize(("least", "most"), [(0, 1), (2, 1)])
def test_a_budget_of_nothing_is_an_error(least: int, most: int) -> None:
    with pytest.raises(ValueError, match="Expected 1 <= min_tokens <= max_tokens"):
        PictureBudget(least, most)
