"""Writing one batch: photos become references of entities, or refusals."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from gallery.entity import EntityKind, NewEntity, NewReference, SpaceKind
from gallery.gallery import Gallery
from gallery.ledger import Ledger, Standing
from gallery.rejection import rejected_at
from gallery.writer import Writer
from ingest.gate import EnrolmentRules
from ingest.looking import Prepared, looked_at
from ingest.models import Models, WrongModelError
from ingest.neighbours import Likeness, Neighbours
from ingest.outcome import Outcome, Status
from ingest.pictures import Pictures
from ingest.reason import Reason, Refusal
from ingest.sources.row import Labelled
from vision.box import Box
from vision.photo import Photo, crop_of
from vision.region import Region


@dataclass(frozen=True, slots=True)
class Refresh:
    """A row whose photo is enrolled already, but whose words are new."""

    row: Labelled
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """A row whose photo has a face or thing that is good enough."""

    row: Labelled
    photo: Photo
    region: Region


_Item = Outcome | Refresh | _Chosen


class Enrolment:
    """Enrols people and things into one gallery, each with the model of its kind."""

    def __init__(self, gallery: Gallery, models: Models, rules: Mapping[EntityKind, EnrolmentRules]) -> None:
        self._gallery = gallery
        self._models = models
        self._rules = dict(rules)
        people = rules[EntityKind.PERSON]
        if people.min_confidence is None:
            sure = models.faces.sure_confidence
            self._rules[EntityKind.PERSON] = replace(people, min_confidence=sure)
        self._neighbours: dict[EntityKind, Neighbours] = {}  # of the kinds that were met

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
        self._catch_up({item.row.entity.kind for item in items if isinstance(item, _Chosen)})
        pictures = self._pictures([item.photo for item in items if isinstance(item, _Chosen)])
        outcomes = []
        with self._gallery.write() as writer:
            self._check_spaces(writer)
            for item in items:
                outcomes.append(self._outcome(writer, item))
                if isinstance(item, _Chosen) and outcomes[-1].status is not Status.SKIPPED:
                    pictures.keep(writer, item.photo.sha256)
                if stop_on_refusal and outcomes[-1].status is Status.SKIPPED:
                    break
        return outcomes

    def _looked_at(self, batch: Sequence[Outcome | Refresh | Prepared]) -> list[_Item]:
        """The batch with the face or thing of each photo chosen, or refused."""
        prepared = [item for item in batch if isinstance(item, Prepared)]
        seen = iter(looked_at(prepared, self._models, self._rules))
        return [_chosen(item, next(seen)) if isinstance(item, Prepared) else item for item in batch]

    def _catch_up(self, kinds: Collection[EntityKind]) -> None:
        for kind in kinds:
            model = self._models.of(kind)
            if kind not in self._neighbours:
                self._neighbours[kind] = Neighbours(self._gallery, model.space, model.dimension)
            self._neighbours[kind].catch_up()

    def _pictures(self, photos: Sequence[Photo]) -> Pictures:
        """The embeddings of whole photos that search asks for."""
        return Pictures.of(self._models.search, photos)

    def _outcome(self, writer: Writer, item: _Item) -> Outcome:
        if isinstance(item, Outcome):
            return item
        if isinstance(item, Refresh):
            return self._refresh(writer, item)
        return self._enrol(writer, item)

    def _check_spaces(self, writer: Writer) -> None:
        """Another process may have chosen another model since this run began."""
        for kind, space in self._models.spaces().items():
            present = writer.ledger.current_space(kind)
            if present not in (None, space):
                raise WrongModelError(space, str(present), kind)

    def _announce(self, writer: Writer, kind: EntityKind) -> None:
        """Make this model the gallery's own with the first reference: refusals choose no model."""
        model, of_space = self._models.of(kind), SpaceKind.of(kind)
        if writer.ledger.current_space(of_space) is None:
            writer.add_space(model.space, model.dimension, model.name, kind=of_space)

    def _refresh(self, writer: Writer, item: Refresh) -> Outcome:
        row = item.row
        entity_id = writer.ledger.standing(row.entity.identity, item.sha256).entity_id
        if entity_id is None:  # forgotten since it was looked up
            return refused(
                row,
                Refusal(Reason.FORGOTTEN, f"this {row.entity.kind} was forgotten on request"),
                item.sha256,
            )
        changed = writer.refresh(entity_id, row.entity, biography_given=row.biography_given)
        status = Status.UPDATED if changed else Status.UNCHANGED
        return Outcome(row.where, status, name=row.entity.name, entity_id=entity_id, sha256=item.sha256)

    def _again(self, writer: Writer, item: _Chosen, reference_id: int) -> Outcome:
        """A photo that is enrolled already: twice in a batch, by a faster process, or with another model."""
        outcome = self._refresh(writer, Refresh(item.row, item.photo.sha256))
        space = item.region.space
        if writer.ledger.embedded(reference_id, space):
            return outcome
        writer.add_embedding(reference_id, space, item.region.embedding)
        return replace(outcome, status=Status.UPDATED, detail="embedded with this model")

    def _enrol(self, writer: Writer, item: _Chosen) -> Outcome:
        row, region, sha256 = item.row, item.region, item.photo.sha256
        kind = row.entity.kind
        standing = writer.ledger.standing(row.entity.identity, sha256, kind)
        if standing.reference_id is not None:
            return self._again(writer, item, standing.reference_id)
        # Nearer to somebody else is no conflict where a person said that it is not that one.
        rejected = rejected_at(standing.rejections, region.box)
        likeness = self._neighbours[kind].likeness(standing.entity_id, region.embedding, without=rejected)
        refusal = standing_refusal(writer.ledger, standing, row.entity, region.box) or _conflict(
            likeness, kind, writer.ledger
        )
        if refusal is not None:
            return refused(row, refusal, sha256)
        notes = []
        self._announce(writer, kind)
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
        notes += _doubts(likeness, self._rules[kind], kind, writer.ledger)
        reference_id = writer.add_reference(entity_id, _reference(item.photo, region), item.photo.size)
        self._neighbours[kind].add(reference_id, entity_id, region.embedding)
        detail = "; ".join(notes)
        return Outcome(
            row.where, Status.ADDED, detail=detail, name=row.entity.name, entity_id=entity_id, sha256=sha256
        )


