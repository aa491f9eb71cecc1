"""What each photo of a batch shows: the face or thing that its row is about, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gallery.entity import EntityKind, NewEntity
from ingest.gate import EnrolmentRules, choose_face, choose_thing, judged
from ingest.models import Models
from ingest.reason import Reason, Refusal
from ingest.sources.row import Labelled
from vision.box import Box
from vision.detector import Found
from vision.photo import Photo
from vision.region import Region


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A row whose photo is decoded."""

    row: Labelled
    photo: Photo


def looked_at(
    batch: Sequence[Prepared], models: Models, rules: dict[EntityKind, EnrolmentRules]
) -> list[Region | Refusal]:
    """The region to enrol of each photo, or why there is none; each model sees its photos together."""
    people = [item for item in batch if item.row.entity.kind is EntityKind.PERSON]
    things = [item for item in batch if item.row.entity.kind is EntityKind.THING]
    faces = iter(_faces(people, models, rules[EntityKind.PERSON]) if people else [])
    others = iter(_things(things, models, rules[EntityKind.THING]) if things else [])
    return [next(faces if item.row.entity.kind is EntityKind.PERSON else others) for item in batch]


def _faces(batch: Sequence[Prepared], models: Models, rules: EnrolmentRules) -> Iterator[Region | Refusal]:
    found = models.faces.regions([item.photo for item in batch])
    for item, regions in zip(batch, found, strict=True):
        yield choose_face(item.photo, regions, rules, box=item.row.box)


def _things(batch: Sequence[Prepared], models: Models, rules: EnrolmentRules) -> Iterator[Region | Refusal]:
    if models.things is None:
        raise ValueError("There is no model of things; rows of things are refused before")
    chosen = _boxes(batch, models, rules)
    boxes = [[one] if isinstance(one, Found) else [] for one in chosen]
    regions = models.things.regions([item.photo for item in batch], boxes)
    for one, found in zip(chosen, regions, strict=True):
        yield judged(found[0], rules) if isinstance(one, Found) else one


def _boxes(batch: Sequence[Prepared], models: Models, rules: EnrolmentRules) -> list[Found | Refusal]:
    """Where the thing of each row is: in its box, else where the detector finds its noun."""
    unplaced = [item for item in batch if item.row.box is None]
    nouns = sorted({_noun(item.row.entity) for item in unplaced})
    seen = iter(models.things.see([item.photo for item in unplaced], nouns) if models.things else [])
    return [
        choose_thing(item.photo, next(seen).things, rules, noun=_noun(item.row.entity))
        if item.row.box is None
        else _given(item.photo, item.row.box)
        for item in batch
    ]


def _noun(entity: NewEntity) -> str:
    return entity.noun or entity.kind.value


def _given(photo: Photo, box: Box) -> Found | Refusal:
    inside = box.clipped(photo.size)
    if inside is None:
        width, height = photo.size
        detail = f"the given box {box.as_list()} lies outside the photo of {width} x {height} pixels"
        return Refusal(Reason.NO_THING, detail)
    return Found(inside, "", 1.0)
