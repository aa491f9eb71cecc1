"""The commands of `placard models`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

from app.settings import Settings
from generation.fetching.catalogue import CATALOGUE as LANGUAGE
from generation.fetching.catalogue import LanguageCard, language_card
from generation.fetching.manifest import fetched_models
from vision import models
from vision.faces import packs_on_disk
from vision.models import FetchError, ModelCard


def list_models(settings: Settings) -> None:
    """Print what is on disk and what can be fetched, with licences."""
    print("Faces:")
    for name, where, licence in _faces(settings):
        print(f"  {name:<16}{where:<13}{licence}")
    print("Language:")
    for name, where, licence in _language(settings):
        print(f"  {name:<16}{where:<13}{licence}")


def fetch(settings: Settings, name: str, revision: str = "main") -> None:
    """Download a pack of face models, or a language model with its processor, into the home folder.

    `revision` is a branch, tag or commit of a language model's repository.
    """
    if name in {card.name for card in models.CATALOGUE}:
        if revision != "main":
            raise FetchError(f"{name} has no revisions; leave --revision out.")
        return _fetch_faces(settings, models.card(name))
    card = language_card(name)
    if card is None:
        known = ", ".join(known.name for known in (*models.CATALOGUE, *LANGUAGE))
        raise FetchError(
            f"No model '{name}' to fetch; known are {known}, and any organisation/name at the hub."
        )
    return _fetch_language(settings, card, revision)


def _faces(settings: Settings) -> Iterator[tuple[str, str, str]]:
    yield "dlib", "on disk", "public domain weights, commercial use allowed; 128 dimensions"
    present = {pack.name: pack for pack in packs_on_disk(settings.pack_roots)}
    for card in models.CATALOGUE:
        yield card.name, "on disk" if card.name in present else f"{card.megabytes} MB", card.licence
    for name, pack in present.items():
        if name not in {card.name for card in models.CATALOGUE}:
            yield name, "on disk", f"see the licence in {pack}"


def _language(settings: Settings) -> Iterator[tuple[str, str, str]]:
    fetched = fetched_models(settings.language_root)
    present = {manifest.model.repository: folder for folder, manifest in fetched}
    for card in LANGUAGE:
        where = "on disk" if card.repository in present else f"{card.gigabytes} GB"
        yield card.name, where, f"{card.licence}; {card.repository}"
    for repository in sorted(present.keys() - {card.repository for card in LANGUAGE}):
        yield repository, "on disk", f"see the licence in {present[repository]}"


def _fetch_faces(settings: Settings, card: ModelCard) -> None:
    _say_licence(card.name, card.licence, restricted=not card.commercial)
    with _progress() as progress:
        task = progress.add_task(card.name, total=card.megabytes * 1_048_576)
        place = models.fetch(card, settings.pack_roots[0], lambda size: progress.advance(task, size))
    print(f"{card.name} is in {place}; an empty gallery takes it by itself, others by 'gallery reembed'.")


def _fetch_language(settings: Settings, card: LanguageCard, revision: str) -> None:
    from generation.fetching.fetch import fetch_language_model  # imports the hub's library

    _say_licence(card.name, card.licence, restricted=not card.commercial)
    with _progress() as progress:
        task = progress.add_task(card.name, total=None)
        place = fetch_language_model(
            card,
            settings.language_root,
            revision=revision,
            report=lambda done, total: progress.update(task, completed=done, total=total),
        )
    print(f"{card.name} is in {place}.")


def _say_licence(name: str, licence: str, *, restricted: bool) -> None:
    if restricted:
        print(f"{name}: {licence}.", file=sys.stderr)


def _progress() -> Progress:
    columns = (*Progress.get_default_columns(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=Console(stderr=True))
