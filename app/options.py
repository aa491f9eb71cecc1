"""Options that several commands have, and the settings that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Faces = Annotated[
    str | None, typer.Option("--faces", metavar="auto|dlib|PACK|FOLDER", help="Face model; auto by default.")
]
Device = Annotated[str | None, typer.Option("--device", metavar="auto|cpu|cuda", help="Where models run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Save = Annotated[Path | None, typer.Option("--save", help="Write the photo with boxes and names.")]
Generator = Annotated[
    str | None,
    typer.Option("--generator", metavar="auto|reader|local|server", help="Who answers; auto by default."),
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="ID|FOLDER", help="The language model; RC-Qwen2-VL 2B by default."),
]
Server = Annotated[
    str | None, typer.Option("--server", metavar="URL", help="An OpenAI-compatible server that answers.")
]
Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        metavar="BOX|NOUN|[NAME|]TEXT",
        help="What is in a box (l,t,r,b in pixels of the upright photo), kept nowhere; can be repeated.",
    ),
]
Things = Annotated[
    str | None,
    typer.Option(
        "--things",
        metavar="auto|off|NAME|FOLDER",
        help="Image encoder for things; by default the gallery's own, if it holds things.",
    ),
]
ThingDetector = Annotated[
    str | None,
    typer.Option(
        "--thing-detector",
        metavar="auto|whole|NAME|FOLDER",
        help="What finds things; whole takes a photo for one thing.",
    ),
]
Boxes = Annotated[
    list[str] | None,
    typer.Option("--box", metavar="LEFT,TOP,RIGHT,BOTTOM", help="A thing to be recognised; can be repeated."),
]
References = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        metavar="FILE|NOUN|NAME|TEXT",
        help="Recognise only what these photos show, and keep nothing of them; can be repeated.",
    ),
]
PhotoPath = Annotated[Path, typer.Argument(metavar="PHOTO", help="A photo.")]
Person = Annotated[
    str, typer.Argument(metavar="ID|NAME", help="An entity's id, or its name if it is unique.")
]


def settings_of(faces: str | None = None, device: str | None = None, **others: str | None) -> Any:
    """The settings with what the options of a command change."""
    from app.settings import BadOptionError, read_settings

    try:
        return read_settings(options={"faces": faces, "device": device, **others})
    except BadOptionError as error:
        raise typer.BadParameter(error.why, param_hint=error.option) from error
