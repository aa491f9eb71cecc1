"""Writing one batch: photos become references of entities, or refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gallery.entity import NewReference
from gallery.gallery import Gallery
from gallery.ledger import Ledger, Standing
from gallery.rejection import rejected_at
from gallery.writer import Writer
from ingest.gate import EnrolmentRules, choose_face
from ingest.neighbours import Likeness, Neighbours
from ingest.outcome import Outcome, Status
from ingest.reason import Reason, Refusal
from ingest.sources.row import Labelled
from vision.box import Box
from vision.errors import UserError
from vision.faces import FaceModel
from vision.photo import Photo, crop_of
from vision.region import Region


class WrongModelError(UserError):
    """A gallery whose references were embedded by another model."""

    def __init__(self, asked: str, present: str) -> None:
        super().__init__(
            f"The gallery was made with {present}, so photos cannot be added with {asked}. "
            f"Leave --faces out, or run 'placard gallery reembed' first."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A row whose photo is decoded."""

    row: Labelled
    photo: Photo


@dataclass(frozen=True, slots=True)
class Refresh:
    """A row whose photo is enrolled already, but whose words are new."""

    row: Labelled
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """A row whose photo has a face that is good enough."""

    row: Labelled
    photo: Photo
    face: Region


_Item = Outcome | Refresh | _Chosen


class Enrolment:
    """Enrols into one gallery with one face model."""

    def __init__(self, gallery: Gallery, faces: FaceModel, rules: EnrolmentRules) -> None:
        self._gallery = gallery
        self._faces = faces
        self._rules = rules
        if rules.min_confidence is None:
            self._rules = replace(rules, min_confidence=faces.sure_confidence)
        self._neighbours = Neighbours(gallery, faces.space, faces.dimension)

    def commit(
        self, batch: Sequence[Outcome | Refresh | Prepared], *, stop_on_refusal: bool = False
    ) -> list[Outcome]:
        """Enrol a batch in one transaction; with `stop_on_refusal` nothing after a refusal is enrolled."""
        items = self._looked_at(batch)
        if stop_on_refusal:
            items = _until_refusal(items)
        outcomes = [item for item in items if isinstance(item, Outcome)]
        if len(outcomes) == len(items):  # nothing to write, so nothing changes, not even the revision
            return outcomes
        self._neighbours.catch_up()
        outcomes = []
        with self._gallery.write() as writer:
            self._check_space(writer)
            for item in items:
                outcomes.append(self._outcome(writer, item))
                if stop_on_refusal and outcomes[-1].status is Status.SKIPPED:
                    break
        return outcomes

    def _looked_at(self, batch: Sequence[Outcome | Refresh | Prepared]) -> list[_Item]:
        """The batch with the face of each photo chosen, or refused."""
        photos = [item.photo for item in batch if isinstance(item, Prepared)]
        faces = iter(self._faces.regions(photos) if photos else [])
        return [self._chosen(item, next(faces)) if isinstance(item, Prepared) else item for item in batch]

    def _chosen(self, item: Prepared, regions: Sequence[Region]) -> _Chosen | Outcome:
        face = choose_face(item.photo, regions, self._rules, box=item.row.box)
        if isinstance(face, Refusal):
            return refused(item.row, face, item.photo.sha256)
        return _Chosen(item.row, item.photo, face)

    def _outcome(self, writer: Writer, item: _Item) -> Outcome:
        if isinstance(item, Outcome):
            return item
        if isinstance(item, Refresh):
            return self._refresh(writer, item)
        return self._enrol(writer, item)

    def _check_space(self, writer: Writer) -> None:
        """Another process may have chosen another model since this run began."""
        present = writer.ledger.current_space()
        if present not in (None, self._faces.space):
            raise WrongModelError(self._faces.space, str(present))

    def _announce(self, writer: Writer) -> None:
        """Make this model the gallery's own with the first reference: refusals choose no model."""
        if writer.ledger.current_space() is None:
            writer.add_space(self._faces.space, self._faces.dimension, self._faces.name)

    def _refresh(self, writer: Writer, item: Refresh) -> Outcome:
        row = item.row
        entity_id = writer.ledger.standing(row.entity.identity, item.sha256).entity_id
        if entity_id is None:  # forgotten since it was looked up
            return refused(
                row, Refusal(Reason.FORGOTTEN, "this person was forgotten on request"), item.sha256
            )
        changed = writer.refresh(entity_id, row.entity, biography_given=row.biography_given)
        status = Status.UPDATED if changed else Status.UNCHANGED
        return Outcome(row.where, status, name=row.entity.name, entity_id=entity_id, sha256=item.sha256)

    def _again(self, writer: Writer, item: _Chosen, reference_id: int) -> Outcome:
        """A photo that is enrolled already: twice in a batch, by a faster process, or with another model."""
        outcome = self._refresh(writer, Refresh(item.row, item.photo.sha256))
        if writer.ledger.embedded(reference_id, self._faces.space):
            return outcome
        writer.add_embedding(reference_id, self._faces.space, item.face.embedding)
        return replace(outcome, status=Status.UPDATED, detail="embedded with this face model")

    def _enrol(self, writer: Writer, item: _Chosen) -> Outcome:
        row, face, sha256 = item.row, item.face, item.photo.sha256
        standing = writer.ledger.standing(row.entity.identity, sha256)
        if standing.reference_id is not None:
            return self._again(writer, item, standing.reference_id)
        # Nearer to somebody else is no conflict where a person said that it is not that one.
        rejected = rejected_at(standing.rejections, face.box)
        likeness = self._neighbours.likeness(standing.entity_id, face.embedding, without=rejected)
        refusal = standing_refusal(writer.ledger, standing, face.box) or _conflict(likeness)
        if refusal is not None:
            return refused(row, refusal, sha256)
        notes = []
        self._announce(writer)
        entity_id = standing.entity_id
        if entity_id is None:
            notes = [
                f"another {other.name} is known from {other.source} (entity {other.id}); "
                f"'placard gallery merge' joins them if they are one"
                for other in writer.ledger.namesakes(row.entity)
            ]
            entity_id = writer.add(row.entity)
        else:
            writer.refresh(entity_id, row.entity, biography_given=row.biography_given)
        if likeness.own is None and likeness.other is not None and likeness.other >= self._rules.look_alike:
            notes.append(f"looks like entity {likeness.other_id} (similarity {likeness.other:.2f})")
        if likeness.own is not None and likeness.own < self._rules.unlike:
            notes.append(
                f"unlike the other photos of this person (similarity {likeness.own:.2f}): is it the same one?"
            )
        reference_id = writer.add_reference(entity_id, _reference(item.photo, face), item.photo.size)
        self._neighbours.add(reference_id, entity_id, face.embedding)
        detail = "; ".join(notes)
        return Outcome(
            row.where, Status.ADDED, detail=detail, name=row.entity.name, entity_id=entity_id, sha256=sha256
        )


