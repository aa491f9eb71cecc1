"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app.dataset_commands import dataset_app
from app.eval_commands import eval_app
from app.gallery_commands import gallery_app
from app.options import (
    AsJson,
    Boxes,
    Device,
    Faces,
    Generator,
    Model,
    PhotoPath,
    References,
    Regions,
    Save,
    Server,
    ThingDetector,
    Things,
    settings_of,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: importing rich would double the time to print it
    help="Recognise the people of a labelled gallery in a photo, and ask about them.",
)
models_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Models: what there is, and fetching them."
)
app.add_typer(gallery_app, name="gallery")
app.add_typer(dataset_app, name="dataset")
app.add_typer(models_app, name="models")
app.add_typer(eval_app, name="eval")


def main() -> None:
    """Run the command line; an error that the user can mend is one line and exit code 1."""
    from vision.errors import UserError

    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a name still gets it
    try:
        app()
        sys.stdout.flush()
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output is gone, for instance `| head`
        _leave_quietly()
    except OSError as error:  # a full disk behind the output
        print(f"Error: {error}", file=sys.stderr)
        _leave_quietly()


def _leave_quietly() -> NoReturn:
    """End without the interpreter's own attempt to flush an output that takes nothing more."""
    sys.stderr.flush()
    os._exit(1)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"placard {version('placard')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Recognise the people of a labelled gallery in a photo, and ask about them."""
    del version


@app.command()
def demo() -> None:
    """Recognise two people beside strangers in a made photo, and answer questions about them."""
    from app.demo import run_demo

    run_demo(settings_of())


@app.command()
def ingest(
    source: Annotated[Path, typer.Argument(help="A folder per person, a table of photos, or a zip.")],
    columns: Annotated[
        str | None, typer.Option(help="photo=..,name=..,biography=..: columns of a table.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--source", help="Name of the source; its folder's by default.")
    ] = None,
    root: Annotated[Path | None, typer.Option(help="Folder that a table's photo paths are under.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but write.")] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Threads that read and decode.")] = 2,
    on_error: Annotated[str, typer.Option(metavar="skip|stop", help="What a refused photo does.")] = "skip",
    report: Annotated[Path | None, typer.Option(help="Write one JSON line a photo to this file.")] = None,
    search: Annotated[
        bool, typer.Option("--search", help="Embed whole photos too, to find them by what they show.")
    ] = False,
    faces: Faces = None,
    things: Things = None,
    thing_detector: ThingDetector = None,
    device: Device = None,
    job: Annotated[int | None, typer.Option(hidden=True, help="The web app's run.")] = None,
) -> None:
    """Enrol labelled photos with biographies; a second run adds nothing twice and resumes a killed one."""
    from app.bulk import Bulk, run_ingest

    bulk = Bulk(source, columns, name, root, dry_run=dry_run, jobs=jobs, stop=_stops(on_error), report=report)
    settings = settings_of(
        faces, device, things=things, thing_detector=thing_detector, search="true" if search else None
    )
    if job is not None:
        from app.job import run_job

        raise typer.Exit(run_job(settings, bulk, job))
    raise typer.Exit(run_ingest(settings, bulk))


@app.command()
def who(
    photo: PhotoPath,
    as_json: AsJson = False,
    save: Save = None,
    box: Boxes = None,
    reference: References = None,
    faces: Faces = None,
    things: Things = None,
    thing_detector: ThingDetector = None,
    device: Device = None,
) -> None:
    """Say who and what is in a photo."""
    from app.asking import Subject
    from app.asking import who as answer

    settings = settings_of(faces, device, things=things, thing_detector=thing_detector)
    subject = Subject(photo, drawn=box or (), references=reference or ())
    answer(settings, subject, as_json=as_json, save=save)


@app.command()
def ask(
    photo: PhotoPath,
    question: Annotated[str, typer.Argument(help="A question about the photo.")],
    as_json: AsJson = False,
    save: Save = None,
    region: Regions = None,
    box: Boxes = None,
    reference: References = None,
    faces: Faces = None,
    things: Things = None,
    thing_detector: ThingDetector = None,
    device: Device = None,
    generator: Generator = None,
    model: Model = None,
    server: Server = None,
) -> None:
    """Answer a question about a photo from what the gallery knows, with citations."""
    from app.asking import Subject
    from app.asking import ask as answer

    looking = {"things": things, "thing_detector": thing_detector}
    settings = settings_of(faces, device, **looking, generator=generator, model=model, server=server)
    subject = Subject(photo, region or (), box or (), reference or ())
    raise typer.Exit(answer(settings, subject, question, as_json=as_json, save=save))


