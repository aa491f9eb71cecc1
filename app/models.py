"""The commands of `placard models`."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

from app.settings import Settings
from vision import models
from vision.faces import packs_on_disk


def list_models(settings: Settings) -> None:
    """Print what is on disk and what can be fetched, with licences."""
    print("dlib           on disk      public domain weights, commercial use allowed; 128 dimensions")
    present = {pack.name: pack for pack in packs_on_disk(settings.pack_roots)}
    for card in models.CATALOGUE:
        where = "on disk" if card.name in present else f"{card.megabytes} MB"
        print(f"{card.name:<15}{where:<13}{card.licence}")
    for name, pack in present.items():
        if name not in {card.name for card in models.CATALOGUE}:
            print(f"{name:<15}on disk      see the licence in {pack}")


def fetch(settings: Settings, name: str) -> None:
    """Download one pack into the home folder."""
    card = models.card(name)
    if not card.commercial:
        print(f"{card.name}: {card.licence}.", file=sys.stderr)
    columns = (*Progress.get_default_columns(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(card.name, total=card.megabytes * 1_048_576)
        place = models.fetch(card, settings.pack_roots[0], lambda size: progress.advance(task, size))
    print(f"{card.name} is in {place}; an empty gallery takes it by itself, others by 'gallery reembed'.")
