"""The commands of `placard gallery`. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.options import AsJson, Device, Faces, Person, PhotoPath, Things, settings_of

gallery_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look after who is in the gallery."
)


@gallery_app.command("list")
def list_entities(as_json: AsJson = False) -> None:
    """List everybody."""
    from app.curation import list_entities as show

    show(settings_of(), as_json=as_json)


@gallery_app.command()
def show(person: Person) -> None:
    """Show one person with biography and references."""
    from app.curation import show as show_one

    show_one(settings_of(), person)


@gallery_app.command()
def rename(person: Person, name: str) -> None:
    """Give a person another name; re-ingest does not take it back."""
    from app.curation import rename as change

    change(settings_of(), person, name)


@gallery_app.command()
def merge(
    person: Person,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who stays.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask where the nouns differ.")] = False,
) -> None:
    """Treat PERSON as the same as INTO. `unmerge` takes it back."""
    from app.curation import merge as change

    change(settings_of(), person, into, confirmed=yes)


@gallery_app.command()
def unmerge(
    entity_id: Annotated[int, typer.Argument(metavar="ID", help="The entity that was merged.")],
) -> None:
    """Take back a merge."""
    from app.curation import unmerge as change

    change(settings_of(), entity_id)


@gallery_app.command()
def reject(
    person: Person,
    photo: PhotoPath,
    box: Annotated[
        str, typer.Option("--box", metavar="LEFT,TOP,RIGHT,BOTTOM", help="Which face, as `who` prints it.")
    ] = "",
) -> None:
    """Say that a photo, or one face of it, is not PERSON. `unreject` takes it back."""
    from app.rejecting import reject as change

    change(settings_of(), person, photo, box)


@gallery_app.command()
def unreject(
    rejection: Annotated[int, typer.Argument(metavar="ID", help="As `show` prints it.")],
) -> None:
    """Take back a rejection."""
    from app.rejecting import unreject as change

    change(settings_of(), rejection)


@gallery_app.command()
def forget(
    person: Person, yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False
) -> None:
    """Delete a person with all references, crops and vectors, for good."""
    from app.curation import forget as remove

    remove(settings_of(), person, confirmed=yes)


@gallery_app.command()
def export(folder: Annotated[Path, typer.Argument(help="A new folder.")]) -> None:
    """Write names, biographies and crops in a form that ingest reads."""
    from app.curation import export as write

    write(settings_of(), folder)


@gallery_app.command()
def reembed(faces: Faces = None, things: Things = None, device: Device = None) -> None:
    """Compute the gallery's embeddings with other models, from the crops that are kept."""
    from app.bulk import run_reembed

    raise typer.Exit(run_reembed(settings_of(faces, device, things=things)))


@gallery_app.command()
def search(
    text: Annotated[str, typer.Argument(help="What the photo shows, such as 'a man with a red tie'.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many photos at most.")] = 10,
    as_json: AsJson = False,
    things: Things = None,
    device: Device = None,
) -> None:
    """Find enrolled photos by what they show; `ingest --search` prepares it."""
    from app.searching import search as find

    find(settings_of(device=device, things=things), text, limit=limit, as_json=as_json)
