"""The data card: what a data set holds and where it comes from, as the README.md of its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.dataset.checking import Contents
from training.dataset.folder import writing
from training.dataset.record import Task

CARD = "README.md"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_FIELDS = {
    "image": "the photo (`file_name` in `metadata.jsonl`); `width` and `height` are its size in pixels",
    "regions": "what is known: `noun`, `box` (left, top, right, bottom in pixels), `text`, and `present`, "
    "false for a wrong entry, about somebody who is not in the photo; cited by place, from 1",
    "task": ", ".join(f"`{task}`" for task in Task),
    "citations": "whether the prompt asks for citations; the answer then has them where it has a source",
    "question, answer": "the text of both",
    "about, fact, kind": "for measuring: the entries behind the answer, what a right answer must say, and a "
    "name for questions of one sort",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a data set comes from."""

    name: str
    about: str  # a paragraph
    licence: str  # as the Hugging Face hub names it
    made_with: Mapping[str, str]  # what is needed to make it again: command, seed, versions
    tables: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)  # more, by their headings


def write_card(folder: Path, origin: Origin, contents: Sequence[Contents]) -> Path:
    """Write the card of the data set in a folder; its path."""
    path = folder / CARD
    with writing(path):
        path.write_text("\n".join(_lines(origin, contents)) + "\n", encoding="utf-8")
    return path


def counts(contents: Sequence[Contents]) -> tuple[tuple[str, ...], ...]:
    """A table of the records by task, a column for each split; the head comes first."""
    rows = [("task", "citations", *(one.split.value for one in contents))]
    for task in Task:
        for citations in (True, False):
            numbers = [one.records.get((task, citations), 0) for one in contents]
            if any(numbers):
                told = "with" if citations else "without"
                rows.append((task.value, told, *(f"{number:,}" for number in numbers)))
    rows.append(("all records", "", *(f"{one.total:,}" for one in contents)))
    rows.append(("images", "", *(f"{one.images:,}" for one in contents)))
    rows.append(("wrong entries", "", *(_share(one.wrong, one.regions) for one in contents)))
    return tuple(rows)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _lines(origin: Origin, contents: Sequence[Contents]) -> Iterator[str]:
    total = sum(one.total for one in contents)
    size = next((name for limit, name in _SIZES if total < limit), "1M<n<10M")
    yield from ("---", f"license: {origin.licence}", f"pretty_name: {json.dumps(origin.name)}")
    yield from ("task_categories:", "- visual-question-answering", "language:", "- en")
    yield from ("size_categories:", f"- {size}", "---", "", f"# {origin.name}", "", origin.about, "")
    yield 'Read it with `datasets.load_dataset("imagefolder", data_dir=FOLDER)`; check it with'
    yield from ("`placard dataset check FOLDER`.", "", "## Counts", "")
    yield from _table(counts(contents))
    yield from ("", "## Fields", "", *_table((("field", "is"), *_FIELDS.items())))
    yield from ("", "## How it was made", "", *_table((("what", "value"), *origin.made_with.items())))
    for heading, rows in origin.tables.items():
        yield from ("", f"## {heading}", "", *_table(rows))


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    head, *others = rows
    for row in (head, ("---",) * len(head), *others):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
