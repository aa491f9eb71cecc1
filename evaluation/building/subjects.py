"""Who and what can stand in query photos: with photos and texts, from a source or from a gallery."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from evaluation.building.stories import story_of
from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from ingest.sources.row import Labelled, Row
from vision.box import Box
from vision.errors import UserError
from vision.faces import FaceModel
from vision.photo import Photo


class Half(StrEnum):
    """Whom a bench is made of: tuning looks at one half, figures are reported on the other."""

    ALL = "all"
    TUNE = "tune"
    REPORT = "report"


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A photo of one subject and where in it the subject is."""

    photo: Photo
    place: Box  # the face of a person; all of a thing's photo
    data: bytes  # the file, as it becomes a reference


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Somebody or something that can stand in a query photo."""

    id: str
    name: str
    noun: str
    biography: str
    portraits: tuple[Callable[[], bytes], ...]  # files; the first is the reference, the last is shown


def subjects_of(rows: Iterable[Row], kind: EntityKind) -> list[Subject]:
    """Those of a kind in a source, in its order; the text of some may be empty."""
    found: dict[str, tuple[NewEntity, list[Callable[[], bytes]]]] = {}
    for row in rows:
        if isinstance(row, Labelled) and row.entity.kind is kind:
            _, files = found.setdefault(row.entity.identity, (row.entity, []))
            files.append(row.read)
    return [
        Subject(
            entity.external_id or entity.label or entity.name,
            entity.name,
            entity.noun,
            entity.biography,
            (*files,),
        )
        for entity, files in found.values()
    ]


def subjects_in(gallery: Gallery, kind: EntityKind) -> Iterator[Subject]:
    """Those of a kind in a gallery who have references; their photos are the crops that it keeps."""
    for entity in gallery.iterate():
        if entity.kind is kind and (references := gallery.references(entity.id)):
            crops = tuple(_crop(gallery, reference.id) for reference in references)
            yield Subject(str(entity.id), entity.name, entity.noun, entity.biography, crops)


def with_texts(subjects: Iterable[Subject]) -> list[Subject]:
    """Those of whom something is told."""
    return [one for one in subjects if one.biography.strip()]


def readable(subjects: Iterable[Subject]) -> list[Subject]:
    """Those whose names can be read: one that was decoded wrongly makes no fair question."""
    return [one for one in subjects if not _is_garbled(one.name)]


def with_stories(subjects: Iterable[Subject], *, seed: int) -> list[Subject]:
    """The same, those without a text with an invented story each."""
    return [
        one
        if one.biography.strip()
        else replace(one, biography=story_of(one.noun or one.name, random.Random(f"{seed}/{one.id}")))
        for one in subjects
    ]


def halved(subjects: Sequence[Subject], half: Half, *, seed: int) -> list[Subject]:
    """One half of them, or all; the halves of one seed have nobody in common."""
    order = sorted(subjects, key=lambda one: one.id)
    random.Random(seed).shuffle(order)
    middle = len(order) // 2
    match half:
        case Half.ALL:
            return order
        case Half.TUNE:
            return order[:middle]
        case Half.REPORT:
            return order[middle:]


def portrait_of(subject: Subject, faces: FaceModel | None, *, shown: bool) -> Portrait | None:
    """The reference or the shown photo of a subject; None unless it can be read.

    With a model of faces exactly one has to be found in it; without one all of the photo is the subject.
    """
    try:
        data = subject.portraits[-1 if shown else 0]()
        photo = Photo.open(data)
    except (OSError, UserError):
        return None
    if faces is None:
        return Portrait(photo, Box(0, 0, *photo.size), data)
    regions = faces.regions([photo])[0]
    if len(regions) != 1 or regions[0].confidence < faces.sure_confidence:
        return None
    face = regions[0].box.clipped(photo.size)
    return None if face is None else Portrait(photo, face, data)


def _is_garbled(name: str) -> bool:
    """Whether a name is UTF-8 that was read as Windows-1252.

    >>> [_is_garbled(name) for name in ("SÃ¡nchez", "Sánchez", "João")]
    [True, False, False]
    """
    try:
        return name.encode("cp1252").decode("utf-8") != name
    except UnicodeError:
        return False


def _crop(gallery: Gallery, reference_id: int) -> Callable[[], bytes]:
    return lambda: gallery.crop(reference_id)