def standing_refusal(ledger: Ledger, standing: Standing, box: Box | None) -> Refusal | None:
    """The refusal that the gallery's own knowledge decides; `box` is the face's, None before it is found."""
    if standing.reference_id is not None:  # also where somebody else in the same photo was forgotten
        return None
    if standing.forgotten:
        return Refusal(Reason.FORGOTTEN, "this person or photo was forgotten on request")
    if standing.rejects(box):
        return Refusal(Reason.REJECTED, "somebody said that this photo does not show this person")
    for other in standing.others:
        if box is None or other.box.iou(box) > 0.5:
            name = ledger.name(other.entity_id)
            return Refusal(Reason.DUPLICATE, f"enrolled as {name} (entity {other.entity_id}) already")
    return None


def _conflict(likeness: Likeness) -> Refusal | None:
    """A later photo of a person must be nearer to the person than to anybody else."""
    if likeness.own is None or likeness.other is None or likeness.other <= likeness.own:
        return None
    return Refusal(
        Reason.IDENTITY_CONFLICT,
        f"nearer to entity {likeness.other_id} (similarity {likeness.other:.2f}) "
        f"than to the other photos of this person ({likeness.own:.2f})",
    )


def _reference(photo: Photo, face: Region) -> NewReference:
    return NewReference(
        photo=photo.sha256,
        box=face.box,
        quality=face.quality,
        confidence=face.confidence,
        landmarks=face.landmarks,
        crop=crop_of(photo, face.box),
        space=face.space,
        embedding=face.embedding,
    )


def refused(row: Labelled, refusal: Refusal, sha256: str | None = None) -> Outcome:
    """The outcome of a row that is not enrolled."""
    return Outcome(
        row.where, Status.SKIPPED, refusal.reason.value, refusal.detail, name=row.entity.name, sha256=sha256
    )


def _until_refusal(items: list[_Item]) -> list[_Item]:
    """The items up to the first one that is refused already, which is the last."""
    for number, item in enumerate(items, 1):
        if isinstance(item, Outcome) and item.status is Status.SKIPPED:
            return items[:number]
    return items
