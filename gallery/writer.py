"""Changing a gallery: every method of one writer is part of one transaction and one revision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gallery import removing
from gallery.browsing import choose_cover
from gallery.calibration import Calibration, drop_calibration, store_calibration
from gallery.embedded import keep_space
from gallery.entity import Entity, NewEntity, NewReference, Space, SpaceKind
from gallery.ledger import Decided, Ledger
from gallery.records import (
    ENTITY_COLUMNS,
    entity_of,
    group_of,
    merge_pointers,
    name_key,
    packed,
    place_of,
    reference_values,
    root_of,
)
from gallery.rejection import box_as_text
from gallery.tables import (
    DecisionRow,
    EmbeddingRow,
    EntityRow,
    PhotoEmbeddingRow,
    PhotoRow,
    ReferenceRow,
    RevisionRow,
    Table,
)
from vision.box import Box
from vision.errors import UserError

# Run for every photo of a bulk run, so built once and on plain tables.
_TABLES = Table.metadata.tables
_ADD_ENTITY = insert(_TABLES["entities"]).returning(_TABLES["entities"].c.id)
_ADD_REFERENCE = insert(_TABLES["references"]).returning(_TABLES["references"].c.id)
_ADD_EMBEDDING = insert(_TABLES["embeddings"])
_ADD_PHOTO = insert(_TABLES["photos"])
_PHOTO = select(PhotoRow.sha256).where(PhotoRow.sha256 == bindparam("photo"))


@dataclass(frozen=True, slots=True)
class Erased:
    """The ids that a deletion removed."""

    entity_ids: tuple[int, ...]
    reference_ids: tuple[int, ...]


class UnknownEntityError(UserError):
    """An entity id that the gallery does not have."""

    def __init__(self, entity_id: int) -> None:
        super().__init__(f"No entity {entity_id} in the gallery; 'placard gallery list' shows who is there.")


class Writer:
    """One writing transaction. `Gallery.write` makes it; nothing is kept if the block ends with an error."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.ledger = Ledger(connection)
        # The first statement of every writer: it holds all others back until this one commits.
        self.revision: int = connection.execute(
            update(RevisionRow).values(value=RevisionRow.value + 1).returning(RevisionRow.value)
        ).scalar_one()

    def add(self, entity: NewEntity) -> int:
        """Add an entity and return its id; one of the same identity must not be there yet."""
        values = {
            "identity": entity.identity,
            "kind": entity.kind.value,
            "noun": entity.noun or entity.kind.value,
            "name": entity.name,
            "name_key": name_key(entity.name),
            "biography": entity.biography,
            "source": entity.source,
            "label": entity.label or entity.name,
            "external_id": entity.external_id,
            "revision": self.revision,
        }
        return int(self.connection.execute(_ADD_ENTITY, values).scalar_one())

    def entity(self, entity_id: int) -> Entity:
        """The entity as stored, merged or not."""
        row = self.connection.execute(select(*ENTITY_COLUMNS).where(EntityRow.id == entity_id)).first()
        if row is None:
            raise UnknownEntityError(entity_id)
        return entity_of(row)

    def rename(self, entity_id: int, name: str) -> None:
        """Give an entity a name that re-ingest does not take back."""
        if not name.strip():
            raise UserError("An entity needs a name, but the new name is empty")
        self._set(entity_id, name=name, name_key=name_key(name))
        self._decide(entity_id, Decided.RENAMED)

    def describe(self, entity_id: int, biography: str) -> None:
        """Give an entity a biography that re-ingest does not take back."""
        self._set(entity_id, biography=biography)
        self._decide(entity_id, Decided.DESCRIBED)

    def call(self, entity_id: int, noun: str) -> None:
        """Give an entity a noun that re-ingest does not take back."""
        if not noun.strip():
            raise UserError("An entity needs a noun such as woman or mug, but the new noun is empty")
        self._set(entity_id, noun=noun)
        self._decide(entity_id, Decided.CALLED)

    def refresh(self, entity_id: int, entity: NewEntity, *, biography_given: bool = True) -> bool:
        """Take over what a source says now, except what a person decided; True if anything changed."""
        values = self.ledger.news(entity_id, entity, biography_given=biography_given)
        if "name" in values:
            values["name_key"] = name_key(values["name"])
        if values:
            self._set(entity_id, **values)
        return bool(values)

    def merge(self, entity_id: int, into: int) -> None:
        """Let `into` stand for `entity_id`, which keeps its rows so that `unmerge` is exact."""
        pointers = merge_pointers(self.connection)
        survivor = root_of(self.entity(into).id, pointers)
        merged = self.entity(entity_id)
        if merged.merged_into is not None:
            raise UserError(
                f"Entity {entity_id} is merged into {merged.merged_into} already; unmerge it first."
            )
        if survivor == entity_id:
            raise UserError(
                f"Entity {into} stands for the same person as {entity_id}; there is nothing to merge."
            )
        if self.entity(survivor).kind is not merged.kind:
            raise UserError(f"A {merged.kind} cannot be merged into a {self.entity(survivor).kind}.")
        self._set(entity_id, merged_into=survivor)

    def unmerge(self, entity_id: int) -> None:
        """Take back one merge."""
        if self.entity(entity_id).merged_into is None:
            raise UserError(f"Entity {entity_id} is not merged into another, so nothing can be taken back.")
        self._set(entity_id, merged_into=None)

    def add_space(
        self, name: str, dimension: int, model: str, *, kind: SpaceKind = SpaceKind.FACE, current: bool = True
    ) -> None:
        """Make a space known; a current one replaces the current one of its kind before."""
        keep_space(self.connection, Space(name, dimension, model, current, 0, kind))

    def calibrate(self, calibration: Calibration) -> None:
        """Let new thresholds take the place of those before in a space that `add_space` made known."""
        store_calibration(self.connection, calibration, self.revision)

    def uncalibrate(self, space: str) -> bool:
        """Go back to the shipped thresholds of a space; False where they are in use already."""
        return drop_calibration(self.connection, space)

    def add_reference(self, entity_id: int, reference: NewReference, size: tuple[int, int]) -> int:
        """Add an enrolled region of a photo of `size` (width, height) and return its id."""
        if self.connection.execute(_PHOTO, {"photo": reference.photo}).first() is None:
            photo = {"sha256": reference.photo, "width": size[0], "height": size[1]}
            self.connection.execute(_ADD_PHOTO, photo)
        values = reference_values(entity_id, reference, self.revision)
        number = int(self.connection.execute(_ADD_REFERENCE, values).scalar_one())
        self.add_embedding(number, reference.space, reference.embedding)
        return number

    def add_embedding(self, reference_id: int, space: str, embedding: NDArray[np.float32]) -> None:
        """Add the embedding (d,) of a reference in a space that `add_space` made known."""
        values = {"reference_id": reference_id, "space": space, "revision": self.revision}
        self.connection.execute(_ADD_EMBEDDING, {**values, "vector": packed(embedding)})

    def add_photo_embedding(self, photo: str, space: str, embedding: NDArray[np.float32]) -> None:
        """Add the embedding (d,) of a whole photo of which something is enrolled."""
        values = {"photo": photo, "space": space, "vector": packed(embedding)}
        self.connection.execute(insert(PhotoEmbeddingRow), values)

    def reject(self, reference_id: int) -> None:
        """Remove a reference that shows somebody else, and remember not to enrol it for this entity again."""
        row = self._reference(reference_id)
        self.reject_in(row["entity_id"], row["photo"], place_of(row))
        self._remove(row)

    def withdraw(self, reference_id: int, *, entity_too: bool) -> bool:
        """Remove a reference as if it had never been enrolled: the same photo may come again.

        With `entity_too` its entity goes where nothing else is known of it; True where it did.
        """
        row = self._reference(reference_id)
        self._remove(row)
        return entity_too and removing.drop_if_untouched(self.connection, row["entity_id"])

    def reject_in(self, entity_id: int, photo: str, box: Box | None) -> int:
        """Remember that a place of a photo, None for all of it, does not show an entity; return the number.

        The entity is not recognised there again and not enrolled from there; what is enrolled stays.
        """
        self.entity(entity_id)
        return self._decide(entity_id, Decided.REJECTED, photo, box_as_text(box))

    def unreject(self, rejection_id: int) -> None:
        """Take back one rejection."""
        here = DecisionRow.id == rejection_id, DecisionRow.kind == Decided.REJECTED.value
        if self.connection.execute(delete(DecisionRow).where(*here)).rowcount == 0:
            raise UserError(f"There is no rejection {rejection_id}; 'placard gallery show' lists them.")

    def split(self, reference_id: int, entity: NewEntity) -> int:
        """Give a reference to an entity, new unless its identity is known, and return that one's id.

        Raise `UserError` where that one has the photo already or was said not to be there. The entity that
        had it is not given that face again. To indexes one reference goes and another one comes.
        """
        row = self._reference(reference_id)
        entity = replace(entity, kind=self.ledger.kind(row["entity_id"]))
        where = EmbeddingRow.reference_id == reference_id
        embeddings = self.connection.execute(select(EmbeddingRow.space, EmbeddingRow.vector).where(where))
        vectors = [dict(embedding) for embedding in embeddings.mappings()]
        known = self.ledger.standing(entity.identity, row["photo"])
        if known.kind not in (None, entity.kind):
            raise UserError(f"A reference of a {entity.kind} cannot be given to a {known.kind}.")
        if known.reference_id is not None:
            raise UserError(f"{entity.name} has a reference of this photo already; remove this one instead.")
        if known.rejects(place_of(row)):
            raise UserError(
                f"Somebody said that this is not {entity.name}; take that back on that page first."
            )
        self.reject_in(row["entity_id"], row["photo"], place_of(row))
        removing.remove_reference(self.connection, reference_id, self.revision)
        entity_id = self.add(entity) if known.entity_id is None else known.entity_id
        values = {name: value for name, value in row.items() if name != "id"}
        new = {**values, "entity_id": entity_id, "revision": self.revision}
        number = self.connection.execute(_ADD_REFERENCE, new).scalar_one()
        for vector in vectors:
            values = {**vector, "reference_id": number, "revision": self.revision}
            self.connection.execute(_ADD_EMBEDDING, values)
        return entity_id

    def show_as(self, entity_id: int, reference_id: int) -> None:
        """Let one of its references stand for an entity in lists."""
        self._reference(reference_id)
        choose_cover(self.connection, entity_id, reference_id)

    def erase(self, entity_id: int) -> Erased:
        """Delete an entity with everything that was merged into it, leaving keyed hashes.

        `Gallery.forget` is the way to forget somebody: it also makes the bytes leave the files.
        """
        pointers = merge_pointers(self.connection)
        group = group_of(root_of(self.entity(entity_id).id, pointers), pointers)
        rows = self.connection.execute(
            select(ReferenceRow.id, ReferenceRow.photo).where(ReferenceRow.entity_id.in_(group))
        ).all()
        identities = self.connection.execute(
            select(EntityRow.identity).where(EntityRow.id.in_(group))
        ).scalars()
        self.ledger.remember_forgotten([*identities, *(f"photo:{row.photo}" for row in rows)])
        removing.bury(self.connection, [row.id for row in rows], self.revision)
        self.connection.execute(delete(ReferenceRow).where(ReferenceRow.entity_id.in_(group)))
        # Pointers first: an entity cannot go while another one points to it.
        self.connection.execute(update(EntityRow).where(EntityRow.id.in_(group)).values(merged_into=None))
        self.connection.execute(delete(EntityRow).where(EntityRow.id.in_(group)))
        removing.drop_photos(self.connection, (row.photo for row in rows))
        removing.drop_words(self.connection, {row.photo for row in rows})
        return Erased(tuple(group), tuple(row.id for row in rows))

    def _reference(self, reference_id: int) -> dict[str, Any]:
        """All columns of a reference."""
        statement = select(_TABLES["references"]).where(ReferenceRow.id == reference_id)
        row = self.connection.execute(statement).mappings().first()
        if row is None:
            raise removing.UnknownReferenceError(reference_id)
        return dict(row)

    def _remove(self, row: dict[str, Any]) -> None:
        removing.remove_reference(self.connection, row["id"], self.revision)
        removing.drop_photos(self.connection, [row["photo"]])

    def _set(self, entity_id: int, **values: str | int | None) -> None:
        result = self.connection.execute(
            update(EntityRow).where(EntityRow.id == entity_id).values(**values, revision=self.revision)
        )
        if result.rowcount == 0:
            raise UnknownEntityError(entity_id)

    def _decide(self, entity_id: int, decided: Decided, photo: str = "", box: str = "") -> int:
        values = {"entity_id": entity_id, "kind": decided.value, "photo": photo, "box": box}
        present = self.connection.execute(select(DecisionRow.id).filter_by(**values)).scalar()
        added = insert(DecisionRow).values(**values).returning(DecisionRow.id)
        return present or self.connection.execute(added).scalar_one()
