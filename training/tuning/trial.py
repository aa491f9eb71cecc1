"""A model put to the records of a split: with all it is given, or without boxes or the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from generation.local.loading import load_parts
from generation.prompt import Wording
from generation.prompter import Prompter
from training.asking import Asking
from training.dataset.folder import Split, read_records, splits_of
from training.tuning.measuring import Figures, answers, figures_of
from vision.errors import UserError


@dataclass(frozen=True, slots=True)
class Trial:
    """What a model is measured on, and what it is given."""

    data: Path
    split: Split = Split.TEST
    records: int = 200  # from the beginning of the split: whole photos stay together
    boxes: bool = True
    picture: bool = True
    most: int = 128  # tokens of an answer


def tried(model: Path, trial: Trial, report: Callable[[int], None] = lambda _: None) -> Figures:
    """The figures of the model in a folder; raise `UserError` where model or data cannot be used."""
    if trial.split not in splits_of(trial.data):
        raise UserError(f"There is no split '{trial.split}' in {trial.data}; name another.")
    records = list(islice(read_records(trial.data, trial.split), trial.records))
    parts = load_parts(model)
    answering = parts.model()
    wording = Wording(family=parts.family, boxes=trial.boxes)
    prompter = Prompter(wording, parts.picture_budget, count=answering.count)
    asking = Asking(prompter, trial.picture)
    return figures_of(answers(answering, asking, records, most=trial.most, report=report))
