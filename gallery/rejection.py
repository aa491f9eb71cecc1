"""What people said is not there: this photo, or this place of it, does not show this entity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from gallery.records import group_of, merge_pointers, root_of
from gallery.tables import DecisionRow
from vision.box import Box

REJECTED = "rejected"
# How far two boxes overlap (intersection over union) that mean one face: those of dlib and of an InsightFace
# pack had 0.54 to 0.85 on 42 faces, those of neighbours in a photo next to nothing.
SAME_PLACE = 0.4

_COLUMNS = (DecisionRow.id, DecisionRow.entity_id, DecisionRow.photo, DecisionRow.box)
_IN_PHOTO = (
    select(*_COLUMNS)
    .where(DecisionRow.photo == bindparam("photo"), DecisionRow.kind == REJECTED)
    .order_by(DecisionRow.id)
)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A person's word that an entity is not in a place of a photo."""

    id: int
    entity_id: int  # merges resolved: what was said of one holds for who stands for it
    photo: str
    box: Box | None  # None: nowhere in the photo

    def covers(self, box: Box | None) -> bool:
        """Whether it is about what is in `box`; None is any place of the photo."""
        return self.box is None or box is None or self.box.iou(box) >= SAME_PLACE


def rejections_in(connection: Connection, photo: str) -> list[Rejection]:
    """Everything that was said not to be in a photo."""
    rows = connection.execute(_IN_PHOTO, {"photo": photo}).all()
    if not rows:  # as nearly always: who is merged need not be read
        return []
    pointers = merge_pointers(connection)
    return [_rejection(number, root_of(of, pointers), where, box) for number, of, where, box in rows]


def rejections_of(connection: Connection, entity_id: int) -> list[Rejection]:
    """Where an entity, or one that is merged into it, was said not to be."""
    pointers = merge_pointers(connection)
    group = group_of(entity_id, pointers)
    found = select(*_COLUMNS).where(DecisionRow.entity_id.in_(group), DecisionRow.kind == REJECTED)
    rows = connection.execute(found.order_by(DecisionRow.id))
    return [_rejection(number, root_of(of, pointers), where, box) for number, of, where, box in rows]


def rejected_at(rejections: Sequence[Rejection], box: Box) -> frozenset[int]:
    """Who was said not to be in a place, merges resolved."""
    return frozenset(one.entity_id for one in rejections if one.covers(box))


def box_as_text(box: Box | None) -> str:
    """The form in which the place of a decision is stored, empty where it is about no place."""
    return "" if box is None else ",".join(map(str, box.as_list()))


def _rejection(number: int, entity_id: int, photo: str, box: str) -> Rejection:
    return Rejection(number, entity_id, photo, Box(*map(int, box.split(","))) if box else None)
