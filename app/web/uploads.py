"""Photos from a browser, and the examples that need none."""

from __future__ import annotations

import numpy as np

from app.demo import query_photo, skimage_data
from app.web.server import MAX_UPLOAD_MB
from vision.errors import UserError
from vision.photo import SUFFIXES, Photo

TYPES = sorted(suffix.removeprefix(".") for suffix in SUFFIXES)


def opened(data: bytes, *, max_pixels: int) -> Photo:
    """The photo of an upload; raise `UserError` for what is too large or no photo. Nothing is kept on disk.

    The name of the file is not told: it would reach a log.
    """
    if len(data) > MAX_UPLOAD_MB * 1024 * 1024:
        size = f"{len(data) / 1024 / 1024:.0f} MB"
        raise UserError(f"The file has {size}; at most {MAX_UPLOAD_MB} MB are taken. Scale it down.")
    return Photo.open(data, name="the file", max_pixels=max_pixels)


def astronaut() -> Photo:
    """Eileen Collins, by NASA; comes with scikit-image."""
    return Photo.open(skimage_data() / "astronaut.png", name="the example")


def four_people() -> Photo:
    """The astronaut and an actor on both sides of two strangers; made from photos of installed packages."""
    return Photo.from_pixels(np.asarray(query_photo()))
