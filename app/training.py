"""The command `placard train`."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.settings import Settings
from training.tuning.recipe import Recipe, RecipeError
from vision.errors import UserError

_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is asked for."""

    recipe: str
    data: Path
    out: Path
    base: str | None
    changes: tuple[str, ...] = ()  # NAME=VALUE
    resume: bool = False
    dry_run: bool = False


def run_training(settings: Settings, asked: Tuning) -> None:
    """Say what a run takes, then tune and say where the model is."""
    recipe = recipe_of(asked)
    _check_folder(asked)
    from training.tuning.run import Place, prepare  # torch takes seconds, and a bad recipe should not
    from training.tuning.run import Progress as Told
    from training.tuning.weights import trained

    logging.getLogger("transformers").setLevel(logging.ERROR)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("reading", total=None)

        def loss(step: int, steps: int, value: float) -> None:
            progress.update(task, description=f"loss {value:.3f}", completed=step, total=steps)

        told = Told(said=progress.console.print, loss=loss)
        run = prepare(recipe, Place(asked.data, asked.out, settings.language_root), told)
        progress.console.print(
            f"{len(run.train):,} records, {run.steps:,} steps of {recipe.batch * recipe.accumulation} "
            f"sequences, the longest of {run.longest.tokens:,} tokens; "
            f"{trained(run.network):,} weights are tuned.\n"
            f"This needs {run.memory} on each device.\n{_beside()}"
        )
        if asked.dry_run:
            return
        model = run.start(resume=asked.resume)
    print(f"The model is in {model}; 'placard ask PHOTO QUESTION --generator local --model {model}' asks it.")


def _beside() -> str:
    """What a run takes of the machine's memory beside that of its devices, which may be the same."""
    import psutil  # as all below, of the extra 'training'

    from training.tuning.examples import KEPT_BYTES

    taken = psutil.Process().memory_info().rss
    return (
        f"Libraries, records and weights take {taken / _GIB:.1f} GiB of this machine's memory already, "
        f"and pictures and tokens that are kept for the next epoch up to {KEPT_BYTES / _GIB:.1f} GiB."
    )


def recipe_of(asked: Tuning) -> Recipe:
    """The recipe with what the options change; raise `RecipeError` where one cannot be read."""
    changes = {}
    for change in asked.changes:
        name, sign, value = change.partition("=")
        if not sign:
            raise RecipeError(f"Expected NAME=VALUE, but got '{change}'.")
        changes[name.strip()] = _toml(value.strip())
    if asked.base is not None:
        changes["base"] = json.dumps(asked.base)
    return Recipe.read(asked.recipe, changes)


def _toml(value: str) -> str:
    """A value as TOML has it: words need no quotes on a command line."""
    plain = value[:1] in '"[{' or value in ("true", "false") or value[:1].isdigit() or value[:1] == "-"
    return value if plain else json.dumps(value)


def _check_folder(asked: Tuning) -> None:
    """Raise `UserError` where a new run would go over an old one."""
    used = any((asked.out / name).exists() for name in ("model", "checkpoints"))
    if used and not asked.resume and not asked.dry_run:
        raise UserError(f"{asked.out} holds a run already; name another folder, or --resume goes on with it.")
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"Nothing can be written to {asked.out}: {error.strerror}.") from error
