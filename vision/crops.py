"""Square crops of boxes, as image encoders want them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vision.box import Box
from vision.photo import Photo

# What a crop shows beyond the edge of its photo.
_GREY = 128
_SPACE = re.compile(r".+-p(\d+)x([1-4])")


@dataclass(frozen=True, slots=True)
class Views:
    """How a box is cropped; part of the identity of the embeddings, for queries must be as references are."""

    # Docs/accuracy.md compares them: the surroundings of a thing are not its own, and the mirror image helps.
    padding: float = 0.0  # context on each side, in parts of the longer side of the box, [0, 1]
    crops: int = 2  # 1: the crop; 2: and its mirror image; 3, 4: both with a further tenth of context

    def __post_init__(self) -> None:
        if not 0.0 <= self.padding <= 1.0 or not 1 <= self.crops <= 4:
            raise ValueError(f"Expected padding in [0, 1] and 1 to 4 crops, but got {self}")

    @property
    def tag(self) -> str:
        """The end of a space's name.

        >>> Views(padding=0.1, crops=2).tag
        'p10x2'
        """
        return f"p{round(100 * self.padding)}x{self.crops}"

    def space(self, identity: str) -> str:
        """The space of an encoder's embeddings of such crops.

        >>> Views(padding=0.1, crops=2).space("openclip-vit-0a1b")
        'openclip-vit-0a1b-p10x2'
        """
        return f"{identity}-{self.tag}"

    @classmethod
    def of(cls, space: str) -> Self | None:
        """What the name of a space says; None where it says nothing.

        >>> Views.of("openclip-vit-0a1b-p10x2")
        Views(padding=0.1, crops=2)
        """
        found = _SPACE.fullmatch(space)
        return cls(int(found[1]) / 100, int(found[2])) if found else None

    def crop(self, photo: Photo, box: Box) -> list[NDArray[np.uint8]]:
        """The crops (side, side, 3) of a box; raise `ValueError` where it lies outside the photo."""
        near = square(photo, box, self.padding)
        crops = [near, _mirrored(near)]
        if self.crops > 2:
            wide = square(photo, box, self.padding + 0.1)
            crops += [wide, _mirrored(wide)]
        return crops[: self.crops]


def _mirrored(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mirror image as an array of its own: torch reads no view that runs backwards."""
    return np.ascontiguousarray(crop[:, ::-1])


def square(photo: Photo, box: Box, padding: float = 0.0) -> NDArray[np.uint8]:
    """The part of a photo in a box, padded on each side by a part of the longer, and made square with grey.

    It is not made square with more of the photo: what stands beside a long thing is another thing.
    """
    inside = box.clipped(photo.size)
    if inside is None:
        raise ValueError(f"The box {box.as_list()} lies outside the photo of {photo.size}")
    more = round(padding * max(inside.width, inside.height))
    wide = Box(inside.left - more, inside.top - more, inside.right + more, inside.bottom + more)
    shown = wide.clipped(photo.size) or inside
    side = max(wide.width, wide.height)
    crop = np.full((side, side, 3), _GREY, dtype=np.uint8)
    left = (side - wide.width) // 2 + shown.left - wide.left
    top = (side - wide.height) // 2 + shown.top - wide.top
    part = photo.pixels[shown.top : shown.bottom, shown.left : shown.right]
    crop[top : top + shown.height, left : left + shown.width] = part
    return crop


def whole(photo: Photo) -> Box:
    """The box of a whole photo."""
    return Box(0, 0, *photo.size)


def batches(count: int, size: int) -> Sequence[slice]:
    """Slices of at most `size` that cover `count` items."""
    return [slice(start, start + size) for start in range(0, count, size)]
