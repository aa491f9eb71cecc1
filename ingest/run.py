"""Enrolling a source: reading and decoding in threads, inference in batches, one transaction a batch."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from gallery.entity import EntityKind
from gallery.gallery import Gallery
from ingest.enrolment import Enrolment, Prepared, Refresh, WrongModelError, refused, standing_refusal
from ingest.gate import EnrolmentRules
from ingest.outcome import Outcome, Status
from ingest.reason import Reason, Refusal
from ingest.sources.row import Labelled, Row, Unusable
from vision.faces import FaceModel
from vision.photo import MAX_PIXELS, Photo, PhotoTooLargeError, UnreadablePhotoError

# A batch is committed as a whole: enough to fill a network run, little to lose when killed.
BATCH_PHOTOS = 16
BATCH_PIXELS = 64_000_000

_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How a run behaves."""

    jobs: int = 2  # threads that read and decode
    stop_on_refusal: bool = False
    max_pixels: int = MAX_PIXELS
    rules: EnrolmentRules = field(default_factory=EnrolmentRules)


@dataclass(frozen=True, slots=True)
class _Read:
    """A row whose bytes are in memory."""

    row: Labelled
    data: bytes
    sha256: str


_Item = Outcome | Refresh | Prepared


def ingest(
    gallery: Gallery, faces: FaceModel, rows: Iterable[Row], options: IngestOptions | None = None
) -> Iterator[Outcome]:
    """Enrol every row of a source; each outcome is yielded after it is committed, in the order of the rows.

    Running it again adds nothing twice, so a run that was killed is resumed by running it again.
    Raise `WrongModelError` where the gallery belongs to another model.
    """
    options = options or IngestOptions()
    enrolment = _enrolment(gallery, faces, options)
    with ThreadPoolExecutor(max_workers=options.jobs, thread_name_prefix="decode") as pool:
        depth = 2 * options.jobs
        read = _ahead(pool, _read, rows, depth)
        judged = (_judge(gallery, faces.space, item) for item in read)
        items = _ahead(pool, lambda item: _decode(item, options.max_pixels), judged, depth)
        for batch in _batches(items):
            outcomes = enrolment.commit(batch, stop_on_refusal=options.stop_on_refusal)
            yield from outcomes
            if options.stop_on_refusal and any(outcome.status is Status.SKIPPED for outcome in outcomes):
                return


def ingest_decoded(gallery: Gallery, faces: FaceModel, item: Prepared, options: IngestOptions) -> Outcome:
    """Enrol one photo that is decoded already, as `ingest` does with those that it reads."""
    [outcome] = _enrolment(gallery, faces, options).commit([item])
    return outcome


def _enrolment(gallery: Gallery, faces: FaceModel, options: IngestOptions) -> Enrolment:
    current = gallery.current_space()
    if current is not None and current.name != faces.space:
        raise WrongModelError(faces.space, current.name)
    return Enrolment(gallery, faces, options.rules)


def _ahead(
    pool: ThreadPoolExecutor, function: Callable[[_In], _Out], items: Iterable[_In], depth: int
) -> Iterator[_Out]:
    """`function` of each item in order, computed up to `depth` items ahead."""
    waiting: deque[Future[_Out]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > depth:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _read(row: Row) -> _Read | Outcome:
    if isinstance(row, Unusable):
        return Outcome(row.where, Status.SKIPPED, row.reason.value, row.detail)
    if row.entity.kind is EntityKind.THING:
        return refused(
            row, Refusal(Reason.NO_MODEL, "only people are recognised so far; things need an object model")
        )
    try:
        data = row.read()
    except OSError as error:
        return refused(row, Refusal(Reason.UNREADABLE, error.strerror or str(error)))
    return _Read(row, data, hashlib.sha256(data).hexdigest())


def _judge(gallery: Gallery, space: str, item: _Read | Outcome) -> _Read | Refresh | Outcome:
    """What can be said before decoding; asked again when the row is written."""
    if isinstance(item, Outcome):
        return item
    with gallery.ledger() as ledger:
        standing = ledger.standing(item.row.entity.identity, item.sha256)
        refusal = standing_refusal(ledger, standing, item.row.box)
        if refusal is not None:
            return refused(item.row, refusal, item.sha256)
        if standing.reference_id is None or standing.entity_id is None:
            return item
        if not ledger.embedded(standing.reference_id, space):
            return item
        given = item.row.biography_given
        if ledger.news(standing.entity_id, item.row.entity, biography_given=given):
            return Refresh(item.row, item.sha256)
    return Outcome(
        item.row.where,
        Status.UNCHANGED,
        name=item.row.entity.name,
        entity_id=standing.entity_id,
        sha256=item.sha256,
    )


def _decode(item: _Read | Refresh | Outcome, max_pixels: int) -> _Item:
    if not isinstance(item, _Read):
        return item
    try:
        photo = Photo.open(item.data, name=item.row.where, max_pixels=max_pixels)
    except UnreadablePhotoError as error:
        return refused(item.row, Refusal(Reason.UNREADABLE, str(error)), item.sha256)
    except PhotoTooLargeError as error:
        return refused(item.row, Refusal(Reason.TOO_LARGE, str(error)), item.sha256)
    return Prepared(item.row, photo)


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    batch: list[_Item] = []
    photos = pixels = 0
    for item in items:
        batch.append(item)
        if isinstance(item, Prepared):
            photos += 1
            pixels += item.photo.size[0] * item.photo.size[1]
        if photos >= BATCH_PHOTOS or pixels >= BATCH_PIXELS or len(batch) >= 64 * BATCH_PHOTOS:
            yield batch
            batch, photos, pixels = [], 0, 0
    if batch:
        yield batch
