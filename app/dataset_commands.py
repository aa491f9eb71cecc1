"""The commands of `placard dataset`. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

dataset_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Training data: make it, check it, count it."
)


@dataset_app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A data set, with a folder per split.")],
    pixels: Annotated[bool, typer.Option("--pixels/--no-pixels", help="Decode every image.")] = True,
) -> None:
    """Read every record and image, name the first that is broken, and count the rest by task."""
    from app.datasets import check_dataset

    check_dataset(folder, pixels=pixels)
