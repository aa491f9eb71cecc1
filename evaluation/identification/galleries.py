"""Galleries in memory: enrolled through the gate, and others made of what it let in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.identification.impostors import Faces, faces_in
from evaluation.identification.looking import Looked
from evaluation.identification.probes import Probe, probed
from gallery.entity import NewEntity, NewReference
from gallery.gallery import Gallery
from ingest.outcome import Status
from ingest.run import IngestOptions, ingest
from retrieval.recogniser import Recogniser
from retrieval.rules import rules_for
from vision.box import Box
from vision.device import Device
from vision.faces import FaceModel
from vision.quality import Quality
from vision.region import unit

_NOWHERE = Box(0, 0, 1, 1)
_UNKNOWN = Quality(size=1, sharpness=0.0, brightness=0.5, yaw=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """A gallery and who is in it."""

    gallery: Gallery
    numbers: dict[str, int]  # entity of each person; those are missing whom the gate refused
    refused: Counter[str]  # photos that were to be enrolled, by reason

    def embeddings(self, space: str) -> Faces:
        """All embeddings of it."""
        return faces_in(self.gallery, space)

    def try_photos(
        self, model: FaceModel, device: Device, *, known: Sequence[Looked], strangers: Sequence[Looked]
    ) -> list[Probe]:
        """Recognise photos as the product does."""
        recogniser = Recogniser(self.gallery, model, device=device)
        tried = [(photo, True, self.numbers.get(photo.person)) for photo in known]
        tried += [(photo, False, None) for photo in strangers]
        probes = []
        for photo, is_known, number in tried:
            matches = recogniser.match(photo.seen.regions, photo=photo.seen.photo)
            probes.append(probed(photo, matches, known=is_known, entity_id=number))
        return probes


@contextmanager
def enrolled(photos: Sequence[Looked], model: FaceModel, options: IngestOptions) -> Iterator[Enrolled]:
    """A gallery of these photos, enrolled as any source is."""
    with Gallery.open("sqlite://") as gallery:
        numbers: dict[str, int] = {}
        refused: Counter[str] = Counter()
        outcomes = ingest(gallery, model, [photo.row for photo in photos], options)
        for photo, outcome in zip(photos, outcomes, strict=True):
            if outcome.status is Status.SKIPPED:
                refused[outcome.reason or ""] += 1
            elif outcome.entity_id is not None:
                numbers[photo.person] = outcome.entity_id
        yield Enrolled(gallery, numbers, refused)


@contextmanager
def rebuilt(faces: Faces, space: str, people: dict[str, int]) -> Iterator[Enrolled]:
    """A gallery that holds exactly these embeddings; `people` says whose they are."""
    with Gallery.open("sqlite://") as gallery:
        numbers: dict[int, int] = {}
        with gallery.write() as writer:
            writer.add_space(space, faces.vectors.shape[1], space)
            for position, (owner, vector) in enumerate(
                zip(faces.owners.tolist(), faces.vectors, strict=True)
            ):
                if owner not in numbers:
                    numbers[owner] = writer.add(NewEntity(str(owner)))
                writer.add_reference(numbers[owner], _reference(str(position), vector, space), (1, 1))
        kept = {person: numbers[owner] for person, owner in people.items() if owner in numbers}
        yield Enrolled(gallery, kept, Counter())


def averaged(faces: Faces) -> Faces:
    """One embedding for each person: the mean of all, at unit length."""
    people, starts = np.unique(faces.owners, return_index=True)
    return Faces(unit(np.add.reduceat(faces.vectors, starts, axis=0)), people)


def part_of(faces: Faces, count: int, *, seed: int) -> Faces:
    """The embeddings of so many people, drawn by seed."""
    return faces.of(_drawn(faces.people, count, seed))


def _drawn(people: NDArray[np.int64], count: int, seed: int) -> Collection[int]:
    return [int(number) for number in np.random.default_rng(seed).choice(people, size=count, replace=False)]


def _reference(photo: str, vector: NDArray[np.float32], space: str) -> NewReference:
    return NewReference(photo, _NOWHERE, _UNKNOWN, 1.0, None, b"", space, vector)


def gate_for(space: str) -> float:
    """The similarity from which the gate reports a look-alike, as `placard ingest` has it."""
    return rules_for(space).threshold
