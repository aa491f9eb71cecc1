"""Enrolling a source: reading and decoding in threads, inference in batches, one transaction a batch."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from gallery.entity import EntityKind, SpaceKind
from gallery.gallery import Gallery
from ingest.enrolment import Enrolment, Refresh, refused, standing_refusal
from ingest.gate import THING_RULES, EnrolmentRules
from ingest.looking import Prepared
from ingest.models import Models, WrongModelError
from ingest.outcome import Outcome, Status
from ingest.reason import Reason, Refusal
from ingest.sources.row import Labelled, Row, Unusable
from vision.embedder import Embedder
from vision.faces import FaceModel
from vision.photo import MAX_PIXELS, Photo, PhotoTooLargeError, UnreadablePhotoError
from vision.things import ThingModel

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
    thing_rules: EnrolmentRules = THING_RULES


@dataclass(frozen=True, slots=True)
class _Read:
    """A row whose bytes are in memory."""

    row: Labelled
    data: bytes
    sha256: str


_Item = Outcome | Refresh | Prepared


def ingest(
    gallery: Gallery,
    faces: FaceModel,
    rows: Iterable[Row],
    options: IngestOptions | None = None,
    *,
    things: ThingModel | None = None,
    search: Embedder | None = None,
) -> Iterator[Outcome]:
    """Enrol every row of a source; each outcome is yielded after it is committed, in the order of the rows.

    Running it again adds nothing twice, so a run that was killed is resumed by running it again.
    Without a model of `things` only people are enrolled. With an embedder for `search` the whole photos are
    embedded too, those that were enrolled before included. Raise `WrongModelError` where the gallery belongs
    to another model.
    """
    options, models = options or IngestOptions(), Models(faces, things, search)
    enrolment = _enrolment(gallery, models, options)
    with ThreadPoolExecutor(max_workers=options.jobs, thread_name_prefix="decode") as pool:
        depth = 2 * options.jobs
        read = _ahead(pool, partial(_read, things=things is not None), rows, depth)
        judged = (_judge(gallery, models, item) for item in read)
        items = _ahead(pool, lambda item: _decode(item, options.max_pixels), judged, depth)
        for batch in _batches(items):
            outcomes = enrolment.commit(batch, stop_on_refusal=options.stop_on_refusal)
            yield from outcomes
            if options.stop_on_refusal and any(outcome.status is Status.SKIPPED for outcome in outcomes):
                return


def ingest_decoded(
    gallery: Gallery,
    faces: FaceModel,
    item: Prepared,
    options: IngestOptions,
    *,
    things: ThingModel | None = None,
) -> Outcome:
    """Enrol one photo that is decoded already, as `ingest` does with those that it reads."""
    [outcome] = _enrolment(gallery, Models(faces, things), options).commit([item])
    return outcome


def _enrolment(gallery: Gallery, models: Models, options: IngestOptions) -> Enrolment:
    for kind, space in models.spaces().items():
        current = gallery.current_space(kind)
        if current is not None and current.name != space:
            raise WrongModelError(space, current.name, kind)
    rules = {EntityKind.PERSON: options.rules, EntityKind.THING: options.thing_rules}
    return Enrolment(gallery, models, rules)


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


def _read(row: Row, *, things: bool) -> _Read | Outcome:
    if isinstance(row, Unusable):
        return Outcome(row.where, Status.SKIPPED, row.reason.value, row.detail)
    if row.entity.kind is EntityKind.THING and not things:
        detail = "things need an image encoder, and there is none; 'placard models list' shows some"
        return refused(row, Refusal(Reason.NO_MODEL, detail))
    try:
        data = row.read()
    except OSError as error:
        return refused(row, Refusal(Reason.UNREADABLE, error.strerror or str(error)))
    return _Read(row, data, hashlib.sha256(data).hexdigest())


def _judge(gallery: Gallery, models: Models, item: _Read | Outcome) -> _Read | Refresh | Outcome:
    """What can be said before decoding; asked again when the row is written."""
    if isinstance(item, Outcome):
        return item
    entity, spaces = item.row.entity, models.spaces()
    with gallery.ledger() as ledger:
        standing = ledger.standing(entity.identity, item.sha256, entity.kind)
        refusal = standing_refusal(ledger, standing, entity, item.row.box)
        if refusal is not None:
            return refused(item.row, refusal, item.sha256)
        if standing.reference_id is None or standing.entity_id is None:
            return item
        if not ledger.embedded(standing.reference_id, spaces[SpaceKind.of(entity.kind)]):
            return item
        if SpaceKind.PHOTO in spaces and not ledger.photo_embedded(item.sha256, spaces[SpaceKind.PHOTO]):
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
