"""Matches for the photos of a bench: as the bench says, or as the recogniser finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from evaluation.bench.bench import Bench, BenchEntity, BenchPhoto, BenchRegion
from gallery.entity import Entity, EntityKind, NewEntity
from gallery.gallery import Gallery
from ingest.outcome import Outcome
from ingest.run import ingest
from ingest.sources.row import Labelled
from retrieval.match import Candidate, Decision, Match
from retrieval.recogniser import Recogniser
from vision.box import Box
from vision.faces import FaceModel
from vision.photo import Photo
from vision.quality import Quality
from vision.region import Region, RegionKind
from vision.things import ThingModel

# A region that was found is one of the bench's where they share at least this much.
SAME_PLACE = 0.3
# Around a gold box in which no face was found, this much more is looked at again, enlarged to so many pixels.
_AGAIN, _AGAIN_SIDE = 2.0, 320
_SOURCE = "bench"


class Matcher(Protocol):
    """Says who is in a photo of a bench."""

    def matches(self, photo: Photo, told: BenchPhoto) -> list[Match]:
        """One match for each region."""


class GoldMatcher:
    """Regions and matches as the bench says."""

    def __init__(self, bench: Bench) -> None:
        self._entities = {entity.external_id: entity for entity in known_entities(bench)}

    def matches(self, photo: Photo, told: BenchPhoto) -> list[Match]:
        """Every gold region: accepted where the bench knows who it is, else unknown."""
        del photo
        return [_gold(region, self._entities) for region in told.regions]


class RetrievedMatcher:
    """Regions as the bench says; who or what they are by the recogniser."""

    def __init__(self, recogniser: Recogniser, bench: Bench) -> None:
        self._recogniser = recogniser
        self._kinds: dict[str | None, EntityKind] = {
            entity.id: entity.kind for entity in bench.entities.values()
        }
        self._kinds[None] = bench.strange

    def matches(self, photo: Photo, told: BenchPhoto) -> list[Match]:
        """The recogniser's match for each gold region; unknown where nothing can be compared in it."""
        found = self._recogniser.faces.regions([photo])[0]
        placed = [self._region(region, found, photo) for region in told.regions]
        seen = [region for region in placed if region is not None]
        matched = iter(self._recogniser.match(seen, photo=photo.sha256))
        return [
            _unknown(region.box) if part is None else _kept(next(matched))
            for region, part in zip(told.regions, placed, strict=True)
        ]

    def _region(self, told: BenchRegion, found: Sequence[Region], photo: Photo) -> Region | None:
        """A thing as if its box were drawn by hand, else the face in the box."""
        if self._kinds[told.entity] is EntityKind.THING:
            things = self._recogniser.things
            return None if things is None else things.drawn(photo, [told.box])[0]
        return self._face(told.box, found, photo)

    def _face(self, box: Box, found: Sequence[Region], photo: Photo) -> Region | None:
        """The face in a gold box, with that box."""
        best = max(found, key=lambda region: region.box.iou(box), default=None)
        if best is None or best.box.iou(box) < SAME_PLACE:
            closer = self._recogniser.faces.regions([_enlarged(photo, box)])[0]
            best = closer[0] if closer else None
        return None if best is None else replace(best, box=box, landmarks=None)


class ChainMatcher:
    """The photo alone: regions and matches by the recogniser, as for any user."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser

    def matches(self, photo: Photo, told: BenchPhoto) -> list[Match]:
        """The recogniser's matches."""
        del told
        return self._recogniser.recognise(photo)


def enrol(
    bench: Bench, gallery: Gallery, faces: FaceModel, *, things: ThingModel | None = None
) -> Iterator[Outcome]:
    """Enrol the reference photos of a bench, by the product's own ingest; one outcome a photo."""
    yield from ingest(gallery, faces, _rows(bench), things=things)


def _rows(bench: Bench) -> Iterator[Labelled]:
    for entity in bench.entities.values():
        new = NewEntity(
            entity.name, entity.kind, entity.noun, entity.biography, _SOURCE, entity.id, external_id=entity.id
        )
        for file in entity.references:
            yield Labelled(file, new, None, True, partial(Path.read_bytes, bench.folder / file))


def _known(number: int, entity: BenchEntity) -> Entity:
    noun = entity.noun or ("person" if entity.kind is EntityKind.PERSON else "object")
    return Entity(number, entity.kind, noun, entity.name, entity.biography, _SOURCE, external_id=entity.id)


def known_entities(bench: Bench) -> list[Entity]:
    """Everybody of a bench as entities of a gallery, in the order of its table."""
    return [_known(number, entity) for number, entity in enumerate(bench.entities.values(), start=1)]


def _gold(told: BenchRegion, entities: Mapping[str | None, Entity]) -> Match:
    if told.entity is None:
        return _unknown(told.box)
    entity = entities[told.entity]
    kind = RegionKind.FACE if entity.kind is EntityKind.PERSON else RegionKind.OBJECT
    return Match(_place(told.box, kind), Decision.ACCEPTED, entity, (Candidate(entity, 1.0, 0),))


def _unknown(box: Box) -> Match:
    return Match(_place(box, RegionKind.FACE), Decision.UNKNOWN, None, ())


def _kept(match: Match) -> Match:
    """The match with a place that counts even where nobody is named: the bench says that it is one.

    Contexts tell of unknown people; unknown things only take their place where things are asked for.
    """
    if match.entity is not None:
        return match
    return replace(match, region=replace(match.region, kind=RegionKind.FACE))


def _place(box: Box, kind: RegionKind) -> Region:
    """A region that no model saw: its embedding means nothing, and its space says so."""
    quality = Quality(min(box.width, box.height), 0.0, 0.5, 0.0)
    return Region(box, kind, 1.0, np.ones(1, dtype=np.float32), "gold", quality)


def _enlarged(photo: Photo, box: Box) -> Photo:
    area = box.grown(_AGAIN).clipped(photo.size) or box
    pixels = photo.pixels[area.top : area.bottom, area.left : area.right]
    scale = max(1.0, _AGAIN_SIDE / max(area.width, area.height))
    size = round(area.width * scale), round(area.height * scale)
    return Photo.from_pixels(np.asarray(Image.fromarray(pixels).resize(size)))
