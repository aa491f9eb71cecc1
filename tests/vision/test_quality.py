"""Measurements of a face."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vision.box import Box
from vision.photo import Photo
from vision.quality import measure, yaw_of

EYES = np.array([[40.0, 50.0], [60.0, 50.0]])


def photo_of(pixels: np.ndarray) -> Photo:
    return Photo.from_pixels(np.repeat(pixels[:, :, None], 3, axis=2).astype(np.uint8))


@pytest.mark.parametrize(("value", "brightness"), [(0, 0.0), (51, 0.2), (255, 1.0)])
def test_an_even_crop_is_as_bright_as_its_pixels_and_not_sharp(value: int, brightness: float) -> None:
    quality = measure(photo_of(np.full((30, 40), value)), Box(5, 5, 25, 20))
    assert (quality.size, quality.sharpness, quality.yaw) == (15, 0.0, 0.0)
    assert quality.brightness == pytest.approx(brightness)


def test_only_the_box_is_measured() -> None:
    pixels = np.zeros((20, 40))
    pixels[:, 20:] = 255
    assert measure(photo_of(pixels), Box(0, 0, 20, 20)).brightness == 0.0
    assert measure(photo_of(pixels), Box(20, 0, 40, 20)).brightness == 1.0


def test_a_box_of_one_pixel_is_measured() -> None:
    quality = measure(photo_of(np.full((5, 5), 100)), Box(4, 4, 5, 5), yaw=12.0)
    assert (quality.size, quality.sharpness, quality.yaw) == (1, 0.0, 12.0)


def test_a_blurred_crop_is_less_sharp_whatever_its_size() -> None:
    stripes = np.tile(np.repeat([0, 255], 8), (112, 7))
    ramp = np.tile(np.linspace(0, 255, 112), (112, 1))
    for scale in (1, 3):
        sharp = np.kron(stripes, np.ones((scale, scale)))
        soft = np.kron(ramp, np.ones((scale, scale)))
        whole = Box(0, 0, 112 * scale, 112 * scale)
        assert measure(photo_of(sharp), whole).sharpness > 100 * measure(photo_of(soft), whole).sharpness
    # The same crop at three times the size is as sharp: both are measured at one size.
    once, thrice = (
        measure(photo_of(np.kron(stripes, np.ones((s, s)))), Box(0, 0, 112 * s, 112 * s)) for s in (1, 3)
    )
    assert thrice.sharpness == pytest.approx(once.sharpness, rel=0.01)


@pytest.mark.parametrize(
    ("nose", "yaw"),
    [
        ((50.0, 65.0), 0.0),
        ((50.0, 50.0), 0.0),  # up and down is no turn
        ((60.0, 65.0), 45.0),
        ((40.0, 65.0), 45.0),  # either side
        ((55.0, 65.0), math.degrees(math.atan(0.5))),
        ((1000.0, 65.0), math.degrees(math.atan(95.0))),
    ],
)
def test_yaw_grows_with_the_shift_of_the_nose(nose: tuple[float, float], yaw: float) -> None:
    assert yaw_of(EYES, np.array(nose), nose_depth=0.5) == pytest.approx(yaw)


@pytest.mark.parametrize("degrees", [0, 30, 90, 180, 200])
def test_yaw_is_the_same_when_the_head_is_tilted(degrees: float) -> None:
    turn = math.radians(degrees)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    tilted = yaw_of(EYES @ rotation.T, np.array([57.0, 65.0]) @ rotation.T, nose_depth=0.5)
    assert tilted == pytest.approx(yaw_of(EYES, np.array([57.0, 65.0]), nose_depth=0.5))


def test_eyes_in_one_point_are_a_profile() -> None:
    assert yaw_of(np.array([[5.0, 5.0], [5.0, 5.0]]), np.array([9.0, 9.0]), nose_depth=0.5) == 90.0
