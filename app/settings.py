"""Settings, read from the environment once; everything below gets plain arguments."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from generation.context import PersonBox
from generation.dtype import Dtype
from generation.family import Family
from generation.sampling import MAX_SEED
from vision.device import Device
from vision.errors import UserError
from vision.faces import AUTO
from vision.photo import MAX_PIXELS

_PREFIX = "PLACARD_"
# Read by the test suite, not by the program.
_TESTS = {"PLACARD_ASSETS", "PLACARD_TEST_POSTGRES_URL"}


class BadOptionError(UserError):
    """An option of a command with a value that it cannot have."""

    def __init__(self, option: str, why: str) -> None:
        super().__init__(f"{option} is {why}.")
        self.option, self.why = option, why


class GeneratorKind(StrEnum):
    """Who answers; `auto` takes a server where one is set, a local model where a GPU is, else the reader."""

    AUTO = "auto"
    READER = "reader"
    LOCAL = "local"
    SERVER = "server"


def _people(entries: str) -> str:
    for entry in filter(None, map(str.strip, entries.split(","))):
        if "@" not in entry and "=" not in entry.strip("="):
            raise ValueError(f"'{entry}' is neither an e-mail address nor @domain nor claim=value")
    return entries


# Comma-separated e-mail addresses, domains as @example.org, and claim=value of what a sign-in says.
People = Annotated[str, AfterValidator(_people)]


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
    things: str = AUTO  # auto (where the gallery holds things), off, a model's name or folder
    thing_detector: str = AUTO  # auto, whole (a photo is one thing), a model's name or folder
    thing_confidence: float | None = Field(default=None, ge=0, le=1)  # None: customary for the detector
    thing_threshold: float | None = Field(default=None, ge=-1, le=1)  # as `threshold`, for things
    thing_margin: float | None = Field(default=None, ge=0, le=1)
    thing_padding: float | None = Field(default=None, ge=0, le=1)  # context around a box; None: the gallery's
    thing_crops: int | None = Field(default=None, ge=1, le=4)  # embedded for each box; None: the gallery's
    search: bool = False  # embed whole photos at ingest, to find them by what they show
    generator: GeneratorKind = GeneratorKind.AUTO
    model: str = ""  # id or folder; empty: RC-Qwen2-VL 2B, or the only one that a server has
    revision: str = ""  # of a model in the Hugging Face cache
    processor: str = ""  # id or folder, for a model that was published without; empty: found by itself
    dtype: Dtype = Dtype.AUTO
    server: str = ""  # URL of an OpenAI-compatible server
    server_key: SecretStr = SecretStr("")
    server_family: Family = Family.QWEN2_VL  # how the server's model reads boxes
    timeout_s: float = Field(
        default=120.0, gt=0, le=86_400, allow_inf_nan=False
    )  # for the next piece of a server's answer
    picture_min_tokens: int | None = Field(default=None, ge=1)  # None: the model's own, 256 for a server
    picture_max_tokens: int | None = Field(default=None, ge=1)  # None: the model's own, at most 1280
    biography_tokens: int = Field(default=2048, ge=1)  # of all people of a photo together
    history_tokens: int = Field(default=1024, ge=0)  # of earlier turns of a conversation
    max_new_tokens: int = Field(default=512, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)  # None: the model's own; 0: greedy
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, le=MAX_SEED)
    cite: bool = True  # ask the model for citations
    strangers: bool = False  # tell the model where people stand who are not in the gallery
    person_box: PersonBox = PersonBox.BODY  # what the prompt calls a person's place
    trace: bool = False  # let LangChain's tracing, where it is on, see photos and biographies
    web_token: SecretStr = SecretStr("")  # asked for by the web app before every page
    web_ingest_root: Path | None = None  # folder below which the web app may ingest; None: uploads only
    web_readers: People = ""  # who may look where a sign-in is configured; empty: whoever can sign in
    web_editors: People = ""  # who may change the gallery where a sign-in is configured; empty: nobody

    @field_validator("picture_max_tokens")
    @classmethod
    def _not_under_the_least(cls, most: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("picture_min_tokens")
        if most is not None and least is not None and most < least:
            raise ValueError(f"it must be at least PLACARD_PICTURE_MIN_TOKENS, which is {least}")
        return most

    @property
    def gallery_url(self) -> str:
        """Where the gallery is."""
        return self.database_url or f"sqlite:///{self.home.expanduser() / 'gallery.db'}"

    @property
    def language_root(self) -> Path:
        """The folder whose folders are language models."""
        return self.home.expanduser() / "models" / "language"

    @property
    def things_root(self) -> Path:
        """The folder whose folders are embedders and detectors of things."""
        return self.home.expanduser() / "models" / "things"

    @property
    def pack_roots(self) -> tuple[Path, ...]:
        """Folders whose folders are InsightFace packs."""
        return self.home.expanduser() / "models" / "insightface", Path.home() / ".insightface" / "models"


def read_settings(
    environment: Mapping[str, str] = os.environ, *, options: Mapping[str, str | None] | None = None
) -> Settings:
    """The settings of an environment, with the options of a command before it where they are given.

    Raise `BadOptionError` for a bad option, `UserError` for a variable that is unknown or has a bad value.
    """
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields} | _TESTS
    unknown = sorted(name for name in environment if name.startswith(_PREFIX) and name not in known)
    if unknown:
        raise UserError(f"Unknown setting {unknown[0]}; known are {', '.join(sorted(known - _TESTS))}.")
    given = {name: value for name, value in (options or {}).items() if value is not None}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise _mistake(error, given) from error


def _mistake(error: ValidationError, given: Mapping[str, str]) -> UserError:
    first = error.errors()[0]
    name = str(first["loc"][0])
    field = Settings.model_fields.get(name)
    secret = field is not None and field.annotation is SecretStr
    value = "***" if secret else first["input"]
    if name in given:
        why = first["msg"].replace("'", "")
        return BadOptionError(f"--{name.replace('_', '-')}", f"'{value}': {why}")
    return UserError(f"{_PREFIX}{name.upper()} is '{value}': {first['msg']}.")
