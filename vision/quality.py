"""How usable a detected face is, as numbers that a gate can judge."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.box import Box
from vision.photo import Photo

# Sharpness is measured on crops of this side, so that it does not depend on the photo's resolution.
_SHARPNESS_SIDE = 112


@dataclass(frozen=True, slots=True)
class Quality:
    """Measurements of one region; none of them is a verdict."""

    size: int  # shorter side of the box in pixels
    sharpness: float  # variance of the Laplacian of the grey crop at 112 px, >= 0
    brightness: float  # mean luminance of the crop, [0, 1]
    yaw: float  # estimated turn of the head in degrees, 0 looks into the camera; 0 for things


def measure(photo: Photo, box: Box, *, yaw: float = 0.0) -> Quality:
    """Measure the part of `photo` in `box`, which must lie inside."""
    crop = photo.pixels[box.top : box.bottom, box.left : box.right]
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SHARPNESS_SIDE, _SHARPNESS_SIDE), interpolation=cv2.INTER_AREA)
    return Quality(
        size=min(box.width, box.height),
        sharpness=float(cv2.Laplacian(small, cv2.CV_64F).var()),
        brightness=float(grey.mean() / 255.0),
        yaw=yaw,
    )


def yaw_of(eyes: NDArray[np.floating], nose: NDArray[np.floating], *, nose_depth: float) -> float:
    """Degrees of turn from the two eye centres (2, 2) and the nose (2,), in pixels.

    The nose stands `nose_depth` eye distances before the eyes; turned by an angle a, its shift along the line
    of the eyes is nose_depth * tan(a) of their seen distance.
    """
    along = eyes[1] - eyes[0]
    distance = float(np.linalg.norm(along))
    if distance == 0:
        return 90.0
    shift = float(np.dot(nose - eyes.mean(axis=0), along)) / distance**2
    return abs(math.degrees(math.atan(shift / nose_depth)))
