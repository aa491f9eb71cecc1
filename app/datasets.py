"""What the commands of `placard dataset` do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.forms import print_json
from training.dataset.card import Origin, counts, write_card
from training.dataset.checking import Contents, check
from training.dataset.folder import Split, writing
from training.drawn.drawing import draw
from training.drawn.stages import Difficulty, Stage, difficulty
from training.drawn.world import World
from vision.errors import UserError

_DRAWN = "drawn.json"  # beside the splits: what they were drawn with
_ABOUT = (
    "Drawn scenes with people, pets and things, and invented texts about some of them. Questions point by "
    "looks to a text, or by a text to looks; some have no answer. No real person is in it. Names, facts, "
    "wordings and combinations of looks of one split occur in no other."
)
_HELD_OUT = 20  # one scene of so many more for validation, and one for the test


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is asked for when a data set is drawn."""

    samples: int
    stage: str
    seed: int
    side: int
    wrong: float | None = None
    one_wording: bool = False

    @property
    def world(self) -> World:
        """The world that it is drawn from; raise `UserError` for a stage that there is not."""
        try:
            usual = difficulty(Stage(self.stage))
        except ValueError as error:
            raise UserError(f"Expected a stage of {', '.join(Stage)}, but got '{self.stage}'.") from error
        asked = usual if self.wrong is None else replace(usual, wrong=self.wrong)
        return World(asked, self.seed, self.side, Split.TRAIN if self.one_wording else None)


def check_dataset(folder: Path, *, pixels: bool) -> None:
    """Print what a data set holds; raise `BrokenRecordError` at the first record that is broken."""
    with counting("records") as report:
        contents = check(folder, pixels=pixels, report=report)
    print_contents(contents)


def print_contents(contents: Sequence[Contents]) -> None:
    """Print the records by task and split."""
    head, *rows = counts(contents)
    table = Table(*head[:2])
    for split in head[2:]:
        table.add_column(split, justify="right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def draw_dataset(folder: Path, asked: Drawn, *, jobs: int) -> None:
    """Draw a data set, write its card, and print what it holds; a stopped run goes on where it was."""
    world = asked.world
    claim(folder, _DRAWN, json.dumps(asdict(asked)))
    scenes = _scenes(asked.samples, world.difficulty)
    with counting("scenes", sum(scenes.values())) as report:
        draw(world, folder, scenes, jobs=jobs, report=report)
    with counting("records") as report:
        contents = check(folder, pixels=False, report=report)
    made_with = {
        "command": "placard dataset draw",
        **{name: str(value) for name, value in asdict(asked).items()},
        "difficulty": str(world.difficulty),
        "placard": version("placard"),
        "pillow": version("pillow"),
    }
    write_card(folder, Origin("Placard's drawn world", _ABOUT, "cc0-1.0", made_with), contents)
    print_contents(contents)


def measure_model(
    folder: Path, model: Path, part: tuple[str, int], *, boxes: bool, picture: bool, as_json: bool
) -> None:
    """Print how right a model's answers to the first records of a split are; `part` is split and number."""
    from training.tuning.trial import Trial, tried  # torch takes seconds

    try:
        split = Split(part[0])
    except ValueError as error:
        raise UserError(f"Expected a split of {', '.join(Split)}, but got '{part[0]}'.") from error
    with counting("answers", part[1]) as report:
        figures = tried(model, Trial(folder, split, part[1], boxes, picture), report).form()
    if as_json:
        print_json(figures)
        return
    table = Table("what", "share (95 % interval; hits)")
    for name, one in figures.items():
        table.add_row(name, str(one["told"]))
    Console().print(table)


def _scenes(samples: int, difficulty: Difficulty) -> dict[Split, int]:
    train = -(-samples // difficulty.each)
    held_out = -(-train // _HELD_OUT)
    return {Split.TRAIN: train, Split.VALIDATION: held_out, Split.TEST: held_out}


def claim(folder: Path, name: str, form: str) -> None:
    """Write down in the file `name` what a folder is made with; raise `UserError` where it holds else."""
    note = folder / name
    if note.is_file() and note.read_text(encoding="utf-8") != form:
        raise UserError(f"{folder} holds a data set that was made otherwise ({name}); name another folder.")
    if not note.is_file() and folder.is_dir() and any(folder.iterdir()):
        raise UserError(f"{folder} holds something else than such a data set; name a new folder.")
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        note.write_text(form, encoding="utf-8")


@contextmanager
def counting(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A line on the terminal that says how many are done."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
