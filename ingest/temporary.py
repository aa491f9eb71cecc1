"""A gallery for one conversation: reference photos with texts given on the spot, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from gallery.gallery import Gallery
from ingest.outcome import Status
from ingest.reason import Reason
from ingest.run import IngestOptions, ingest
from ingest.sources.row import Labelled
from vision.errors import UserError
from vision.faces import FaceModel
from vision.things import ThingModel


def temporary_gallery() -> Gallery:
    """An empty gallery in memory, gone when it is closed."""
    return Gallery.open("sqlite://")


def enrol_given(
    gallery: Gallery,
    rows: Sequence[Labelled],
    faces: FaceModel,
    *,
    things: ThingModel | None = None,
    options: IngestOptions | None = None,
) -> None:
    """Enrol all of a few references; raise `UserError` where one of them cannot be recognised by."""
    for outcome in ingest(gallery, faces, rows, options, things=things):
        if outcome.status is Status.SKIPPED:
            several = outcome.reason in (Reason.SEVERAL_FACES, Reason.SEVERAL_THINGS)
            more = " A reference is taken as it is: crop it to that one." if several else ""
            raise UserError(f"The reference {outcome.photo} cannot be used: {outcome.detail}.{more}")
