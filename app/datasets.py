"""What the commands of `placard dataset` do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from training.dataset.card import counts
from training.dataset.checking import Contents, check


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


@contextmanager
def counting(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A line on the terminal that says how many are done."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
