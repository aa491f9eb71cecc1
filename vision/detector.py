"""What every detector of things offers, and what is kept of its boxes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vision.box import Box
from vision.device import Device
from vision.embedder import CONFIG, ThingsUnavailableError, read_json
from vision.photo import Photo

# What a detector is asked for beside things, to tell where a known face's body is.
PERSON = "person"
# Two boxes that overlap as much are one thing.
SAME_IOU = 0.5
ZERO_SHOT = frozenset({"owlv2", "owlvit", "grounding-dino", "mm-grounding-dino"})
CLOSED_SET = frozenset({"rt_detr", "rt_detr_v2", "d_fine"})


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that a detector found."""

    box: Box  # inside the photo
    noun: str  # one of those that were asked for; empty where the detector calls it otherwise
    confidence: float  # [0, 1]


class ThingDetector(Protocol):
    """Finds things by what they are called."""

    @property
    def name(self) -> str:
        """What to pass as `--thing-detector` to get it again: its folder."""

    @property
    def device(self) -> str:
        """Where it runs and why, in words."""

    def find(self, photos: Sequence[Photo], nouns: Sequence[str]) -> list[list[Found]]:
        """The things of each photo, surest first; an empty list where a photo has none."""


def load_detector(
    folder: Path, device: Device = Device.AUTO, confidence: float | None = None
) -> ThingDetector:
    """The detector in a folder; its network is loaded at the first photo. Nothing is downloaded.

    `confidence` is what a box needs to be kept; None is what is customary for the kind of model.
    """
    kind = str(read_json(folder / CONFIG).get("model_type", "without a model_type"))
    if kind in ZERO_SHOT:
        from vision.zero_shot import zero_shot_detector

        return zero_shot_detector(kind, folder, device, confidence)
    if kind in CLOSED_SET:
        from vision.closed_set import ClosedSetDetector

        return ClosedSetDetector(folder, device, confidence)
    raise ThingsUnavailableError(
        f"{folder.name} is {kind}; expected a detector: {', '.join(sorted(ZERO_SHOT | CLOSED_SET))}."
    )


def is_detector(folder: Path) -> bool:
    """Whether a folder looks like one of a detector."""
    try:
        return read_json(folder / CONFIG).get("model_type") in ZERO_SHOT | CLOSED_SET
    except ThingsUnavailableError:
        return False


def noun_key(noun: str) -> str:
    """The form in which nouns are asked for and compared.

    >>> noun_key("  Coffee  Mug. ")
    'coffee mug'
    """
    return " ".join(noun.replace(".", " ").casefold().split())[:60]


def pixels_of(photos: Sequence[Photo]) -> list[NDArray[np.uint8]]:
    """The pixels of photos as arrays of their own: torch reads none that may not be written to."""
    return [photo.pixels.copy() for photo in photos]


def pixel_box(corners: Sequence[float], size: tuple[int, int]) -> Box | None:
    """The whole pixels of a box given as (left, top, right, bottom); None where none is inside the photo.

    >>> pixel_box([-3.2, 10.4, 5.6, 20.5], (100, 100))
    Box(left=0, top=10, right=6, bottom=20)
    """
    if not all(map(math.isfinite, corners)):
        return None
    left, top, right, bottom = (round(value) for value in corners)
    return Box(left, top, max(right, left + 1), max(bottom, top + 1)).clipped(size)


def distinct(found: Iterable[Found]) -> list[Found]:
    """The surest of boxes that overlap, whatever they are called; people apart from what they hold."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: -one.confidence):
        of_same = (other for other in kept if (other.noun == PERSON) == (one.noun == PERSON))
        if all(one.box.iou(other.box) < SAME_IOU for other in of_same):
            kept.append(one)
    return kept
