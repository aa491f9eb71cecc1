"""What a face model sees in the photos of a source: looked at once, and kept so that a run can go on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from evaluation.identification.seen import Seen, SeenPhotos
from gallery.entity import EntityKind
from ingest.gate import prominence
from ingest.reason import Reason
from ingest.sources.row import Labelled, Row
from vision.box import Box
from vision.faces import FaceModel
from vision.photo import MAX_PIXELS, Photo, PhotoTooLargeError, UnreadablePhotoError
from vision.region import Region

_BATCH = 16
# A face that a source gives a box for is one that overlaps it so much, as for the enrolment gate.
_SAME = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A labelled photo and what is seen in it."""

    row: Labelled
    seen: Seen

    @property
    def person(self) -> str:
        """The identity that the source gives."""
        return self.row.entity.identity

    @property
    def judged(self) -> range | list[int]:
        """Which regions count: all, or where the source gives a box the one in it, if it was found."""
        box, regions = self.row.box, self.seen.regions
        if box is None:
            return range(len(regions))
        best = max(range(len(regions)), key=lambda index: regions[index].box.iou(box), default=None)
        return [] if best is None or regions[best].box.iou(box) < _SAME else [best]

    @property
    def main(self) -> int | None:
        """The region that the photo is about; None where no face was found."""
        regions, size = self.seen.regions, self.seen.size
        return max(self.judged, key=lambda index: prominence(regions[index], size), default=None)


@dataclass(slots=True)
class Refused:
    """Photos that cannot be looked at, by reason; they are errors and no misses."""

    reasons: Counter[str] = field(default_factory=Counter)


def look(
    rows: Sequence[Row],
    faces: FaceModel,
    memory: SeenPhotos,
    refused: Refused,
    *,
    max_pixels: int = MAX_PIXELS,
    step: Callable[[], None] = lambda: None,
) -> list[Looked]:
    """Every usable photo once, in the order of the rows."""
    known: set[tuple[str, Box | None]] = set()  # photos, and the place in them that is meant
    found: list[tuple[Labelled, str]] = []
    batch: list[Photo] = []
    for row in rows:
        step()
        opened = _opened(row, known, memory, refused, max_pixels)
        if opened is None:
            continue
        labelled, sha256, photo = opened
        found.append((labelled, sha256))
        batch += [] if photo is None else [photo]
        if len(batch) == _BATCH:
            _remember(faces, batch, memory)
            batch = []
    _remember(faces, batch, memory)
    return [Looked(row, memory.of(sha256)) for row, sha256 in found]


def _opened(
    row: Row, known: set[tuple[str, Box | None]], memory: SeenPhotos, refused: Refused, max_pixels: int
) -> tuple[Labelled, str, Photo | None] | None:
    """A row, the hash of its photo, and the photo if it is new; None where it is refused."""
    if not isinstance(row, Labelled):
        refused.reasons[row.reason.value] += 1
        return None
    if row.entity.kind is EntityKind.THING:
        refused.reasons[Reason.NO_MODEL.value] += 1
        return None
    try:
        data = row.read()
    except OSError:
        refused.reasons[Reason.UNREADABLE.value] += 1
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    if (sha256, row.box) in known:  # a probe must not be the photo that was enrolled, nor show two people
        refused.reasons[Reason.DUPLICATE.value] += 1
        return None
    photo = None
    if sha256 not in memory:
        try:
            photo = Photo.open(data, name=row.where, max_pixels=max_pixels)
        except (UnreadablePhotoError, PhotoTooLargeError) as error:
            large = isinstance(error, PhotoTooLargeError)
            refused.reasons[(Reason.TOO_LARGE if large else Reason.UNREADABLE).value] += 1
            return None
    known.add((sha256, row.box))
    return row, sha256, photo


def _remember(faces: FaceModel, photos: Sequence[Photo], memory: SeenPhotos) -> None:
    if photos:
        for photo, regions in zip(photos, faces.regions(photos), strict=True):
            memory.add(Seen(photo.sha256, photo.size, tuple(regions)))


class Remembered:
    """A face model that answers from what it saw: enrolling for every fold costs no second look."""

    def __init__(self, model: FaceModel, memory: SeenPhotos) -> None:
        self._memory = memory
        self.name, self.space, self.dimension = model.name, model.space, model.dimension
        self.device, self.sure_confidence = model.device, model.sure_confidence

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """The regions that the model found in each photo."""
        return [list(self._memory.of(photo.sha256).regions) for photo in photos]


def people_of(looked: Iterable[Looked]) -> dict[str, list[Looked]]:
    """The photos of each person, in the order of the source."""
    people: dict[str, list[Looked]] = {}
    for photo in looked:
        people.setdefault(photo.person, []).append(photo)
    return people


def people_named(rows: Iterable[Row]) -> int:
    """How many people the rows name: those whose photos can be looked at are no more."""
    labelled = (row.entity for row in rows if isinstance(row, Labelled))
    return len({entity.identity for entity in labelled if entity.kind is not EntityKind.THING})


def broken(rows: Iterable[Row]) -> Counter[str]:
    """How many rows cannot be used, whatever their photos are, by reason."""
    return Counter(row.reason.value for row in rows if not isinstance(row, Labelled))


def hashes_of(looked: Iterable[Looked]) -> Iterator[str]:
    """What the data hash of a report is made of: who is in which photo."""
    for person, sha256 in sorted((photo.person, photo.seen.photo) for photo in looked):
        yield f"{person}\x1f{sha256}"