@app.command()
def chat(
    photo: PhotoPath,
    as_json: AsJson = False,
    region: Regions = None,
    box: Boxes = None,
    reference: References = None,
    faces: Faces = None,
    things: Things = None,
    thing_detector: ThingDetector = None,
    device: Device = None,
    generator: Generator = None,
    model: Model = None,
    server: Server = None,
) -> None:
    """Talk about a photo: one question a line, each answered with what was said before in mind."""
    from app.asking import Subject
    from app.asking import chat as talk

    looking = {"things": things, "thing_detector": thing_detector}
    settings = settings_of(faces, device, **looking, generator=generator, model=model, server=server)
    subject = Subject(photo, region or (), box or (), reference or ())
    raise typer.Exit(talk(settings, subject, as_json=as_json))


@app.command()
def web(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8501,
    address: Annotated[str, typer.Option(help="Others than this machine's need a token.")] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    faces: Faces = None,
    things: Things = None,
    thing_detector: ThingDetector = None,
    device: Device = None,
    generator: Generator = None,
    model: Model = None,
    server: Server = None,
) -> None:
    """Serve the web app: who is in a photo, and questions about it."""
    from app.web.server import serve

    looking = {"things": things, "thing_detector": thing_detector}
    settings = settings_of(faces, device, **looking, generator=generator, model=model, server=server)
    raise typer.Exit(serve(settings, address=address, port=port, browser=browser))


@app.command()
def calibrate(
    fpir: Annotated[float, typer.Option(metavar="RATE", help="Share of strangers who get a name.")] = 0.01,
    people: Annotated[
        int | None,
        typer.Option(min=1, help="How many people, or things, there will be; by default those of now."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be stored.")] = False,
    shipped: Annotated[bool, typer.Option("--shipped", help="Go back to the shipped thresholds.")] = False,
    as_json: AsJson = False,
    kind: Annotated[str, typer.Option(metavar="person|thing", help="Whose thresholds.")] = "person",
    faces: Faces = None,
    things: Things = None,
) -> None:
    """Estimate, on the gallery's own people or things, the threshold at which so many others get a name."""
    from app.calibrating import Asked, uncalibrate
    from app.calibrating import calibrate as estimate
    from gallery.entity import EntityKind

    if kind not in list(EntityKind):
        raise typer.BadParameter(f"expected {' or '.join(EntityKind)}, got '{kind}'", param_hint="--kind")
    settings, of = settings_of(faces, things=things), EntityKind(kind)
    if shipped:
        uncalibrate(settings, of)
    else:
        estimate(settings, Asked(fpir, people, dry_run=dry_run, as_json=as_json, kind=of))


@app.command()
def doctor(faces: Faces = None, things: Things = None, device: Device = None) -> None:
    """Compare database, index and models, and say what is wrong and how to mend it."""
    from app.doctor import run_doctor

    raise typer.Exit(run_doctor(settings_of(faces, device, things=things)))


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(help="A .toml file, or one of ours: qwen2-vl-2b-lora, nano, ...")],
    data: Annotated[Path, typer.Option(help="A data set, as 'placard dataset' makes them.")],
    out: Annotated[Path, typer.Option(help="Where checkpoints, curve, figures and the model go.")],
    base: Annotated[
        str | None,
        typer.Option(help="Another base: a folder, the id of a model, nano, or scratch for random weights."),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Change a setting; can be repeated."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would take.")] = False,
) -> None:
    """Tune a model on a data set; the result answers with `ask --generator local --model OUT/model`."""
    from app.training import Tuning, run_training

    asked = Tuning(recipe, data, out, base, tuple(change or ()), resume=resume, dry_run=dry_run)
    run_training(settings_of(), asked)


@models_app.command("list")
def list_models() -> None:
    """List face and language models: on disk, and to be fetched."""
    from app.models import list_models as show_models

    show_models(settings_of())


@models_app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="As 'models list' shows it, or a hub id.")],
    revision: Annotated[str, typer.Option(help="Branch, tag or commit of a language model.")] = "main",
) -> None:
    """Download a face model, or a language model with its processor, and verify it."""
    from app.models import fetch as download

    download(settings_of(), name, revision)


def _stops(on_error: str) -> bool:
    if on_error not in ("skip", "stop"):
        raise typer.BadParameter(f"expected skip or stop, got '{on_error}'", param_hint="--on-error")
    return on_error == "stop"
