"""Things of a photo as regions: found by a detector or given as boxes, and embedded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from vision.box import Box
from vision.crops import Views, square, whole
from vision.detector import PERSON, Found, ThingDetector, distinct
from vision.embedder import Embedder
from vision.errors import UserError
from vision.photo import Photo
from vision.quality import measure
from vision.region import Region, RegionKind, unit

# A face of which this share lies in a body's box is that body's.
_FACE_INSIDE = 0.8
# How far down in a body's box the middle of its face can be: a seated person shows little more than a bust.
_FACE_HIGH = 0.6


@dataclass(frozen=True, slots=True)
class Seen:
    """What a detector found in one photo."""

    things: tuple[Found, ...]
    bodies: tuple[Box, ...]  # of people, surest first


class ThingModel:
    """A detector and an embedder of things. Without a detector a whole photo is taken for one thing."""

    def __init__(
        self, embedder: Embedder, detector: ThingDetector | None = None, views: Views | None = None
    ) -> None:
        self.embedder = embedder
        self.detector = detector
        self.views = views or Views()

    @property
    def name(self) -> str:
        """What to pass as `--things` to get this embedder again."""
        return self.embedder.name

    @property
    def space(self) -> str:
        """The identity of the embeddings: of the network, and of how boxes are cropped."""
        return self.views.space(self.embedder.identity)

    @property
    def dimension(self) -> int:
        """The length of an embedding."""
        return self.embedder.dimension

    def see(self, photos: Sequence[Photo], nouns: Sequence[str]) -> list[Seen]:
        """Things that one of the nouns fits, and bodies, in each photo."""
        if self.detector is None:
            return [Seen((Found(whole(photo), "", 1.0),), ()) for photo in photos]
        return [_seen(found) for found in self.detector.find(photos, [*nouns, PERSON])]

    def regions(self, photos: Sequence[Photo], found: Sequence[Sequence[Found]]) -> list[list[Region]]:
        """The regions of the things of each photo, in the same order; all crops are embedded together."""
        pairs = [(photo, one) for photo, things in zip(photos, found, strict=True) for one in things]
        embeddings = self._embedded([(photo, one.box) for photo, one in pairs])
        made = [self._region(*pair, vector) for pair, vector in zip(pairs, embeddings, strict=True)]
        ends = list(accumulate(map(len, found)))
        return [made[end - len(things) : end] for end, things in zip(ends, found, strict=True)]

    def drawn(self, photo: Photo, boxes: Sequence[Box]) -> list[Region]:
        """The regions of boxes that a user draws; raise `UserError` for one outside the photo."""
        inside = [box.clipped(photo.size) for box in boxes]
        for box, part in zip(boxes, inside, strict=True):
            if part is None:
                width, height = photo.size
                raise UserError(
                    f"The box {','.join(map(str, box.as_list()))} lies outside the photo of {width} x "
                    f"{height} pixels; give left, top, right and bottom in pixels."
                )
        return self.regions([photo], [[Found(part, "", 1.0) for part in inside if part is not None]])[0]

    def look(self, photo: Photo, nouns: Sequence[str], faces: Sequence[Region]) -> list[Region]:
        """The faces with their bodies, and the things beside them."""
        [seen] = self.see([photo], nouns)
        return [*with_bodies(faces, seen.bodies), *self.regions([photo], [seen.things])[0]]

    def _embedded(self, boxes: Sequence[tuple[Photo, Box]]) -> NDArray[np.float32]:
        """One embedding (n, d) for each box: the mean of its crops'."""
        if not boxes:  # then no network is loaded
            return np.zeros((0, 0), dtype=np.float32)
        crops = [crop for photo, box in boxes for crop in self.views.crop(photo, box)]
        vectors = self.embedder.embed(crops).reshape(len(boxes), self.views.crops, -1)
        return unit(vectors.mean(axis=1))

    def _region(self, photo: Photo, found: Found, embedding: NDArray[np.float32]) -> Region:
        return Region(
            box=found.box,
            kind=RegionKind.OBJECT,
            confidence=found.confidence,
            embedding=embedding,
            space=self.space,
            quality=measure(photo, found.box),
            noun=found.noun,
        )


def photo_space(embedder: Embedder) -> str:
    """The space of whole photos, for search."""
    return f"{embedder.identity}-photo"


def embed_photos(embedder: Embedder, photos: Sequence[Photo]) -> NDArray[np.float32]:
    """Unit embeddings (n, d) of whole photos."""
    return embedder.embed([square(photo, whole(photo)) for photo in photos])


def _seen(found: Sequence[Found]) -> Seen:
    things = tuple(one for one in distinct(found) if one.noun != PERSON)
    return Seen(things, tuple(one.box for one in found if one.noun == PERSON))


def with_bodies(faces: Sequence[Region], bodies: Sequence[Box]) -> list[Region]:
    """Each face with the body that it belongs to, if one was found; no body is given twice.

    A body holds the face in its upper part; of several the smallest is taken, for a box around two people
    holds both faces. A body without a face is nobody's: it is no region.
    """
    pairs = sorted(
        (body.area, row, number)
        for row, face in enumerate(faces)
        for number, body in enumerate(bodies)
        if _belongs(face.box, body)
    )
    taken: dict[int, int] = {}  # face to body
    for _, row, number in pairs:
        if row not in taken and number not in taken.values():
            taken[row] = number
    return [
        replace(face, body=bodies[taken[row]]) if row in taken else face for row, face in enumerate(faces)
    ]


def _belongs(face: Box, body: Box) -> bool:
    height = (face.centre[1] - body.top) / body.height
    return face.share_in(body) >= _FACE_INSIDE and height <= _FACE_HIGH
