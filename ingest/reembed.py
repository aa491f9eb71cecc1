"""Computing a gallery's embeddings in another space, from the crops that are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gallery.entity import EntityKind, Reference, SpaceKind
from gallery.gallery import Gallery
from gallery.writer import Writer
from ingest.outcome import Outcome, Status
from ingest.reason import Reason
from vision.box import Box
from vision.crops import whole
from vision.detector import Found
from vision.faces import FaceModel
from vision.photo import Photo, place_in_crop
from vision.region import Region
from vision.things import ThingModel

_BATCH = 32


def reembed(gallery: Gallery, faces: FaceModel) -> Iterator[Outcome]:
    """Embed every face that has no embedding in the model's space, then make that space the current one.

    Running it again resumes it. Embeddings of other spaces stay. A crop in which the model finds no face
    keeps its old embeddings and is skipped with a reason.
    """

    def look(crops: list[_Crop]) -> list[Region | None]:
        photos = [crop.photo for crop in crops]
        return [_central(photo, found) for photo, found in zip(photos, faces.regions(photos), strict=True)]

    return _reembed(gallery, faces, EntityKind.PERSON, look)


def reembed_things(gallery: Gallery, things: ThingModel) -> Iterator[Outcome]:
    """As `reembed` for things. Where each is in its crop is known, so that nothing has to be found again."""

    def look(crops: list[_Crop]) -> list[Region | None]:
        boxes = [[Found(_place(gallery, crop), "", 1.0)] for crop in crops]
        return [found[0] for found in things.regions([crop.photo for crop in crops], boxes)]

    return _reembed(gallery, things, EntityKind.THING, look)


@dataclass(frozen=True, slots=True, eq=False)
class _Crop:
    """What is kept of a reference, decoded."""

    reference: Reference
    photo: Photo


def _reembed(
    gallery: Gallery,
    model: FaceModel | ThingModel,
    kind: EntityKind,
    look: Callable[[list[_Crop]], list[Region | None]],
) -> Iterator[Outcome]:
    of_space = SpaceKind.of(kind)
    after = 0
    while references := gallery.without_embedding(model.space, kind=kind, after=after, limit=_BATCH):
        after = references[-1].id
        crops = [_Crop(one, Photo.open(gallery.crop(one.id), name=f"crop {one.id}")) for one in references]
        found = look(crops)
        with gallery.write() as writer:  # the space too: a model that cannot look leaves none behind
            writer.add_space(model.space, model.dimension, model.name, kind=of_space, current=False)
            outcomes = [_embed(writer, one, region) for one, region in zip(references, found, strict=True)]
        yield from outcomes
    with gallery.write() as writer:
        writer.add_space(model.space, model.dimension, model.name, kind=of_space, current=True)


def _place(gallery: Gallery, crop: _Crop) -> Box:
    size = gallery.photo_size(crop.reference.photo)
    place = place_in_crop(crop.reference.box, size, crop.photo.size)
    return place.clipped(crop.photo.size) or whole(crop.photo)


def _central(photo: Photo, regions: list[Region]) -> Region | None:
    """The face in the middle: a crop is centred on its reference."""
    middle = photo.size[0] / 2, photo.size[1] / 2
    return min(
        regions,
        key=lambda region: (region.box.centre[0] - middle[0]) ** 2 + (region.box.centre[1] - middle[1]) ** 2,
        default=None,
    )


def _embed(writer: Writer, reference: Reference, face: Region | None) -> Outcome:
    where = f"reference {reference.id}"
    if face is None:
        detail = "this model finds no face in the crop that is kept, so it will not be recognised by it"
        return Outcome(where, Status.SKIPPED, Reason.NO_FACE.value, detail, entity_id=reference.entity_id)
    if reference not in writer.ledger.owners(reference.photo):
        detail = "it was deleted while the model looked at its crop"
        return Outcome(where, Status.SKIPPED, Reason.FORGOTTEN.value, detail)
    if writer.ledger.embedded(reference.id, face.space):  # another process was faster
        return Outcome(where, Status.UNCHANGED, entity_id=reference.entity_id, sha256=reference.photo)
    writer.add_embedding(reference.id, face.space, face.embedding)
    return Outcome(where, Status.ADDED, entity_id=reference.entity_id, sha256=reference.photo)
