"""Numbers that a model's weights are kept in."""

from __future__ import annotations

from enum import StrEnum


class Dtype(StrEnum):
    """What the user asks for: `auto` is bfloat16 on a GPU and float32 on a CPU."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT16 = "float16"