def _chosen(item: Prepared, region: Region | Refusal) -> _Chosen | Outcome:
    if isinstance(region, Refusal):
        return refused(item.row, region, item.photo.sha256)
    return _Chosen(item.row, item.photo, region)


def _doubts(likeness: Likeness, rules: EnrolmentRules, kind: EntityKind, ledger: Ledger) -> list[str]:
    """What is worth a look though it is enrolled."""
    if likeness.own is None and likeness.other is not None and likeness.other >= rules.look_alike:
        return [f"looks like {_nearest(likeness, ledger)}"]
    if likeness.own is not None and likeness.own < rules.unlike:
        unlike = f"unlike the other photos of this {kind} (similarity {likeness.own:.2f})"
        return [f"{unlike}: is it the same one?"]
    return []


def standing_refusal(
    ledger: Ledger, standing: Standing, entity: NewEntity, box: Box | None
) -> Refusal | None:
    """The refusal that the gallery's own knowledge decides; `box` is None before a region is found."""
    if standing.reference_id is not None:  # also where somebody else in the same photo was forgotten
        return None
    if standing.forgotten:
        return Refusal(Reason.FORGOTTEN, f"this {entity.kind} or photo was forgotten on request")
    if standing.kind not in (None, entity.kind):
        detail = f"known as a {standing.kind}, and cannot be a {entity.kind} too; give another label"
        return Refusal(Reason.IDENTITY_CONFLICT, detail)
    if standing.rejects(box):
        return Refusal(Reason.REJECTED, f"somebody said that this photo does not show this {entity.kind}")
    for other in standing.others:
        if box is None or other.box.iou(box) > 0.5:
            name = ledger.name(other.entity_id)
            return Refusal(Reason.DUPLICATE, f"enrolled as {name} (entity {other.entity_id}) already")
    return None


def _conflict(likeness: Likeness, kind: EntityKind, ledger: Ledger) -> Refusal | None:
    """A later photo of an entity must be nearer to it than to any other."""
    if likeness.own is None or likeness.other is None or likeness.other <= likeness.own:
        return None
    return Refusal(
        Reason.IDENTITY_CONFLICT,
        f"nearer to {_nearest(likeness, ledger)} "
        f"than to the other photos of this {kind} ({likeness.own:.2f})",
    )


def _nearest(likeness: Likeness, ledger: Ledger) -> str:
    """Who of the others is the most similar one; without a name where they were forgotten meanwhile."""
    number = likeness.other_id
    name = ledger.name(number) if number is not None else ""
    return f"{name} (entity {number}, similarity {likeness.other:.2f})".strip()


def _reference(photo: Photo, region: Region) -> NewReference:
    return NewReference(
        photo=photo.sha256,
        box=region.box,
        quality=region.quality,
        confidence=region.confidence,
        landmarks=region.landmarks,
        crop=crop_of(photo, region.box),
        space=region.space,
        embedding=region.embedding,
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
