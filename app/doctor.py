"""`placard doctor`: is what is on disk whole, and does it fit together?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from app.forms import printable
from app.settings import Settings
from app.things import choose_things, load_things, thing_rules
from app.wiring import choose_faces, load_faces, match_rules
from evaluation.identification.impostors import faces_in
from gallery.database import GalleryUnavailableError
from gallery.entity import EntityKind, Space, SpaceKind
from gallery.gallery import Gallery
from retrieval.index import ReferenceIndex
from vision.errors import UserError

# How many references are looked up again in the index built from the rows.
_SAMPLE = 200
# Calibrated thresholds are old where there are so many times the people by now, or where so large a part of
# the references changed.
_GROWTH = 1.5
_CHANGED = 0.25
_WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the examination found: a fact, or what is wrong and how to mend it."""

    label: str
    text: str

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be mended."""
        return self.label == _WRONG


def run_doctor(settings: Settings) -> int:
    """Print what was checked and what is wrong; 1 if anything is."""
    try:
        with Gallery.open(settings.gallery_url) as gallery:
            return _printed(examine(settings, gallery))
    except GalleryUnavailableError as error:
        print(f"wrong     {error}")
        print("Restore a backup of the database, or move it away and ingest your sources again.")
        return 1


def examine(settings: Settings, gallery: Gallery) -> Iterator[Finding]:
    """Look at everything; facts come as they are found, and among them what is wrong."""
    counts = gallery.counts()
    yield Finding("gallery", gallery.location)
    yield Finding(
        "holds", f"{counts.entities} entities, {counts.references} references, {counts.photos} photos"
    )
    yield from _unknown(gallery)
    yield from _wrong(_installation())
    yield from _wrong(_database(gallery))
    yield from _models(settings, gallery)
    for space in gallery.spaces():
        what = "photos" if space.kind is SpaceKind.PHOTO else "references"
        yield Finding(
            "space", f"{space.name}: {space.references} {what}{', current' if space.current else ''}"
        )
        yield from _wrong(_space(settings, gallery, space))
        yield from _wrong(_calibration(gallery, space))


def _unknown(gallery: Gallery) -> Iterator[Finding]:
    """That faces of people who are not in the gallery are kept, where somebody switched that on."""
    watch = gallery.strangers.watch()
    if watch is not None:
        faces = sum(map(len, gallery.strangers.groups()))
        purpose = printable(watch.purpose)
        yield Finding("unknown", f"{faces} faces are kept, each for {watch.days} days: {purpose}")


def _printed(findings: Iterator[Finding]) -> int:
    """Print the facts as they come, and what is wrong below them; 1 if anything is."""
    wrong = []
    for finding in findings:
        if finding.is_wrong:
            wrong.append(finding)
        else:
            print(f"{finding.label:<10}{finding.text}")
    for finding in wrong:
        print(f"{finding.label:<10}{finding.text}")
    print("Nothing is wrong." if not wrong else f"{len(wrong)} found.")
    return 1 if wrong else 0


def _wrong(problems: Iterator[str]) -> Iterator[Finding]:
    return (Finding(_WRONG, problem) for problem in problems)


def _installation() -> Iterator[str]:
    """Packages that install the same module must not both be there."""
    for one, other in (("onnxruntime", "onnxruntime-gpu"), ("faiss-cpu", "faiss-gpu")):
        if _installed(one) and _installed(other):
            yield (
                f"{one} and {other} are both installed and overwrite each other: "
                f"pip uninstall -y {one} {other} && pip install {other}"
            )


def _installed(distribution: str) -> bool:
    try:
        version(distribution)
    except PackageNotFoundError:
        return False
    return True


def _database(gallery: Gallery) -> Iterator[str]:
    for problem in gallery.integrity():
        yield f"the database is damaged: {problem}. Restore a backup, or export what is readable."
    if gallery.purge_pending():
        yield (
            "bytes of the forgotten may still be in the database's files, since another process is reading: "
            "close it and run doctor again"
        )


def _models(settings: Settings, gallery: Gallery) -> Iterator[Finding]:
    try:
        choice = choose_faces(settings, gallery)
        faces = load_faces(settings, choice)
        yield Finding("faces", f"{choice} on {faces.device}, space {faces.space}")
        rules = match_rules(settings, gallery, choice.space)
        yield Finding("rules", f"threshold {rules.threshold:.3f}, margin {rules.margin:.2f} ({rules.reason})")
        if things := choose_things(settings, gallery):
            model = load_things(settings, things)
            yield Finding("things", f"{things} on {model.embedder.device}, space {model.space}")
            rules = thing_rules(settings, gallery, model.space)
            said = f"threshold {rules.threshold:.3f}, margin {rules.margin:.2f} ({rules.reason})"
            yield Finding("rules", said)
    except UserError as error:
        yield Finding(_WRONG, str(error))


def _calibration(gallery: Gallery, space: Space) -> Iterator[str]:
    """Thresholds hold for the people that they were estimated on."""
    with gallery.ledger() as ledger:
        stored = ledger.calibration(space.name)
    if stored is None:
        return
    made = stored.calibration
    people = len(faces_in(gallery, space.name).people)
    kind = space.kind.entity
    again = f"run 'placard calibrate{' --kind thing' if kind is EntityKind.THING else ''}' again"
    if people >= _GROWTH * made.gallery_size:
        yield (
            f"{space.name} was calibrated for {made.gallery_size} {kind.several}, and there are {people} "
            f"now; calibrated thresholds are old once a gallery has grown by half: {again}"
        )
        return
    with gallery.changes(space.name, since=stored.revision) as changes:
        gone, came = len(changes.removed), sum(len(block.reference_ids) for block in changes.blocks)
    # Those who were planned for bring as many references each as those of then.
    planned = made.references * (made.gallery_size - made.people) / made.people
    if gone + max(0, came - planned) > _CHANGED * made.references:
        yield (
            f"{gone + came} references of {space.name} came or went since it was calibrated on "
            f"{made.references}: {again}"
        )


def _space(settings: Settings, gallery: Gallery, space: Space) -> Iterator[str]:
    """Every reference has an embedding, and an index built from the rows finds each one again."""
    if space.kind is SpaceKind.PHOTO:  # searched row by row, without an index
        return
    total = gallery.reference_total(space.kind.entity)
    if space.current and space.references < total:
        yield (
            f"{total - space.references} references have no embedding in {space.name}: "
            f"'placard gallery reembed' computes them from the kept crops"
        )
    index = ReferenceIndex(gallery, space.name, space.dimension, settings.device)
    index.catch_up()
    if index.size != space.references:
        yield f"the index has {index.size} of {space.references} references of {space.name}; restart Placard"
    with gallery.changes(space.name) as changes:
        block = next(changes.blocks, None)
    if block is None:
        return
    vectors = block.vectors[:_SAMPLE].astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1)
    if np.any(np.abs(lengths - 1) > 0.01):
        yield f"embeddings of {space.name} are not of unit length: ingest these photos again"
    lost = sum(not hits or hits[0].similarity < 0.99 for hits in index.nearest(vectors))
    if lost:
        yield f"the index does not find {lost} of {len(vectors)} references of {space.name}; restart Placard"
