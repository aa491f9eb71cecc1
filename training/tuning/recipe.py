"""Recipes: everything that decides what a tuned model becomes, beside its base and its data."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from vision.errors import UserError


class Method(StrEnum):
    """What is changed of a model."""

    LORA = "lora"  # small matrices beside the weights, merged into them in the end
    FULL = "full"  # the weights themselves


class Part(StrEnum):
    """A part of a model, which is tuned or frozen."""

    VISION = "vision"
    PROJECTOR = "projector"  # from what is seen to the language's own space
    LANGUAGE = "language"


class Schedule(StrEnum):
    """How the learning rate goes on behind the warm-up."""

    COSINE = "cosine"
    CONSTANT = "constant"


class RecipeError(UserError):
    """A recipe that cannot be followed."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is tuned. The defaults are those of published recipes of like models, not measured here."""

    base: str  # a folder, the id of a model on disk, or "scratch": random weights of a small one
    vision_from: str = ""  # a model of the same shape that the vision tower and projector are taken from
    method: Method = Method.LORA
    tuned: tuple[Part, ...] = (Part.PROJECTOR, Part.LANGUAGE)
    layers: int = 0  # of language that take part, from the first; the others come back as they were; 0 is all
    rank: int = 128  # of LoRA; RAP and PVIT: 128 with alpha 256
    alpha: int = 256
    dropout: float = 0.05
    learning_rate: float = 1e-4
    schedule: Schedule = Schedule.COSINE
    warmup: float = 0.03  # share of all steps
    weight_decay: float = 0.0
    clip: float = 1.0  # of the gradient's length
    epochs: float = 1.0
    steps: int = 0  # ends earlier or later than the epochs say; 0 leaves it to them
    batch: int = 8  # sequences in one pass on one device
    together: int = 1  # records of one photo in a sequence, with the beginning of their prompts once
    accumulation: int = 1  # passes for one step
    checkpointing: bool = True  # activations are computed twice instead of kept
    compiled: bool = False  # by torch.compile: some minutes before the first step, then faster ones
    bfloat16: bool = True  # numbers of the passes; a fully tuned model keeps its weights in float32
    least_picture: int = 0  # visual tokens; 0 is the model's own
    most_picture: int = 0
    text: int = 2048  # tokens of all entries together
    boxes: bool = True  # whether the prompt says where entries are
    picture: bool = True  # whether the photo is shown
    seed: int = 0
    save_every: int = 500  # steps between checkpoints, of which the last two are kept
    measure_every: int = 0  # steps between measurements on validation records; 0 measures at the end
    measured: int = 200  # validation records in a measurement
    answer: int = 128  # tokens of an answer when measuring

    def __post_init__(self) -> None:
        if not self.tuned or len(set(self.tuned)) < len(self.tuned):
            raise RecipeError(f"Expected tuned as one or more of {', '.join(Part)}, each once.")
        least = {
            "rank": 1,
            "alpha": 1,
            "batch": 1,
            "together": 1,
            "accumulation": 1,
            "save_every": 1,
            "text": 1,
            "answer": 1,
        }
        least |= {"steps": 0, "layers": 0, "least_picture": 0, "most_picture": 0}
        least |= {"measure_every": 0, "measured": 0}
        for name, number in least.items():
            if getattr(self, name) < number:
                raise RecipeError(f"Expected {name} of at least {number}, but got {getattr(self, name)}.")
        for name in ("learning_rate", "clip", "epochs"):
            if getattr(self, name) <= 0:
                raise RecipeError(f"Expected {name} above 0, but got {getattr(self, name)}.")
        for name in ("warmup", "dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise RecipeError(f"Expected {name} from 0 to below 1, but got {getattr(self, name)}.")

    @classmethod
    def read(cls, name: str, changes: Mapping[str, str] | None = None) -> Recipe:
        """The recipe in a TOML file, or one of ours by its name; `changes` are settings as text.

        Raise `RecipeError` where there is none, or a setting is unknown or of another type.
        """
        form = _parsed(_text(name), name)
        for setting, value in (changes or {}).items():
            form |= _parsed(f"{setting} = {value}", f"{setting}={value}")
        return cls.of(form, name)

    @classmethod
    def of(cls, form: Mapping[str, object], name: str) -> Recipe:
        """The recipe of settings by name."""
        known = {field.name: field for field in fields(cls)}
        unknown = sorted(form.keys() - known.keys())
        if unknown:
            raise RecipeError(f"{name}: no setting '{unknown[0]}'; known are {', '.join(known)}.")
        if "base" not in form:
            raise RecipeError(f"{name}: expected a base, a model's folder or id, but there is none.")
        return cls(**{key: _typed(name, key, value) for key, value in form.items()})  # type: ignore[arg-type]  # checked

    def toml(self) -> str:
        """The recipe as a file that `read` takes."""
        lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in asdict(self).items())
        return "\n".join(lines) + "\n"


def recipe_names() -> list[str]:
    """The recipes that come with the program."""
    return sorted(
        path.name.removesuffix(".toml")
        for path in files("training.recipes").iterdir()
        if path.name.endswith(".toml")
    )


def _text(name: str) -> str:
    if name in recipe_names():
        return (files("training.recipes") / f"{name}.toml").read_text(encoding="utf-8")
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        ours = ", ".join(recipe_names())
        raise RecipeError(f"No recipe '{name}'; expected a .toml file or one of {ours}.") from error


def _parsed(text: str, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{name} is not TOML: {error}.") from error


def _typed(name: str, key: str, value: object) -> object:
    """A setting as its field has it; raise `RecipeError` where it is of another type."""
    words: dict[str, type[StrEnum]] = {"method": Method, "schedule": Schedule}
    if key in words:
        return _word(name, key, value, words[key])
    if key == "tuned":
        listed = value if isinstance(value, list) else [value]
        return tuple(_word(name, key, one, Part) for one in listed)
    wanted = type(getattr(_EXAMPLE, key))
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise RecipeError(f"{name}: expected {key} as {wanted.__name__}, but got {value!r}.")
    return value


def _word(name: str, key: str, value: object, words: type[StrEnum]) -> StrEnum:
    try:
        return words(str(value))
    except ValueError as error:
        raise RecipeError(f"{name}: expected {key} of {', '.join(words)}, but got '{value}'.") from error


_EXAMPLE = Recipe("")
