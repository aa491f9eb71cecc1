"""Regions: what a detector found in a photo, and its embedding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vision.box import Box
from vision.quality import Quality


class RegionKind(StrEnum):
    """What a region shows."""

    FACE = "face"
    OBJECT = "object"


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One face or thing in a photo."""

    box: Box
    kind: RegionKind
    confidence: float  # of the detector, [0, 1]
    embedding: NDArray[np.float32]  # (d,), unit length
    space: str  # the identity of the model that made the embedding
    quality: Quality
    landmarks: NDArray[np.float32] | None = None  # (5, 2) in pixels, in the order of the back end
    noun: str = ""  # what a detector of things calls it; empty where none was asked
    body: Box | None = None  # of the person whose face this is, where a detector found it

    def __post_init__(self) -> None:
        if self.embedding.ndim != 1 or self.embedding.dtype != np.float32:
            raise ValueError(
                f"embedding must be (d,) float32, but got {self.embedding.shape} {self.embedding.dtype}"
            )
        length = float(np.linalg.norm(self.embedding))
        if not 0.999 < length < 1.001:
            raise ValueError(f"embedding must have unit length, but its length is {length:.4f}")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence must be in [0, 1], but got {self.confidence}")
        if self.landmarks is not None and self.landmarks.shape != (5, 2):
            raise ValueError(f"landmarks must be (5, 2), but got {self.landmarks.shape}")


def unit(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    """`vector` (d,) or (n, d) scaled to length 1 along its last axis, as float32."""
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    if not np.all(np.isfinite(length)) or np.any(length == 0):
        raise ValueError("A zero or infinite vector has no direction; the model gave no usable embedding")
    return np.asarray(vector / length, dtype=np.float32)
