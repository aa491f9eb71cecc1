"""A photo that somebody is to be enrolled from: its faces, and which of them can be taken."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.web.resources import Workshop
from app.web.uploads import opened
from app.wiring import match_rules
from ingest.gate import EnrolmentRules, choose_face
from ingest.reason import Reason, Refusal
from ingest.run import IngestOptions
from vision.box import Box
from vision.errors import UserError
from vision.photo import Photo, crop_of
from vision.region import Region


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face of a portrait."""

    box: Box
    crop: bytes  # JPEG
    refusal: Refusal | None  # why it cannot be enrolled; None: it can


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """An uploaded photo, looked at. Its pixels are not kept."""

    name: str  # what the file is called
    data: bytes
    sha256: str
    faces: tuple[Face, ...]  # from left to right
    clear: int | None  # the face that the photo is clearly about
    refusal: Refusal | None  # why no face is taken unless one is chosen


def ingest_options(shop: Workshop) -> IngestOptions:
    """How photos are enrolled here: as the command line does it."""
    recogniser, _ = shop.recogniser()
    look_alike = match_rules(shop.settings, shop.gallery, recogniser.faces.space).threshold
    return IngestOptions(max_pixels=shop.settings.max_pixels, rules=EnrolmentRules(look_alike=look_alike))


def portrait_of(name: str, data: bytes, shop: Workshop) -> Portrait:
    """Look for faces in an upload; one that is no photo is a portrait without any."""
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        photo = opened(data, max_pixels=shop.settings.max_pixels)
    except UserError as error:
        return Portrait(name, data, sha256, (), None, Refusal(Reason.UNREADABLE, str(error)))
    recogniser, _ = shop.recogniser()
    rules = ingest_options(shop).rules
    rules = replace(rules, min_confidence=rules.min_confidence or recogniser.faces.sure_confidence)
    regions = sorted(recogniser.faces.regions([photo])[0], key=lambda region: region.box.centre)
    chosen = choose_face(photo, regions, rules)
    faces = tuple(_face(photo, regions, region.box, rules) for region in regions)
    if isinstance(chosen, Refusal):
        return Portrait(name, data, sha256, faces, None, chosen)
    clear = next(number for number, region in enumerate(regions) if region is chosen)
    return Portrait(name, data, sha256, faces, clear, None)


def _face(photo: Photo, regions: Sequence[Region], box: Box, rules: EnrolmentRules) -> Face:
    judged = choose_face(photo, regions, rules, box=box)
    return Face(box, crop_of(photo, box), judged if isinstance(judged, Refusal) else None)
