"""The commands of `placard eval`. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.options import AsJson, Device, Faces, Generator, Model, Server, settings_of

eval_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure: how well people are named and questions answered.",
)

BenchFolder = Annotated[Path, typer.Argument(metavar="BENCH", help="The folder of a bench.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder of the report; one in BENCH by default.")]
Ask = Annotated[
    str, typer.Option(metavar="choose|write", help="Ask for an option, or read it from a written answer.")
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Ask everything again; else only what has no answer yet.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Only so many, for a quick look.")]


@eval_app.command()
def identify(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="A folder per person, a table, or a zip.")
    ],
    columns: Annotated[
        str | None, typer.Option(help="photo=..,name=..,group=..: columns of the tables.")
    ] = None,
    references: Annotated[int, typer.Option(min=1, help="Photos of a person enrolled, at most.")] = 3,
    folds: Annotated[int, typer.Option(min=2, help="Parts of the people that are left out in turn.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Deals the photos out.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder of the report; in the home by default.")] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what the face model saw for another run into that folder.")
    ] = False,
    as_json: AsJson = False,
    faces: Faces = None,
    device: Device = None,
) -> None:
    """Measure who is found, and how many strangers get a name, in labelled photos."""
    from app.identifying import Asked
    from app.identifying import identify as measure

    asked = Asked(tuple(sources), columns, references, folds, seed=seed, out=out, keep=keep, as_json=as_json)
    measure(settings_of(faces, device), asked)


@eval_app.command("build-bench")
def build_bench(
    out: Annotated[Path, typer.Argument(metavar="BENCH", help="The new folder of the bench.")],
    source: Annotated[
        Path | None, typer.Option("--source", help="Labelled photos with biographies; else the gallery.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="photo=..,name=..,biography=..: columns of a table.")
    ] = None,
    questions: Annotated[int, typer.Option(min=1, help="How many questions.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same bench.")] = 0,
    half: Annotated[
        str,
        typer.Option(metavar="all|tune|report", help="Whom it is made of: all, or one half of the people."),
    ] = "all",
    kind: Annotated[str, typer.Option(metavar="person|thing", help="Whom or what it is about.")] = "person",
    stories: Annotated[
        bool, typer.Option("--stories", help="Invent a story for each thing that has no text.")
    ] = False,
    references: Annotated[
        int, typer.Option(min=1, help="Photos of each in the gallery, at most; the last one is shown.")
    ] = 1,
    faces: Faces = None,
    device: Device = None,
) -> None:
    """Make a bench of real people or things: query photos with known boxes, multiple-choice questions."""
    from app.benching import Order, build

    order = Order(out, source, columns, questions, seed, half, kind, stories, references)
    build(settings_of(faces, device), order)


@eval_app.command()
def bench(
    folder: BenchFolder,
    setting: Annotated[
        str, typer.Option(metavar="gold|retrieved|chain|closed|text|reference", help="What answers rest on.")
    ] = "chain",
    ask: Ask = "choose",
    out: Out = None,
    limit: Limit = None,
    fresh: Fresh = False,
    faces: Faces = None,
    device: Device = None,
    generator: Generator = None,
    model: Model = None,
    server: Server = None,
) -> None:
    """Ask a generator all questions of a bench and report; a killed run goes on where it was."""
    from app.benching import Run, run

    settings = settings_of(faces, device, generator=generator, model=model, server=server)
    run(settings, Run(folder, setting, ask, out, limit, fresh))


@eval_app.command()
def public(
    layout: Annotated[
        str, typer.Argument(metavar="LAYOUT", help="yollava, yollava-qa, yollava-text-qa, rap or myvlm.")
    ],
    source: Annotated[
        Path,
        typer.Argument(metavar="SOURCE", help="The folder (yollava, myvlm) or the file with the questions."),
    ],
    photos: Annotated[
        Path | None, typer.Option(help="The folder that holds test/, for yollava-qa and rap.")
    ] = None,
    ask: Ask = "choose",
    out: Annotated[Path | None, typer.Option(help="Folder of the report; in the home by default.")] = None,
    limit: Limit = None,
    fresh: Fresh = False,
    faces: Faces = None,
    device: Device = None,
    generator: Generator = None,
    model: Model = None,
    server: Server = None,
) -> None:
    """Measure on a bench of Yo'LLaVA, RAP or MyVLM; the gallery has to know its concepts by name."""
    from app.public import Asked, measure

    settings = settings_of(faces, device, generator=generator, model=model, server=server)
    measure(settings, Asked(layout, source, photos, ask, out, limit, fresh))


@eval_app.command()
def score(
    folder: BenchFolder,
    descriptions: Annotated[
        Path | None,
        typer.Option(help="JSON lines with photo and text to score; else the generator writes them."),
    ] = None,
    judge: Annotated[
        str, typer.Option(metavar="words|server", help="Who decides what a text says; a model by --server.")
    ] = "words",
    corruptions: Annotated[
        bool, typer.Option("--corruptions", help="Score faithful descriptions with planted faults instead.")
    ] = False,
    out: Out = None,
    generator: Generator = None,
    model: Model = None,
    server: Server = None,
) -> None:
    """RCIDScore (ours) of descriptions of a bench's photos: coverage, accuracy, consistency."""
    from app.scoring import Scoring, score_descriptions

    settings = settings_of(generator=generator, model=model, server=server)
    score_descriptions(settings, Scoring(folder, descriptions, judge, out, corruptions=corruptions))
