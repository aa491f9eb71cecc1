"""What a model sees of a photo: as many pixels as its budget of visual tokens allows."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.errors import UserError
from vision.photo import Photo

# Qwen's advice for a bounded cost (README of Qwen2-VL).
MIN_TOKENS, MAX_TOKENS = 256, 1280
# The models refuse pictures that are longer than this.
_MAX_ASPECT = 200
# Photos of three times the size and more are halved by averaging before the bicubic filter: half the time,
# and 54 dB from the filter alone on a photo of 12 megapixels.
_REDUCING_GAP = 1.5


@dataclass(frozen=True, slots=True)
class PictureBudget:
    """Between how many visual tokens a picture may become."""

    min_tokens: int = MIN_TOKENS
    max_tokens: int = MAX_TOKENS

    def __post_init__(self) -> None:
        if not 1 <= self.min_tokens <= self.max_tokens:
            raise ValueError(
                f"Expected 1 <= min_tokens <= max_tokens, but got {self.min_tokens} and {self.max_tokens}"
            )

    def changed(self, least: int | None, most: int | None) -> PictureBudget:
        """The budget with what is set; where only one end is set, the other gives way to it.

        >>> PictureBudget(256, 1280).changed(None, 100)
        PictureBudget(min_tokens=100, max_tokens=100)
        """
        if least is not None and most is not None:
            return PictureBudget(least, most)
        if most is not None:
            return PictureBudget(min(self.min_tokens, most), most)
        if least is not None:
            return PictureBudget(least, max(self.max_tokens, least))
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The pixels that a model gets."""

    pixels: NDArray[np.uint8]  # (height, width, 3), RGB; both sides are multiples of the family's token side
    photo: str  # SHA-256 of the photo that it shows

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def data_uri(self) -> str:
        """The picture as a data URI. PNG, so that a server sees the same pixels as a local model."""
        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, "PNG", compress_level=1)
        return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def picture_of(photo: Photo, budget: PictureBudget, token_side: int) -> Picture:
    """The photo scaled to its budget; the longer side must not be over 200 times the shorter."""
    size = picture_size(photo.size, budget, token_side)
    if size == photo.size:
        return Picture(photo.pixels, photo.sha256)
    image = Image.fromarray(photo.pixels)
    scaled = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=_REDUCING_GAP)
    return Picture(np.asarray(scaled), photo.sha256)


def picture_size(size: tuple[int, int], budget: PictureBudget, token_side: int) -> tuple[int, int]:
    """(width, height) of the picture of a photo of `size`.

    Both are multiples of `token_side`, the shape is kept as far as that allows, and the tokens are in the
    budget. The same rule as the models' own processors, which leave such a picture as it is; only pictures
    that would be over 200 times as long as wide, which they refuse, are made shorter.

    >>> picture_size((4000, 3000), PictureBudget(), 28)
    (1148, 840)
    """
    width, height = size
    if max(size) > _MAX_ASPECT * min(size):
        raise UserError(
            f"The photo has {width} x {height} pixels; a model sees photos whose longer side is at most "
            f"{_MAX_ASPECT} times the shorter. Crop it."
        )
    columns, rows = round(width / token_side), round(height / token_side)
    shrink = math.sqrt(width * height / (budget.max_tokens * token_side**2))
    grow = math.sqrt(budget.min_tokens * token_side**2 / (width * height))
    if columns * rows > budget.max_tokens:
        columns, rows = (max(1, math.floor(side / shrink / token_side)) for side in size)
    elif columns * rows < budget.min_tokens:
        columns, rows = (math.ceil(side * grow / token_side) for side in size)
    longest = _MAX_ASPECT * min(columns, rows)  # rounding can make a long picture longer than that
    return min(columns, longest) * token_side, min(rows, longest) * token_side
