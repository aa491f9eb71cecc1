"""Why a photo is not enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Codes that reports use; stable, so that scripts can count them."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    FACE_TOO_SMALL = "face_too_small"
    NO_THING = "no_thing"
    SEVERAL_THINGS = "several_things"
    THING_TOO_SMALL = "thing_too_small"
    LOW_CONFIDENCE = "low_confidence"
    BLURRED = "blurred"
    EXTREME_LIGHT = "extreme_light"
    EXTREME_POSE = "extreme_pose"
    DUPLICATE = "duplicate"
    IDENTITY_CONFLICT = "identity_conflict"
    REJECTED = "rejected"
    FORGOTTEN = "forgotten"
    NO_MODEL = "no_model"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason with the numbers behind it."""

    reason: Reason
    detail: str
