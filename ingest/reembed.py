"""Computing a gallery's embeddings in another space, from the crops that are kept."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.entity import Reference
from gallery.gallery import Gallery
from gallery.writer import Writer
from ingest.outcome import Outcome, Status
from ingest.reason import Reason
from vision.faces import FaceModel
from vision.photo import Photo
from vision.region import Region

_BATCH = 32


def reembed(gallery: Gallery, faces: FaceModel) -> Iterator[Outcome]:
    """Embed every reference that has no embedding in the model's space, then make that space the current one.

    Running it again resumes it. Embeddings of other spaces stay. A crop in which the model finds no face
    keeps its old embeddings and is skipped with a reason.
    """
    with gallery.write() as writer:
        writer.add_space(faces.space, faces.dimension, faces.name, current=False)
    after = 0
    while references := gallery.without_embedding(faces.space, after=after, limit=_BATCH):
        after = references[-1].id
        photos = [
            Photo.open(gallery.crop(reference.id), name=f"crop {reference.id}") for reference in references
        ]
        found = [
            _central(photo, regions) for photo, regions in zip(photos, faces.regions(photos), strict=True)
        ]
        with gallery.write() as writer:
            outcomes = [
                _embed(writer, reference, face) for reference, face in zip(references, found, strict=True)
            ]
        yield from outcomes
    with gallery.write() as writer:
        writer.add_space(faces.space, faces.dimension, faces.name, current=True)


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
