"""Settings, read from the environment once; everything below gets plain arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from vision.device import Device
from vision.errors import UserError
from vision.faces import AUTO
from vision.photo import MAX_PIXELS

_PREFIX = "PLACARD_"
# Read by the test suite, not by the program.
_TESTS = {"PLACARD_ASSETS", "PLACARD_TEST_POSTGRES_URL"}


class Settings(BaseSettings):
    """Every setting is an environment variable PLACARD_<NAME>; options of a command go before it."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: user_data_path("placard"))  # database and models
    database_url: str = ""  # empty: SQLite in `home`
    faces: str = AUTO  # auto, dlib, a pack's name or folder
    device: Device = Device.AUTO
    detector_size: int | None = Field(default=None, ge=64, le=8192)  # pixels; None: the model's own
    max_pixels: int = Field(default=MAX_PIXELS, ge=1)  # of a decoded photo
    threshold: float | None = Field(default=None, ge=-1, le=1)  # cosine; None: the shipped one of the space
    margin: float | None = Field(default=None, ge=0, le=1)
    one_each: bool = True  # an entity at most once in a photo; off for mirrors and collages

    @property
    def gallery_url(self) -> str:
        """Where the gallery is."""
        return self.database_url or f"sqlite:///{self.home.expanduser() / 'gallery.db'}"

    @property
    def pack_roots(self) -> tuple[Path, ...]:
        """Folders whose folders are InsightFace packs."""
        return self.home.expanduser() / "models" / "insightface", Path.home() / ".insightface" / "models"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of an environment; raise `UserError` for a variable that is unknown or has a bad value."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields} | _TESTS
    unknown = sorted(name for name in environment if name.startswith(_PREFIX) and name not in known)
    if unknown:
        raise UserError(f"Unknown setting {unknown[0]}; known are {', '.join(sorted(known - _TESTS))}.")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{_PREFIX}{str(first['loc'][0]).upper()}"
        raise UserError(f"{name} is '{first['input']}': {first['msg']}.") from error
