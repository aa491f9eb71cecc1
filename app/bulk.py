"""The commands that work through many photos: ingest and reembed."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import numpy as np
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from app.forms import printable
from app.settings import Settings
from app.things import choose_search, choose_things, load_things, thing_rules, wants_things
from app.wiring import choose_faces, load_faces, match_rules
from gallery.entity import EntityKind
from gallery.gallery import Gallery
from ingest.gate import THING_RULES, EnrolmentRules
from ingest.outcome import Outcome, Status
from ingest.reembed import reembed, reembed_things
from ingest.run import IngestOptions, ingest
from ingest.sources.columns import parse_columns
from ingest.sources.opening import open_source
from ingest.sources.row import Row
from ingest.sources.source import Source, SourceOptions
from vision.crops import whole
from vision.errors import UserError
from vision.faces import AUTO, FaceModel
from vision.photo import Photo
from vision.things import ThingModel


@dataclass(frozen=True, slots=True)
class Bulk:
    """What `placard ingest` was asked to do."""

    source: Path
    columns: str | None
    name: str | None
    root: Path | None
    dry_run: bool
    jobs: int
    stop: bool
    report: Path | None


def run_ingest(settings: Settings, bulk: Bulk) -> int:
    """Enrol a source and print a summary; the exit code."""
    with ExitStack() as stack:
        source = stack.enter_context(opened(bulk))
        gallery = stack.enter_context(Gallery.open(settings.gallery_url))
        report = stack.enter_context(_written(bulk.report)) if bulk.report else None
        outcomes = stack.enter_context(
            enrolling(settings, gallery, source.rows(), bulk, things=wants_things(source.rows()))
        )
        try:
            counted = _counted(_shown(outcomes, source.total, source.name), report)
        except KeyboardInterrupt:
            print("Stopped. What was added stays; the same command goes on from there.", file=sys.stderr)
            raise
    _summarise(counted, dry_run=bulk.dry_run)
    if bulk.report:
        print(f"Report: {bulk.report}", file=sys.stderr)
    return 1 if bulk.stop and any(status is Status.SKIPPED for status, _ in counted) else 0


def opened(bulk: Bulk) -> Source:
    """The source that was asked for."""
    columns = parse_columns(bulk.columns) if bulk.columns else None
    return open_source(bulk.source, SourceOptions(columns=columns, name=bulk.name, root=bulk.root))


@contextmanager
def enrolling(
    settings: Settings, gallery: Gallery, rows: Iterable[Row], bulk: Bulk, *, things: bool
) -> Iterator[Iterator[Outcome]]:
    """The outcomes of rows that are enrolled as they are asked for, on a dry run into a copy.

    `things` says that there are some among them.
    """
    faces = _faces(settings, gallery)
    model = _things(settings, gallery, wanted=things)
    search = choose_search(settings, gallery) if settings.search else None
    options = IngestOptions(
        jobs=bulk.jobs,
        stop_on_refusal=bulk.stop,
        max_pixels=settings.max_pixels,
        rules=EnrolmentRules(look_alike=match_rules(settings, gallery, faces.space).threshold),
        thing_rules=_enrolment_rules(settings, gallery, model),
    )
    with gallery.sketch() if bulk.dry_run else nullcontext(gallery) as target:
        yield ingest(target, faces, rows, options, things=model, search=search)


def run_reembed(settings: Settings) -> int:
    """Embed the gallery with another model and print a summary; the exit code."""
    with Gallery.open(settings.gallery_url) as gallery:
        things = _things(settings, gallery, wanted=False, anew=True)
        faces = None if _only_things(settings, gallery) else _faces(settings, gallery)
        _try_models(gallery, faces, things)  # before anything is written
        counted: Counter[tuple[Status, str]] = Counter()
        spaces = []
        if faces is not None:
            missing = _missing(gallery, EntityKind.PERSON, faces.space)
            counted += _counted(_shown(reembed(gallery, faces), missing, "reembed"), None)
            spaces.append(faces.space)
        if things is not None:
            missing = _missing(gallery, EntityKind.THING, things.space)
            counted += _counted(_shown(reembed_things(gallery, things), missing, "reembed things"), None)
            spaces.append(things.space)
    _summarise(counted, dry_run=False)
    print(f"The gallery is now recognised with {' and '.join(spaces)}.")
    return 0


def _only_things(settings: Settings, gallery: Gallery) -> bool:
    """Whether no model of faces is needed: a gallery of things only gets none unasked."""
    things, people = map(gallery.reference_total, (EntityKind.THING, EntityKind.PERSON))
    return settings.faces == AUTO and gallery.current_space() is None and things > 0 and people == 0


def _try_models(gallery: Gallery, faces: FaceModel | None, things: ThingModel | None) -> None:
    """Load the networks that will have to look, so that one that cannot be loaded fails at once."""
    blank = Photo.from_pixels(np.zeros((64, 64, 3), dtype=np.uint8))
    if faces is not None and _missing(gallery, EntityKind.PERSON, faces.space):
        faces.regions([blank])
    if things is not None and _missing(gallery, EntityKind.THING, things.space):
        things.drawn(blank, [whole(blank)])


def _things(settings: Settings, gallery: Gallery, *, wanted: bool, anew: bool = False) -> ThingModel | None:
    choice = choose_things(settings, gallery, wanted=wanted, anew=anew)
    if choice is None:
        return None
    things = load_things(settings, choice)
    print(f"Things: {choice} on {things.embedder.device}", file=sys.stderr)
    return things


def _enrolment_rules(settings: Settings, gallery: Gallery, things: ThingModel | None) -> EnrolmentRules:
    """What is reported as a look-alike, or as unlike itself, follows the thresholds of the space."""
    if things is None:
        return THING_RULES
    rules = thing_rules(settings, gallery, things.space)
    return replace(THING_RULES, look_alike=rules.threshold, unlike=rules.threshold - rules.band)


def _missing(gallery: Gallery, kind: EntityKind, space: str) -> int:
    """How many references have no embedding in a space yet."""
    embedded = next((known.references for known in gallery.spaces() if known.name == space), 0)
    return gallery.reference_total(kind) - embedded


def _faces(settings: Settings, gallery: Gallery) -> FaceModel:
    choice = choose_faces(settings, gallery)
    faces = load_faces(settings, choice)
    print(f"Faces: {choice} on {faces.device}", file=sys.stderr)
    return faces


def _written(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise UserError(f"The report cannot be written to {path}: {error.strerror}.") from error


def _shown(outcomes: Iterable[Outcome], total: int, name: str) -> Iterator[Outcome]:
    """The outcomes, with a progress bar on stderr."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=total, rate="")
        for outcome in outcomes:
            speed = progress.tasks[task].speed
            progress.update(task, advance=1, rate=f"{speed:.1f} photos/s" if speed else "")
            yield outcome


def _counted(outcomes: Iterable[Outcome], report: TextIO | None) -> Counter[tuple[Status, str]]:
    counted: Counter[tuple[Status, str]] = Counter()
    for outcome in outcomes:
        counted[outcome.status, outcome.reason or ""] += 1
        if report is not None:
            report.write(json.dumps(outcome.as_json(), ensure_ascii=False) + "\n")
            report.flush()
        elif outcome.status is Status.SKIPPED or outcome.detail:
            line = f"{outcome.photo}: {outcome.reason or outcome.status.value}: {outcome.detail}"
            print(printable(line), file=sys.stderr)
    return counted


def _summarise(counted: Counter[tuple[Status, str]], *, dry_run: bool) -> None:
    table = Table(title="Nothing was written (dry run)" if dry_run else None)
    table.add_column("status")
    table.add_column("reason")
    table.add_column("photos", justify="right")
    for (status, reason), count in sorted(counted.items()):
        table.add_row(status.value, reason, str(count))
    Console().print(table)
