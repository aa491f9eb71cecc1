"""What `placard dataset build` does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.datasets import claim, print_contents
from app.settings import Settings
from generation.sampling import Sampling
from generation.server.chat import Conduct
from generation.server.openai import Server, base_url, chat_model
from training.building.building import Builder, Order
from training.building.calls import Asker, Calls, Model
from training.building.choosing import Choice, Chosen, choose
from training.building.genome import read_genome
from training.building.planning import plan
from training.building.refer import read_refer
from training.building.replies import Steps
from training.building.report import costs, left_out, rejects
from training.building.source import Images, Tally
from training.dataset.card import CARD, Origin, write_card
from training.dataset.checking import check
from training.dataset.folder import Split, shards
from vision.errors import UserError

_BUILT = "built.json"  # beside the splits: what they were built with
_LONGEST = 2048  # tokens of a reply: a dozen questions with answers as JSON
_RETRIES = 6  # with waits of half a second to eight seconds: a server may be busy for twenty
_ABOUT = (
    "Photos and regions of published sets of referring expressions. The texts about the regions are invented "
    "by a chat model and are not about anybody who is in a photo; questions point by what is seen to a text, "
    "or by a text to what is seen, and some have no answer. The chat model saw the sets' expressions and no "
    "photo. The photos keep the licences of their sets."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for."""

    refs: tuple[Path, ...]
    genomes: tuple[Path, ...]  # folders of Visual Genome
    images: tuple[Path, ...]
    choice: Choice
    order: Order
    jobs: int = 4
    calls: Path | None = None  # where replies are kept; None for a file beside the data set
    dry_run: bool = False


def build_dataset(settings: Settings, folder: Path, asked: Asked) -> None:
    """Build a data set, write its card, and print what it holds, what it cost and what was left out."""
    tally = Tally()
    photos = _chosen(asked, tally)
    if asked.dry_run:
        _print(left_out(tally), "Left out")
        _print(plan(photos, asked.order), "Calls, those asked again aside")
        return
    with _model(settings) as model:
        made = _made_with(asked, model)
        claim(folder, _BUILT, json.dumps(made))
        (folder / CARD).unlink(missing_ok=True)  # it is there when everything is
        calls = Calls(asked.calls or folder.with_name(f"{folder.name}.calls.db"))
        try:
            asker = Asker(model, calls)
            steps = Steps(asker)
            with _progress() as report:
                Builder(asked.order, asker, steps, tally, report, asked.jobs).build(photos, folder)
        finally:
            calls.close()
    if not any(shards(folder, split) for split in Split):
        _print(rejects(steps), "Rejected")
        raise UserError("Nothing that the model wrote can be used; the table says why. Try another model.")
    contents = check(folder, pixels=False)
    tables = {"Costs": costs(asker), "Rejected": rejects(steps), "Left out": left_out(tally)}
    made["placard"] = version("placard")
    write_card(folder, Origin("RCMU from referring expressions", _ABOUT, "other", made, tables), contents)
    print_contents(contents)
    for title, rows in tables.items():
        _print(rows, title)
    kept = len(asker.used) - asker.fresh
    print(
        f"{len(asker.used):,} calls are behind it: {asker.fresh:,} made now, {kept:,} kept from before; "
        f"{asker.retries:,} tries were repeated."
    )


def _chosen(asked: Asked, tally: Tally) -> list[Chosen]:
    if not asked.refs and not asked.genomes:
        raise UserError("Nothing to build from; give --refs 'refcoco/refs(unc).p', or --genome FOLDER.")
    with _progress() as report:
        images = Images(asked.images)
        photos = read_refer(asked.refs, images, tally)
        for folder in asked.genomes:
            photos += read_genome(folder, images, tally)
        chosen = choose(photos, asked.choice, tally, lambda done: report("photos", done, len(photos)))
    if not chosen:
        first = next(iter(tally.rows()), ("", "", ""))
        raise UserError(
            f"No photo can be used; the first reason: {first[0]} ({first[1]}, such as {first[2]})."
        )
    return chosen


@contextmanager
def _model(settings: Settings) -> Iterator[Model]:
    """The model of the server that is set; its connections are closed at the end."""
    if not settings.server:
        raise UserError("A chat model writes the texts; give --server http://host:port/v1.")
    server = Server(
        base_url(settings.server), settings.server_key.get_secret_value(), settings.timeout_s, _RETRIES
    )
    name = server.chosen(settings.model or None)
    sampling = Sampling(_LONGEST, settings.temperature, settings.top_p, settings.seed)
    conduct = Conduct(lambda error: server.explained(error, name), _RETRIES, trace=settings.trace)
    chat = chat_model(server, name, sampling)
    try:
        yield Model(chat, name, str(sampling), conduct)
    finally:
        chat.root_client.close()


def _made_with(asked: Asked, model: Model) -> dict[str, str]:
    return {
        "command": "placard dataset build",
        "sets": ", ".join(f"{path.parent.name}/{path.name}" for path in (*asked.refs, *asked.genomes)),
        "model": model.name,
        "sampling": model.settings,
        **{name: str(value) for name, value in {**asdict(asked.choice), **asdict(asked.order)}.items()},
    }


def _print(rows: Sequence[tuple[str, ...]], title: str) -> None:
    head, *others = rows
    if not others:
        return
    table = Table(*head, title=title)
    for row in others:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A line on the terminal that says what is being done, and how much of it is done."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)
