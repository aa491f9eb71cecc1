"""Public questions about concepts as a bench of ours, so that the one runner asks them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.bench.bench import Bench, BenchEntity, BenchPhoto, BenchQuestion, BenchRegion, QuestionType
from evaluation.bench.record import BenchError
from evaluation.public.concepts import ConceptQuestion
from gallery.entity import Entity
from gallery.gallery import Gallery
from vision.box import Box
from vision.photo import Photo


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """The photo that a question is asked about."""

    photo: BenchPhoto
    sha256: str


def bench_of(
    questions: Sequence[ConceptQuestion], concepts: Mapping[str, Entity], gallery: Gallery, folder: Path
) -> Bench:
    """A bench of these questions, its concepts those of the gallery.

    A question without a photo is asked about the first reference of its concept, all of which is the
    concept; that photo is written to `folder`. Who is in the other photos nobody says.
    """
    shown: dict[tuple[Path | None, str], _Shown] = {}
    asked: list[BenchQuestion] = []
    for number, question in enumerate(questions, start=1):
        entity = concepts[question.concept]
        place = question.photo, "" if question.photo else question.concept
        if place not in shown:
            name = f"p{len(shown) + 1:05d}"
            shown[place] = (
                _reference(entity, gallery, folder, name)
                if question.photo is None
                else _opened(question.photo.absolute(), name)
            )
        asked.append(_question(f"q{number:05d}", question, entity, shown[place].photo.id))
    entities = {_id(entity): _known(entity) for entity in concepts.values()}
    photos = {one.photo.id: one.photo for one in shown.values()}
    hashes = {one.photo.file: one.sha256 for one in shown.values()}
    made = {"gallery revision": gallery.revision()}
    return Bench(folder, folder.name, made, entities, photos, tuple(asked), hashes)


def _opened(path: Path, name: str) -> _Shown:
    photo = Photo.open(path)
    return _Shown(BenchPhoto(name, str(path), photo.size, ()), photo.sha256)


def _reference(entity: Entity, gallery: Gallery, folder: Path, name: str) -> _Shown:
    references = gallery.references(entity.id)
    if not references:
        raise BenchError(f"{entity.name} has no reference photo in the gallery; ingest one.")
    data = gallery.crop(references[0].id)
    size = Photo.open(data).size
    file = f"photos/{name}.jpg"
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(data)
    everything = BenchRegion(Box(0, 0, *size), _id(entity))
    return _Shown(BenchPhoto(name, file, size, (everything,)), hashlib.sha256(data).hexdigest())


def _question(name: str, asked: ConceptQuestion, entity: Entity, photo: str) -> BenchQuestion:
    return BenchQuestion(
        name,
        photo,
        QuestionType.V2C,
        asked.named(entity.name),
        asked.options,
        asked.answer,
        None,
        _id(entity),
        "a text" if asked.photo is None else "a photo",
        "by name",
    )


def _known(entity: Entity) -> BenchEntity:
    return BenchEntity(_id(entity), entity.kind, entity.noun, entity.name, entity.biography, ())


def _id(entity: Entity) -> str:
    """As the examples of a run name an entity."""
    return entity.external_id or str(entity.id)
