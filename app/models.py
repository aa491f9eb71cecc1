"""The commands of `placard models`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.progress import DownloadColumn, Progress, TaskID, TransferSpeedColumn

from app.settings import Settings
from generation.fetching.catalogue import CATALOGUE as LANGUAGE
from generation.fetching.catalogue import UNKNOWN_LICENCE, LanguageCard, language_card
from generation.fetching.manifest import fetched_models
from generation.local.finding import NANO, ModelNotFoundError, find_model
from vision import models
from vision.faces import packs_on_disk
from vision.models import FetchError, ModelCard
from vision.thing_models import THINGS, ThingCard, thing_card

_ON_DISK = "on disk"


@dataclass(frozen=True, slots=True)
class Listed:
    """A model that is on disk or can be fetched."""

    name: str
    where: str  # "on disk", or how large it is
    licence: str
    commercial: bool | None  # whether commercial use is allowed; None where that is not known here

    @property
    def here(self) -> bool:
        """Whether it is on disk."""
        return self.where == _ON_DISK


def list_models(settings: Settings) -> None:
    """Print what is on disk and what can be fetched, with licences."""
    kinds = (
        ("Faces", face_models(settings)),
        ("Things", thing_models(settings)),
        ("Language", language_models(settings)),
    )
    for title, listed in kinds:
        print(f"{title}:")
        for model in listed:
            print(f"  {model.name:<18}{model.where:<13}{model.licence}")


def fetch(settings: Settings, name: str, revision: str = "main") -> None:
    """Download a pack of face models, a model of things, or a language model with its processor.

    `revision` is a branch, tag or commit of a repository at the hub.
    """
    if name in {card.name for card in models.CATALOGUE}:
        if revision != "main":
            raise FetchError(f"{name} has no revisions; leave --revision out.")
        return _fetch_faces(settings, models.card(name))
    thing = thing_card(name)
    if thing is not None:
        return _fetch_from_hub(settings, thing, revision)
    card = language_card(name)
    if card is None:
        known = ", ".join(known.name for known in (*models.CATALOGUE, *THINGS, *LANGUAGE))
        raise FetchError(
            f"No model '{name}' to fetch; known are {known}, and any organisation/name at the hub."
        )
    return _fetch_from_hub(settings, card, revision)


def face_models(settings: Settings) -> Iterator[Listed]:
    """Face models with their licences."""
    licence = "public domain weights, commercial use allowed; 128 dimensions"
    yield Listed("dlib", _ON_DISK, licence, commercial=True)
    present = {pack.name: pack for pack in packs_on_disk(settings.pack_roots)}
    for card in models.CATALOGUE:
        where = _ON_DISK if card.name in present else f"{card.megabytes} MB"
        yield Listed(card.name, where, card.licence, card.commercial)
    for name, pack in present.items():
        if name not in {card.name for card in models.CATALOGUE}:
            yield Listed(name, _ON_DISK, f"see the licence in {pack}", None)


def thing_models(settings: Settings) -> Iterator[Listed]:
    """Encoders and detectors of things with their licences."""
    root = settings.things_root
    present = {path.name for path in root.iterdir() if path.is_dir()} if root.is_dir() else set()
    for card in THINGS:
        where = _ON_DISK if card.name in present else f"{card.gigabytes} GB"
        yield Listed(card.name, where, f"{card.licence}; {card.does}; {card.repository}", card.commercial)
    for name in sorted(present - {card.name for card in THINGS} - {".fetching"}):
        yield Listed(name, _ON_DISK, f"see the licence in {root / name}", None)


def language_models(settings: Settings) -> Iterator[Listed]:
    """Language models with their licences."""
    yield Listed(NANO, _ON_DISK, "Apache-2.0; comes with Placard, knows drawn scenes only", commercial=True)
    fetched = fetched_models(settings.language_root)
    present = {manifest.model.repository: folder for folder, manifest in fetched}
    for card in LANGUAGE:
        where = _ON_DISK if _is_on_disk(card, settings) else f"{card.gigabytes} GB"
        allowed = None if card.licence == UNKNOWN_LICENCE else card.commercial
        yield Listed(card.name, where, f"{card.licence}; {card.repository}", allowed)
    for repository in sorted(present.keys() - {card.repository for card in LANGUAGE}):
        yield Listed(repository, _ON_DISK, f"see the licence in {present[repository]}", None)


def _is_on_disk(card: LanguageCard, settings: Settings) -> bool:
    """Whether it would be found, fetched by whatever program."""
    try:
        find_model(card.repository, settings.language_root)
    except ModelNotFoundError:
        return False
    return True


def _fetch_faces(settings: Settings, card: ModelCard) -> None:
    _say_licence(card.name, card.licence, restricted=not card.commercial)
    with _progress() as progress:
        task = progress.add_task(card.name, total=card.megabytes * 1_048_576)
        place = models.fetch(card, settings.pack_roots[0], lambda size: progress.advance(task, size))
    print(f"{card.name} is in {place}; an empty gallery takes it by itself, others by 'gallery reembed'.")


def _fetch_from_hub(settings: Settings, card: LanguageCard | ThingCard, revision: str) -> None:
    from generation.fetching.fetch import fetch_language_model, fetch_thing_model  # imports the hub's library

    _say_licence(card.name, card.licence, restricted=not card.commercial)
    with _progress() as progress:
        task = progress.add_task(card.name, total=None)
        report = partial(_advance, progress, task)
        if isinstance(card, LanguageCard):
            place = fetch_language_model(card, settings.language_root, revision=revision, report=report)
        else:
            place = fetch_thing_model(card, settings.things_root, revision=revision, report=report)
    print(f"{card.name} is in {place}.")


def _advance(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _say_licence(name: str, licence: str, *, restricted: bool) -> None:
    if restricted:
        print(f"{name}: {licence}.", file=sys.stderr)


def _progress() -> Progress:
    columns = (*Progress.get_default_columns(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=Console(stderr=True))
