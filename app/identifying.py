"""`placard eval identify`: open-set identification measured on a source."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.settings import Settings
from app.wiring import by_hand, choose_faces, load_faces
from evaluation.identification.account import report_of, summary
from evaluation.identification.figures import figures_of
from evaluation.identification.looking import (
    Looked,
    Refused,
    broken,
    hashes_of,
    look,
    people_named,
    people_of,
)
from evaluation.identification.run import Protocol, check_people
from evaluation.identification.run import identify as measured
from evaluation.identification.seen import SeenPhotos
from evaluation.provenance import Provenance, code_digest, digest_of
from gallery.gallery import Gallery
from ingest.sources.columns import parse_columns
from ingest.sources.opening import open_source
from ingest.sources.paths import is_table
from ingest.sources.row import Row
from ingest.sources.source import SourceOptions
from retrieval.rules import MatchRules, rules_for
from vision.faces import FaceModel


@dataclass(frozen=True, slots=True)
class Asked:
    """What `placard eval identify` was asked to do."""

    sources: tuple[Path, ...]
    columns: str | None
    references: int
    folds: int
    seed: int
    out: Path | None
    keep: bool
    as_json: bool


def identify(settings: Settings, asked: Asked) -> None:
    """Measure, print the figures, and write the report."""
    with ExitStack() as stack:
        model = _faces(settings)
        rules = by_hand(settings).over(rules_for(model.space))
        rows = [row for path in asked.sources for row in stack.enter_context(_rows(path, asked.columns))]
        check_people(people_named(rows), asked.folds, broken(rows))
        folder = asked.out or settings.home.expanduser() / "evaluations" / f"identify-{_plain(model)}"
        memory = SeenPhotos(_model(settings, model), folder / "seen.jsonl")
        stack.callback(memory.close, delete=False)  # what was seen stays where a run is stopped
        progress = stack.enter_context(_progress())
        refused = Refused()
        looked = _looked(rows, model, memory, refused, settings, progress)
        check_people(len(people_of(looked)), asked.folds, refused.reasons)
        protocol = Protocol(
            asked.seed, asked.folds, asked.references, max_pixels=settings.max_pixels, device=settings.device
        )
        task = progress.add_task("leaving people out", total=asked.folds)
        findings = measured(looked, model, memory, rules, protocol, step=lambda: progress.advance(task))
    report = report_of(
        findings, refused.reasons, _provenance(asked, model, _used(settings, model, rules), looked)
    )
    page = report.write(folder)
    memory.close(delete=not asked.keep)
    if asked.as_json:
        print(report.json(), end="")
    else:
        for name, text in summary(findings, figures_of(findings)):
            print(f"{name:<32}{text}".rstrip())
    print(f"Report: {page}", file=sys.stderr)


def _faces(settings: Settings) -> FaceModel:
    """The face model that was asked for, else the one that the gallery is recognised with."""
    with Gallery.open(settings.gallery_url) as gallery:
        choice = choose_faces(settings, gallery)
    model = load_faces(settings, choice)
    print(f"Faces: {choice} on {model.device}", file=sys.stderr)
    return model


def _model(settings: Settings, model: FaceModel) -> str:
    """What decides which faces are found and what they look like."""
    size = settings.detector_size or "its own size"
    return f"{model.space} at {size}, code {code_digest(('vision',))[:12]}"


def _plain(model: FaceModel) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in model.space)


@contextmanager
def _rows(path: Path, columns: str | None) -> Iterator[list[Row]]:
    """The rows of a source; columns are for tables only."""
    mapping = parse_columns(columns) if columns and is_table(path.name) else None
    with open_source(path, SourceOptions(columns=mapping)) as source:
        yield list(source.rows())


def _looked(
    rows: list[Row],
    model: FaceModel,
    memory: SeenPhotos,
    refused: Refused,
    settings: Settings,
    progress: Progress,
) -> list[Looked]:
    if len(memory):
        print(f"Going on: {len(memory)} photos were looked at before.", file=sys.stderr)
    task = progress.add_task("looking at photos", total=len(rows))
    return look(
        rows,
        model,
        memory,
        refused,
        max_pixels=settings.max_pixels,
        step=lambda: progress.advance(task),
    )


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _used(settings: Settings, model: FaceModel, rules: MatchRules) -> dict[str, str]:
    """What the figures depend on beside the photos."""
    return {
        "space": model.space,
        "detector size": str(settings.detector_size or "its own"),
        "device": model.device,
        "threshold": f"{rules.threshold:g}",
        "margin": f"{rules.margin:g}",
    }


def _provenance(
    asked: Asked, model: FaceModel, used: Mapping[str, str], looked: Sequence[Looked]
) -> Provenance:
    command = ["placard", "eval", "identify", *map(str, asked.sources)]
    command += ["--columns", asked.columns] if asked.columns else []
    command += ["--references", str(asked.references), "--folds", str(asked.folds)]
    command += ["--seed", str(asked.seed), "--faces", model.name]
    return Provenance.now(command, seed=asked.seed, data=digest_of(hashes_of(looked)), settings=used)
