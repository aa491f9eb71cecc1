"""The commands of `placard dataset`. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.options import AsJson, settings_of

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


@dataset_app.command()
def draw(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; drawn shards are kept.")],
    samples: Annotated[
        int, typer.Option(min=1, help="Training records, about; a tenth more is held out.")
    ] = 1000,
    stage: Annotated[
        str,
        typer.Option(
            metavar="place|read|match|tell|look|point|spot|seek|find|see|link|bind|full",
            help="How hard it is.",
        ),
    ] = "full",
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 0,
    side: Annotated[int, typer.Option(min=56, max=2000, help="Of the square pictures, in pixels.")] = 336,
    wrong: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of scenes with a wrong entry; the stage's own.")
    ] = None,
    one_wording: Annotated[
        bool, typer.Option("--one-wording", help="Held-out splits are worded as what is learnt.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 2,
) -> None:
    """Draw scenes with people, pets and things, and questions about them whose answers are exact."""
    from app.datasets import Drawn, draw_dataset

    draw_dataset(folder, Drawn(samples, stage, seed, side, wrong, one_wording), jobs=jobs)


@dataset_app.command()
def build(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; replies are kept beside it.")],
    refs: Annotated[
        list[Path] | None,
        typer.Option(
            "--refs",
            metavar="FILE",
            help="refs(...).p of RefCOCO, with instances.json beside it; repeatable.",
        ),
    ] = None,
    genome: Annotated[
        list[Path] | None,
        typer.Option("--genome", metavar="FOLDER", help="One with Visual Genome's JSON files; repeatable."),
    ] = None,
    images: Annotated[
        list[Path] | None,
        typer.Option("--images", metavar="FOLDER", help="Photos, or folders of them; repeatable."),
    ] = None,
    photos: Annotated[int | None, typer.Option(min=1, help="At most; all by default.")] = None,
    regions: Annotated[int, typer.Option(min=1, help="Of a photo at most, the largest first.")] = 4,
    contexts: Annotated[int, typer.Option(min=1, help="Written for a class and split at most.")] = 200,
    questions: Annotated[int, typer.Option(min=1, help="About a photo at most.")] = 12,
    known: Annotated[float, typer.Option(min=0, max=1, help="Share of regions that have an entry.")] = 0.8,
    wrong: Annotated[float, typer.Option(min=0, max=1, help="Share of photos with a wrong entry.")] = 0.25,
    seed: Annotated[int, typer.Option(help="Another seed asks for other texts.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Calls at a time.")] = 4,
    calls: Annotated[Path | None, typer.Option(help="Where replies are kept; FOLDER.calls.db.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many calls it takes.")] = False,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="The server's; its only one by default.")
    ] = None,
    server: Annotated[
        str | None, typer.Option("--server", metavar="URL", help="An OpenAI-compatible server that writes.")
    ] = None,
) -> None:
    """Build a data set from referring expressions with a chat model; a stopped run goes on where it was."""
    from app.building import Asked, build_dataset
    from training.building.building import Order
    from training.building.choosing import Choice

    choice, order = Choice(regions, photos, seed), Order(contexts, questions, known, wrong, seed)
    asked = Asked(
        tuple(refs or ()), tuple(genome or ()), tuple(images or ()), choice, order, jobs, calls, dry_run
    )
    build_dataset(settings_of(model=model, server=server), folder, asked)


@dataset_app.command()
def measure(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A data set.")],
    model: Annotated[str, typer.Option(metavar="NAME", help="A local model: a folder, an id, or nano.")],
    split: Annotated[str, typer.Option(metavar="train|validation|test")] = "test",
    records: Annotated[int, typer.Option(min=1, help="From the beginning of the split.")] = 200,
    boxes: Annotated[bool, typer.Option("--boxes/--no-boxes", help="Say where entries are.")] = True,
    picture: Annotated[bool, typer.Option("--picture/--no-picture", help="Show the photo.")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask a model the questions of a split: right answers by task, citations, refusals, with intervals."""
    from app.datasets import measure_model
    from app.generators import model_on_disk

    place = model_on_disk(settings_of(model=model))
    measure_model(folder, place, (split, records), boxes=boxes, picture=picture, as_json=as_json)
