"""Labelled photos whose faces are known vectors, and the face model that sees them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evaluation.identification.looking import Looked, Refused, look
from evaluation.identification.run import Findings, Protocol, identify
from evaluation.identification.seen import SeenPhotos
from gallery.entity import NewEntity
from ingest.sources.row import Labelled, Row
from retrieval.rules import MatchRules
from tests.evaluation.strangers import directions, near
from tests.fakes import region
from vision.box import Box
from vision.photo import Photo
from vision.region import Region

RULES = MatchRules(threshold=0.75, margin=0.05, band=0.1, reason="for tests")
SPACE = "painted"


class Painted:
    """A source of photos and a face model in one: it sees the vectors that each photo was made with."""

    name = SPACE
    space = SPACE
    dimension = 32
    device = "cpu (fake)"
    sure_confidence = 0.5

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.looked_at = 0  # photos
        self._faces: dict[str, list[NDArray[np.float32]]] = {}

    def add(
        self,
        person: str,
        *faces: NDArray[np.float32],
        group: str = "",
        box: Box | None = None,
        data: bytes | None = None,
    ) -> None:
        """A photo of a person in which these faces are seen, side by side."""
        data = data or _png(len(self.rows))
        self._faces[hashlib.sha256(data).hexdigest()] = list(faces)
        entity = NewEntity(person, source="painted")
        where = f"{person}/{len(self.rows)}.png"
        self.rows.append(Labelled(where, entity, box, False, lambda: data, group))

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """The faces of each photo, the first one much the largest."""
        self.looked_at += len(photos)
        return [
            [region(face, _place(number), SPACE) for number, face in enumerate(self._faces[photo.sha256])]
            for photo in photos
        ]

    def look(
        self, refused: Refused | None = None, path: Path | None = None
    ) -> tuple[list[Looked], SeenPhotos]:
        """Look at all photos."""
        memory = SeenPhotos(SPACE, path)
        return look(self.rows, self, memory, refused or Refused()), memory

    def identify(self, rules: MatchRules = RULES, *, references: int = 2) -> Findings:
        """Look at all photos and leave everybody out once, in two halves."""
        looked, memory = self.look()
        return identify(looked, self, memory, rules, Protocol(folds=2, references=references))


def crowd(people: int = 16, photos: int = 4, *, seed: int = 0) -> Painted:
    """People with a few photos each, 0.9 like one another; different people are about 0.2 alike."""
    source = Painted()
    for person, vector in enumerate(directions(people, seed=seed)):
        for number in range(photos):
            face = near(vector, 0.95, seed=1000 * person + number + seed)
            source.add(f"Person {person}", face, group="even" if person % 2 == 0 else "odd")
    return source


def _place(number: int) -> Box:
    return Box(10, 10, 90, 90) if number == 0 else Box(100 + 20 * number, 10, 116 + 20 * number, 26)


def _png(number: int) -> bytes:
    pixels = np.full((100, 200, 3), 90, dtype=np.uint8)
    pixels[0, 0] = (number % 256, number // 256 % 256, number // 65536)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
