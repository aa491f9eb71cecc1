"""People with portraits and texts, from a source of labelled photos or from a gallery."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from ingest.sources.row import Labelled, Row
from vision.box import Box
from vision.errors import UserError
from vision.faces import FaceModel
from vision.photo import Photo


class Half(StrEnum):
    """Which people a bench is made of: tuning looks at one half, figures are reported on the other."""

    ALL = "all"
    TUNE = "tune"
    REPORT = "report"


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A photo of one person and where the face is."""

    photo: Photo
    face: Box
    data: bytes  # the file, as it becomes a reference


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Somebody who can stand in a query photo."""

    id: str
    name: str
    noun: str
    biography: str
    portraits: tuple[Callable[[], bytes], ...]  # files; the first is the reference, the last is shown


def people_of(rows: Iterable[Row]) -> list[Person]:
    """The people of a source who have a name and a text, in the order of the source."""
    found: dict[str, tuple[NewEntity, list[Callable[[], bytes]]]] = {}
    for row in rows:
        if isinstance(row, Labelled) and row.entity.kind is EntityKind.PERSON:
            _, files = found.setdefault(row.entity.identity, (row.entity, []))
            files.append(row.read)
    return [
        Person(
            entity.external_id or entity.label or entity.name,
            entity.name,
            entity.noun,
            entity.biography,
            (*files,),
        )
        for entity, files in found.values()
        if entity.biography.strip()
    ]


def people_in(gallery: Gallery) -> Iterator[Person]:
    """The people of a gallery who have a text; their portraits are the crops that it keeps."""
    for entity in gallery.iterate():
        references = gallery.references(entity.id)
        if entity.kind is EntityKind.PERSON and entity.biography.strip() and references:
            crops = tuple(_crop(gallery, reference.id) for reference in references)
            yield Person(str(entity.id), entity.name, entity.noun, entity.biography, crops)


def halved(people: Sequence[Person], half: Half, *, seed: int) -> list[Person]:
    """One half of the people, or all; the halves of one seed have nobody in common."""
    order = sorted(people, key=lambda person: person.id)
    random.Random(seed).shuffle(order)
    middle = len(order) // 2
    match half:
        case Half.ALL:
            return order
        case Half.TUNE:
            return order[:middle]
        case Half.REPORT:
            return order[middle:]


def portrait_of(person: Person, faces: FaceModel, *, shown: bool) -> Portrait | None:
    """The reference or the shown portrait of a person; None unless exactly one face is found in it."""
    try:
        data = person.portraits[-1 if shown else 0]()
        photo = Photo.open(data)
    except (OSError, UserError):
        return None
    regions = faces.regions([photo])[0]
    if len(regions) != 1 or regions[0].confidence < faces.sure_confidence:
        return None
    face = regions[0].box.clipped(photo.size)
    return None if face is None else Portrait(photo, face, data)


def _crop(gallery: Gallery, reference_id: int) -> Callable[[], bytes]:
    return lambda: gallery.crop(reference_id)
