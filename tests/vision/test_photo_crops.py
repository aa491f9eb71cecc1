"""The small picture that is kept of a reference."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from vision.box import Box
from vision.photo import CROP_SIDE, Photo, crop_of


def photo_of(size: tuple[int, int]) -> Photo:
    return Photo.from_pixels(np.full((size[1], size[0], 3), 90, dtype=np.uint8))


@pytest.mark.parametrize(
    ("photo_size", "box", "crop_size"),
    [
        ((1, 1), Box(0, 0, 1, 1), (1, 1)),
        ((500, 400), Box(100, 100, 200, 180), (150, 120)),  # grown by a half, all inside
        ((500, 400), Box(0, 0, 100, 80), (125, 100)),  # clipped at two edges
        ((500, 400), Box(400, 320, 500, 400), (125, 100)),
        ((120, 90), Box(0, 0, 120, 90), (120, 90)),  # clipped at all edges
        ((500, 400), Box(-50, -50, 50, 50), (75, 75)),  # begins outside
        ((2000, 1000), Box(500, 250, 1500, 750), (256, 128)),  # at most 256 a side
        ((1000, 2000), Box(250, 500, 750, 1500), (128, 256)),
        ((1000, 1000), Box(400, 400, 571, 571), (256, 256)),
        ((500, 400), Box(7, 7, 8, 8), (1, 1)),
        ((5000, 10), Box(0, 4, 5000, 5), (256, 1)),  # a strip keeps a pixel
    ],
)
def test_a_crop_is_the_grown_box_within_the_photo_and_the_limit(
    photo_size: tuple[int, int], box: Box, crop_size: tuple[int, int]
) -> None:
    with Image.open(io.BytesIO(crop_of(photo_of(photo_size), box))) as crop:
        assert (crop.format, crop.mode, crop.size) == ("JPEG", "RGB", crop_size)
        assert max(crop.size) <= CROP_SIDE


def test_a_crop_shows_the_box_in_the_photos_own_colours() -> None:
    pixels = np.zeros((300, 300, 3), dtype=np.uint8)
    pixels[100:160, 100:160] = (220, 30, 10)
    with Image.open(io.BytesIO(crop_of(Photo.from_pixels(pixels), Box(100, 100, 160, 160)))) as crop:
        seen = np.asarray(crop).astype(int)
    assert seen.shape == (90, 90, 3)
    np.testing.assert_allclose(seen[45, 45], (220, 30, 10), atol=6)
    assert seen[5, 5].max() < 20  # the surroundings


def test_a_box_outside_the_photo_has_no_crop() -> None:
    with pytest.raises(ValueError, match="outside the photo"):
        crop_of(photo_of((50, 50)), Box(100, 100, 120, 120))
