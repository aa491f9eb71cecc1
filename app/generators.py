"""Which generator answers, and why."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from app.settings import GeneratorKind, Settings
from generation.budget import TextBudget
from generation.extractive.reader import Reader
from generation.family import Family
from generation.fetching.catalogue import language_card
from generation.generator import GenerationError, Generator
from generation.local.finding import ModelNotFoundError, PackagesMissingError, check_packages, find_model
from generation.local.folder import model_name
from generation.local.processor import processor_folder
from generation.picture import PictureBudget
from generation.prompt import Wording
from generation.prompter import Prompter
from generation.sampling import Sampling

DEFAULT_MODEL = "weihongliang/RC-Qwen2VL-2b"


@dataclass(frozen=True, slots=True)
class GeneratorChoice:
    """A generator and why it was chosen."""

    kind: GeneratorKind
    model: str  # a folder, or what a server calls it; empty for the reader and for a server's only model
    reason: str

    def __str__(self) -> str:
        name = model_name(Path(self.model)) if self.kind is GeneratorKind.LOCAL else self.model
        return f"{self.kind.value} {name}".strip() + f" ({self.reason})"


def choose_generator(settings: Settings) -> GeneratorChoice:
    """The generator that was asked for, else the best that is ready; raise `GenerationError` if it is not."""
    match settings.generator:
        case GeneratorKind.READER:
            return GeneratorChoice(GeneratorKind.READER, "", "asked for")
        case GeneratorKind.SERVER:
            if not settings.server:
                raise GenerationError(
                    "--generator server needs the server's URL; give --server http://host:port/v1."
                )
            return GeneratorChoice(GeneratorKind.SERVER, settings.model, "asked for")
        case GeneratorKind.LOCAL:
            check_packages()
            return GeneratorChoice(GeneratorKind.LOCAL, str(model_on_disk(settings)), "asked for")
        case GeneratorKind.AUTO:
            return _best_ready(settings)


def open_generator(settings: Settings, choice: GeneratorChoice) -> Generator:
    """The chosen generator; a local model is loaded here, which takes a while."""
    match choice.kind:
        case GeneratorKind.SERVER:
            return _server(settings)
        case GeneratorKind.LOCAL:
            return _local(settings, Path(choice.model))
        case _:
            return Reader()


def _best_ready(settings: Settings) -> GeneratorChoice:
    if settings.server:
        return GeneratorChoice(GeneratorKind.SERVER, settings.model, "a server is set")
    try:
        folder = model_on_disk(settings)
    except ModelNotFoundError:
        if settings.model:
            raise  # it was asked for by name
        return _reader("no server is set, and no language model is on disk")
    if not _cuda_ready():
        return _reader(f"no GPU is here; --generator local would run {model_name(folder)} slowly")
    return GeneratorChoice(GeneratorKind.LOCAL, str(folder), "a GPU is here, and the model is on disk")


def _reader(reason: str) -> GeneratorChoice:
    return GeneratorChoice(GeneratorKind.READER, "", reason)


def model_on_disk(settings: Settings) -> Path:
    """The folder of the local model that the settings name by folder, id, short name or "nano".

    Raise `ModelNotFoundError` where it is not on disk.
    """
    wanted = settings.model or DEFAULT_MODEL
    card = language_card(wanted)  # knows short names
    return find_model(card.repository if card else wanted, settings.language_root, settings.revision)


def _cuda_ready() -> bool:
    """Whether a local model could run on a GPU here."""
    try:
        check_packages()
    except PackagesMissingError:
        return False
    from generation.local.loading import cuda_ready  # imports torch: seconds

    return cuda_ready()


def _local(settings: Settings, folder: Path) -> Generator:
    check_packages()
    from generation.local.generator import open_local

    generator = open_local(
        folder,
        processor=processor_folder(folder, settings.language_root, settings.processor),
        device=settings.device,
        dtype=settings.dtype,
        sampling=_sampling(settings),
        wording=_wording(settings, Family.QWEN2_VL),
        text=_text_budget(settings),
        min_tokens=settings.picture_min_tokens,
        max_tokens=settings.picture_max_tokens,
    )
    if generator.model.note:
        print(generator.model.note, file=sys.stderr)
    return generator


def _server(settings: Settings) -> Generator:
    from generation.server.openai import connect

    return connect(
        settings.server,
        settings.model or None,
        key=settings.server_key.get_secret_value(),
        timeout_s=settings.timeout_s,
        sampling=_sampling(settings),
        prompter=Prompter(
            _wording(settings, settings.server_family),
            PictureBudget().changed(settings.picture_min_tokens, settings.picture_max_tokens),
            _text_budget(settings),
        ),
        trace=settings.trace,
    )


def _sampling(settings: Settings) -> Sampling:
    return Sampling(settings.max_new_tokens, settings.temperature, settings.top_p, settings.seed)


def _wording(settings: Settings, family: Family) -> Wording:
    return Wording(family, cite=settings.cite, strangers=settings.strangers)


def _text_budget(settings: Settings) -> TextBudget:
    return TextBudget(settings.biography_tokens, settings.history_tokens)
