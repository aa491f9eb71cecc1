"""Which processor runs the models, decided once and never silently changed."""

from __future__ import annotations

from enum import StrEnum

from vision.errors import UserError


class Device(StrEnum):
    """What the user asks for: `auto` takes a GPU where everything that needs it can use it."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class DeviceUnavailableError(UserError):
    """A GPU was asked for and cannot be used."""

    def __init__(self, user: str, missing: str) -> None:
        super().__init__(
            f"--device cuda cannot be used by {user}: {missing}. Use --device cpu, or mend that."
        )
