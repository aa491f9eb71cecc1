"""What the gallery already knows about an entity and a photo: the questions that ingest asks first."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, bindparam, insert, select

from gallery.calibration import Stored, stored_calibration
from gallery.entity import Entity, EntityKind, NewEntity, Reference, SpaceKind
from gallery.records import (
    ENTITY_COLUMNS,
    REFERENCE_COLUMNS,
    entity_of,
    merge_pointers,
    name_key,
    reference_of,
    root_of,
)
from gallery.rejection import REJECTED, Rejection, rejections_in, rejections_of
from gallery.tables import (
    DecisionRow,
    EmbeddingRow,
    EntityRow,
    ForgottenRow,
    NoteRow,
    PhotoEmbeddingRow,
    ReferenceRow,
    SpaceRow,
)
from vision.box import Box

_KEY = "forgotten-key"


# Asked for every photo of a bulk run: building a statement anew costs more than running it.
_ENTITY = select(EntityRow.id, EntityRow.kind).where(EntityRow.identity == bindparam("identity"))
_OWNERS = select(*REFERENCE_COLUMNS).where(ReferenceRow.photo == bindparam("photo"))
_OWNERS_OF_KIND = _OWNERS.join(EntityRow, EntityRow.id == ReferenceRow.entity_id).where(
    EntityRow.kind == bindparam("kind")
)
_DECIDED = select(DecisionRow.kind).where(
    DecisionRow.entity_id == bindparam("entity_id"), DecisionRow.photo == bindparam("photo")
)
_NAMESAKES = (
    select(*ENTITY_COLUMNS)
    .where(EntityRow.name_key == bindparam("name_key"), EntityRow.identity != bindparam("identity"))
    .order_by(EntityRow.id)
    .limit(10)
)
_EMBEDDED = select(EmbeddingRow.space).where(
    EmbeddingRow.reference_id == bindparam("reference_id"), EmbeddingRow.space == bindparam("space")
)
_CURRENT_SPACE = select(SpaceRow.name).where(SpaceRow.current, SpaceRow.kind == bindparam("kind"))
_PHOTO_EMBEDDED = select(PhotoEmbeddingRow.space).where(
    PhotoEmbeddingRow.photo == bindparam("photo"), PhotoEmbeddingRow.space == bindparam("space")
)
_NOTE = select(NoteRow.value).where(NoteRow.name == bindparam("name"))


class Decided(StrEnum):
    """What a person can decide about an entity."""

    RENAMED = "renamed"
    DESCRIBED = "described"
    CALLED = "called"  # by another noun
    REJECTED = REJECTED  # this photo, or this place of it, does not show the entity


@dataclass(frozen=True, slots=True)
class Standing:
    """What the gallery says about enrolling one photo for one identity."""

    entity_id: int | None  # as stored, a merge is not resolved; None for a new identity
    kind: EntityKind | None  # what it is as stored
    reference_id: int | None  # this photo is enrolled for this identity already
    others: tuple[Reference, ...]  # references of the same photo that belong to others of the same kind
    rejections: tuple[Rejection, ...]  # of this photo: what a person said about this entity and about others
    stands_for: int | None  # the entity after all merges
    forgotten: bool  # the identity or the photo belongs to somebody who was forgotten

    def rejects(self, box: Box | None) -> bool:
        """Whether a person said that this place of the photo, None for any, does not show the entity."""
        return any(one.entity_id == self.stands_for and one.covers(box) for one in self.rejections)


class Ledger:
    """Answers from one connection, so from one snapshot or from inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standing(self, identity: str, photo: str, kind: EntityKind = EntityKind.PERSON) -> Standing:
        """Where an identity and a photo (its SHA-256) stand; `kind` is what would be enrolled."""
        known = self._connection.execute(_ENTITY, {"identity": identity}).first()
        entity_id = None if known is None else known.id
        rows = self._connection.execute(_OWNERS_OF_KIND, {"photo": photo, "kind": kind.value})
        owners = [reference_of(row) for row in rows]
        own = next((reference.id for reference in owners if reference.entity_id == entity_id), None)
        rejections = self.rejections(photo)
        pointers = merge_pointers(self._connection) if rejections else {}
        return Standing(
            entity_id=entity_id,
            kind=None if known is None else EntityKind(known.kind),
            reference_id=own,
            others=tuple(reference for reference in owners if reference.entity_id != entity_id),
            rejections=tuple(rejections),
            stands_for=None if entity_id is None else root_of(entity_id, pointers),
            forgotten=self._is_forgotten((identity, f"photo:{photo}")),
        )

    def news(self, entity_id: int, entity: NewEntity, *, biography_given: bool) -> dict[str, str]:
        """The columns in which a source differs from an entity, without those that a person decided."""
        columns = (EntityRow.name, EntityRow.biography, EntityRow.noun)
        present = self._connection.execute(select(*columns).where(EntityRow.id == entity_id)).one()
        decided = self.decided(entity_id)
        values: dict[str, str] = {}
        if Decided.RENAMED not in decided and present.name != entity.name:
            values["name"] = entity.name
        if biography_given and Decided.DESCRIBED not in decided and present.biography != entity.biography:
            values["biography"] = entity.biography
        if entity.noun and Decided.CALLED not in decided and present.noun != entity.noun:
            values["noun"] = entity.noun
        return values

    def namesakes(self, entity: NewEntity) -> list[Entity]:
        """Other entities of the same kind and name; a thing is never one with a person."""
        same = {"name_key": name_key(entity.name), "identity": entity.identity}
        rows = self._connection.execute(_NAMESAKES, same)
        return [other for other in map(entity_of, rows) if other.kind is entity.kind]

    def name(self, entity_id: int) -> str:
        """The name of an entity as stored; empty where it is gone."""
        name = self._connection.execute(select(EntityRow.name).where(EntityRow.id == entity_id)).scalar()
        return name or ""

    def kind(self, entity_id: int) -> EntityKind:
        """What an entity is."""
        kind = self._connection.execute(select(EntityRow.kind).where(EntityRow.id == entity_id)).scalar_one()
        return EntityKind(kind)

    def current_space(self, kind: SpaceKind = SpaceKind.FACE) -> str | None:
        """The space that new photos are embedded in."""
        return self._connection.execute(_CURRENT_SPACE, {"kind": kind.value}).scalar()

    def photo_embedded(self, photo: str, space: str) -> bool:
        """Whether a whole photo has an embedding in a space."""
        found = self._connection.execute(_PHOTO_EMBEDDED, {"photo": photo, "space": space})
        return found.first() is not None

    def calibration(self, space: str) -> Stored | None:
        """The calibration of a space; None where there is none."""
        return stored_calibration(self._connection, space)

    def embedded(self, reference_id: int, space: str) -> bool:
        """Whether a reference has an embedding in a space."""
        found = self._connection.execute(_EMBEDDED, {"reference_id": reference_id, "space": space})
        return found.first() is not None

    def owners(self, photo: str) -> list[Reference]:
        """The references enrolled from a photo."""
        rows = self._connection.execute(_OWNERS, {"photo": photo})
        return [reference_of(row) for row in rows]

    def decided(self, entity_id: int, photo: str = "") -> set[Decided]:
        """What was decided about an entity, or about one photo of it."""
        kinds = self._connection.execute(_DECIDED, {"entity_id": entity_id, "photo": photo}).scalars()
        return {Decided(kind) for kind in kinds}

    def rejections(self, photo: str) -> list[Rejection]:
        """Everything that people said not to be in a photo."""
        return rejections_in(self._connection, photo)

    def rejections_of(self, entity_id: int) -> list[Rejection]:
        """Where people said an entity, or one that is merged into it, not to be."""
        return rejections_of(self._connection, entity_id)

    def remember_forgotten(self, texts: Iterable[str]) -> None:
        """Keep a keyed hash of each text, so that re-ingest can refuse what it stands for."""
        key = self._key()
        if key is None:
            key = secrets.token_hex(32)
            self._connection.execute(insert(NoteRow).values(name=_KEY, value=key))
        hashes = {_keyed(key, text) for text in texts}
        present = set(self._connection.execute(select(ForgottenRow.key)).scalars())
        new = [{"key": value} for value in sorted(hashes - present)]
        if new:
            self._connection.execute(insert(ForgottenRow), new)

    def _is_forgotten(self, texts: tuple[str, ...]) -> bool:
        key = self._key()
        if key is None:
            return False
        hashes = [_keyed(key, text) for text in texts]
        found = self._connection.execute(select(ForgottenRow.key).where(ForgottenRow.key.in_(hashes)))
        return found.first() is not None

    def _key(self) -> str | None:
        return self._connection.execute(_NOTE, {"name": _KEY}).scalar()


def _keyed(key: str, text: str) -> str:
    return hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()
