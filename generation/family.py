"""Families of models: how each writes places in a picture, and how it cuts a picture into tokens."""

from __future__ import annotations

import re
from enum import StrEnum

from vision.box import Box
from vision.errors import UserError

_GRID = 1000
_CORNER = re.compile(r"\(([0-9]{1,4}),([0-9]{1,4})\)")


class UnknownFamilyError(UserError):
    """A model whose way of writing boxes is not known: its answers would be about other places."""

    def __init__(self, model_type: str) -> None:
        known = ", ".join(Family)
        super().__init__(f"The model is a '{model_type}', whose box format is not known; known are {known}.")


class Family(StrEnum):
    """A family of models, by the `model_type` of its config.json.

    Sources: the Qwen team's answers in QwenLM/Qwen3-VL issues 721 and 2020, and RC-MLLM's README.
    """

    QWEN2_VL = "qwen2_vl"  # RC-Qwen2-VL too
    QWEN2_5_VL = "qwen2_5_vl"
    QWEN3_VL = "qwen3_vl"

    @classmethod
    def of(cls, model_type: str) -> Family:
        """The family of a model by its config's `model_type`; raise `UnknownFamilyError`."""
        try:
            return cls(model_type)
        except ValueError:
            raise UnknownFamilyError(model_type) from None

    @property
    def token_side(self) -> int:
        """Side in pixels of the square that becomes one visual token: a patch times the merging of 2."""
        return 32 if self is Family.QWEN3_VL else 28

    def place(self, box: Box, photo: tuple[int, int], picture: tuple[int, int]) -> str:
        """The corners of a box as the model reads them.

        `box` is in pixels of the photo, `photo` and `picture` are (width, height) in pixels of the photo and
        of what the model sees of it. Qwen2-VL and Qwen3-VL count in thousandths, Qwen2.5-VL in pixels of the
        picture. Corners outside the photo are moved to its edge.

        >>> Family.QWEN2_VL.place(Box(100, 50, 250, 300), (400, 300), (280, 224))
        '(250,167),(625,1000)'
        >>> Family.QWEN2_5_VL.place(Box(100, 50, 250, 300), (400, 300), (280, 224))
        '(70,37),(175,224)'
        """
        width, height = picture if self is Family.QWEN2_5_VL else (_GRID, _GRID)
        left, right = (_scaled(x, photo[0], width) for x in (box.left, box.right))
        top, bottom = (_scaled(y, photo[1], height) for y in (box.top, box.bottom))
        return f"({left},{top}),({right},{bottom})"

    def counted(self, text: str, picture: tuple[int, int]) -> str:
        """A text whose corners are in thousandths, with corners as the model writes them.

        >>> Family.QWEN2_5_VL.counted("(250,167),(625,1000)", (280, 224))
        '(70,37),(175,224)'
        """
        if self is not Family.QWEN2_5_VL:
            return text
        width, height = picture
        return _CORNER.sub(
            lambda at: f"({_scaled(int(at[1]), _GRID, width)},{_scaled(int(at[2]), _GRID, height)})", text
        )


def _scaled(pixels: int, length: int, grid: int) -> int:
    return min(max(round(pixels / length * grid), 0), grid)
