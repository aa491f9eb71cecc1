"""Saying that a photo, or one face of it, does not show somebody, and taking that back."""

from __future__ import annotations

from pathlib import Path

from app.curation import one_of
from app.forms import printable
from app.regions import box_of
from app.settings import Settings
from gallery.entity import Reference
from gallery.gallery import Gallery
from gallery.rejection import Rejection
from vision.box import Box
from vision.errors import UserError
from vision.photo import Photo


def reject(settings: Settings, person: str, path: Path, box: str) -> None:
    """Remember that a photo, or a face of it, does not show an entity."""
    photo = Photo.open(path, max_pixels=settings.max_pixels)
    place = _box(box, photo) if box else None
    with Gallery.open(settings.gallery_url) as gallery:
        entity = one_of(gallery, person)
        with gallery.write() as writer:
            number = writer.reject_in(entity.id, photo.sha256, place)
        where = "there" if place is not None else "in this photo"
        print(printable(f"{entity.name} is not recognised {where} again, nor enrolled from it."))
        print(f"'placard gallery unreject {number}' takes it back.")
        for reference in enrolled_at(gallery, entity.id, photo.sha256, place):
            print(f"It is enrolled already, as reference {reference.id}: the page Gallery removes it.")


def unreject(settings: Settings, rejection: int) -> None:
    """Take back a rejection."""
    with Gallery.open(settings.gallery_url) as gallery:
        with gallery.write() as writer:
            writer.unreject(rejection)
        print(f"Rejection {rejection} is taken back.")


def enrolled_at(gallery: Gallery, entity_id: int, photo: str, box: Box | None) -> list[Reference]:
    """The references of an entity that come from a place of a photo, which a rejection of it contradicts."""
    return [
        reference
        for reference in gallery.references(entity_id)
        if reference.photo == photo and Rejection(0, entity_id, photo, box).covers(reference.box)
    ]


def _box(text: str, photo: Photo) -> Box:
    box = box_of(text)
    if box.clipped(photo.size) is None:
        raise UserError(
            f"Expected a --box in the photo of {photo.size[0]} x {photo.size[1]}, but got '{text}'."
        )
    return box
