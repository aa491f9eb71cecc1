"""The files of a bench: bench.json, three tables of JSON lines, photos (docs/bench-format.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluation.bench.bench import (
    Bench,
    BenchEntity,
    BenchPhoto,
    BenchQuestion,
    BenchRegion,
    QuestionType,
)
from evaluation.bench.record import HALF_CHARACTER, NESTED, BenchError, Record, is_whole, records
from gallery.entity import EntityKind
from vision.box import Box
from vision.errors import UserError
from vision.photo import Photo

VERSION = 1
HEADER, ENTITIES, PHOTOS, QUESTIONS = "bench.json", "entities.jsonl", "photos.jsonl", "questions.jsonl"
MOST_OPTIONS = 26  # one for each letter


def read_bench(folder: Path) -> Bench:
    """The bench in a folder, all of it checked; raise `BenchError` for the first record that is wrong."""
    header = _header(folder / HEADER)
    entities = {entity.id: entity for entity in _table(folder / ENTITIES, _entity)}
    photos = {photo.id: photo for photo in _photos(folder / PHOTOS, entities)}
    questions = tuple(_questions(folder / QUESTIONS, photos, entities))
    if not questions:
        raise BenchError(
            f"{folder / QUESTIONS} has no question; build a bench with 'placard eval build-bench'."
        )
    photographs = {file for entity in entities.values() for file in entity.references}
    photographs |= {photo.file for photo in photos.values()}
    hashes = {
        file: hashlib.sha256((folder / file).read_bytes()).hexdigest()
        for file in (ENTITIES, PHOTOS, QUESTIONS, *sorted(photographs))
    }
    return Bench(folder, str(header.get("name", folder.name)), header, entities, photos, questions, hashes)


def write_bench(bench: Bench) -> None:
    """Write the tables of a bench; its photos lie in its folder already."""
    _write_table(bench.folder / ENTITIES, (entity_form(entity) for entity in bench.entities.values()))
    _write_table(bench.folder / PHOTOS, (photo_form(photo) for photo in bench.photos.values()))
    _write_table(bench.folder / QUESTIONS, map(question_form, bench.questions))
    # Last, since a folder with it is a whole bench.
    header = {"format": "placard-bench", "version": VERSION, "name": bench.name, **bench.made}
    _write(bench.folder / HEADER, [json.dumps(header, indent=2, ensure_ascii=False)])


def question_form(question: BenchQuestion) -> dict[str, object]:
    """A question as its line says it."""
    return {
        "id": question.id,
        "photo": question.photo,
        "type": question.type.value,
        "question": question.text,
        "options": list(question.options),
        "answer": question.answer,
        "abstain": question.abstain,
        "about": question.about,
        "topic": question.topic,
        "refers": question.refers,
    }


def _header(path: Path) -> dict[str, Any]:
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchError(
            f"Cannot read {path}: {(error.strerror or str(error)).lower()}; expected the folder of a bench."
        ) from error
    except ValueError as error:
        raise BenchError(f"{path} is not JSON: {error}.") from error
    except RecursionError as error:
        raise BenchError(f"{path} is not JSON: {NESTED}.") from error
    if not is_whole(json.dumps(header, ensure_ascii=False)):
        raise BenchError(f"{path} {HALF_CHARACTER}.")
    if not isinstance(header, dict) or header.get("format") != "placard-bench":
        raise BenchError(f'{path} is not of a bench: expected "format": "placard-bench".')
    if header.get("version") != VERSION:
        raise BenchError(f"{path} has version {header.get('version')!r}, but this program reads {VERSION}.")
    return header


def _table(path: Path, read: Any) -> Iterator[Any]:
    """The records of a table, each with an id of its own."""
    seen: set[str] = set()
    for record in records(path):
        value = read(record, path.parent)
        if value.id in seen:
            raise record.error("id", f"a second '{value.id}'")
        seen.add(value.id)
        yield value


def _entity(record: Record, folder: Path) -> BenchEntity:
    references = record.texts("references")
    if not references:
        raise record.error("references", "expected at least one photo, got none")
    for file in references:
        _opened(record, "references", folder, file)
    return BenchEntity(
        record.text("id"),
        record.member("kind", EntityKind),
        record.text("noun", empty=True),
        record.text("name"),
        record.text("biography", empty=True),
        references,
    )


def _photos(path: Path, entities: Mapping[str, BenchEntity]) -> Iterator[BenchPhoto]:
    def read(record: Record, folder: Path) -> BenchPhoto:
        width, height = record.numbers("size", 2)
        if width < 1 or height < 1:
            raise record.error("size", f"expected [width, height] in pixels, got {[width, height]}")
        file = record.text("file")
        across, down = _opened(record, "file", folder, file).size
        if (across, down) != (width, height):
            raise record.error("size", f"the photo has {across} x {down} pixels, not {width} x {height}")
        regions = tuple(_region(part, entities, (width, height)) for part in record.parts("regions"))
        known = [region.entity for region in regions if region.entity is not None]
        if len(set(known)) < len(known):
            raise record.error("regions", "an entity stands there twice")
        return BenchPhoto(record.text("id"), file, (width, height), regions)

    yield from _table(path, read)


def _region(part: Record, entities: Mapping[str, BenchEntity], size: tuple[int, int]) -> BenchRegion:
    edges = part.numbers("box", 4)
    try:
        box = Box(*edges)
    except ValueError as error:
        raise part.error("box", str(error)) from error
    if box.clipped(size) != box:
        raise part.error("box", f"{list(edges)} reaches out of the photo of {size[0]} x {size[1]} pixels")
    entity = part.optional_text("entity")
    if entity is not None and entity not in entities:
        raise part.error("entity", f"no entity has the id '{entity}'")
    return BenchRegion(box, entity)


def _questions(
    path: Path, photos: Mapping[str, BenchPhoto], entities: Mapping[str, BenchEntity]
) -> Iterator[BenchQuestion]:
    def read(record: Record, _: Path) -> BenchQuestion:
        question = BenchQuestion(
            record.text("id"),
            record.text("photo"),
            record.member("type", QuestionType),
            record.text("question"),
            record.texts("options"),
            record.number("answer"),
            record.optional_number("abstain"),
            record.optional_text("about"),
            record.text("topic"),
            record.text("refers"),
        )
        _check_question(record, question, photos, entities)
        return question

    yield from _table(path, read)


def _check_question(
    record: Record,
    question: BenchQuestion,
    photos: Mapping[str, BenchPhoto],
    entities: Mapping[str, BenchEntity],
) -> None:
    count = len(question.options)
    if question.photo not in photos:
        raise record.error("photo", f"no photo has the id '{question.photo}'")
    if question.about is not None and question.about not in entities:
        raise record.error("about", f"no entity has the id '{question.about}'")
    if not 2 <= count <= MOST_OPTIONS:
        raise record.error("options", f"expected 2 to {MOST_OPTIONS}, got {count}")
    if len({" ".join(option.split()).casefold() for option in question.options}) < count:
        raise record.error("options", "two of them are the same")
    for name, index in (("answer", question.answer), ("abstain", question.abstain)):
        if index is not None and not 0 <= index < count:
            raise record.error(name, f"expected an option from 0 to {count - 1}, got {index}")
    if question.type.answerable == (question.answer == question.abstain):
        told = "can be answered" if question.type.answerable else "cannot be answered"
        raise record.error(
            "answer", f"a question of type {question.type} {told}, but its answer says otherwise"
        )


def _opened(record: Record, name: str, folder: Path, file: str) -> Photo:
    """The photo that a field names."""
    path = _file(record, name, folder, file)
    try:
        return Photo.open(path, name=file)
    except UserError as error:
        raise record.error(name, str(error).removesuffix(".")) from error


def _file(record: Record, name: str, folder: Path, file: str) -> Path:
    """Where a file of the bench lies."""
    root = folder.resolve()
    try:
        path = (root / file).resolve()
        there = path.is_file()
    except (OSError, RuntimeError, ValueError) as error:  # too long, a circle of links, a null character
        why = getattr(error, "strerror", None) or str(error)
        raise record.error(name, f"{file!r} is no path: {why}") from error
    if not path.is_relative_to(root):
        raise record.error(name, f"'{file}' leads out of the bench's folder")
    if not there:
        raise record.error(name, f"the file '{file}' is not there")
    return path


def entity_form(entity: BenchEntity) -> dict[str, object]:
    return {
        "id": entity.id,
        "kind": entity.kind.value,
        "noun": entity.noun,
        "name": entity.name,
        "biography": entity.biography,
        "references": list(entity.references),
    }


def photo_form(photo: BenchPhoto) -> dict[str, object]:
    """A query photo as its line says it."""
    regions = [{"box": region.box.as_list(), "entity": region.entity} for region in photo.regions]
    return {"id": photo.id, "file": photo.file, "size": list(photo.size), "regions": regions}


def _write_table(path: Path, forms: Iterable[Mapping[str, object]]) -> None:
    _write(path, (json.dumps(form, ensure_ascii=False) for form in forms))


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
