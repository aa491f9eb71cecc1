"""Correcting who is named in a photo: who it is not, who it is, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass

from app.rejecting import enrolled_at
from app.web.desk import Desk
from app.web.editing import Texts
from app.web.enrolling import by_hand, enrol_seen, remarks, summary
from app.web.photo_view import shown_names
from app.web.resources import Workshop
from app.web.roles import ensure_editor
from gallery.entity import Entity, NewEntity
from gallery.gallery import Gallery
from gallery.removing import UnknownReferenceError
from gallery.writer import Writer
from ingest.outcome import Outcome, Status
from vision.box import Box
from vision.errors import UserError


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A reference that a correction has added."""

    reference: int
    name: str  # of whom it was enrolled for
    is_new: bool  # whether they were added with it


@dataclass(frozen=True, slots=True)
class Undo:
    """What a correction has written, and all that taking it back removes."""

    rejections: tuple[int, ...] = ()
    enrolled: Enrolled | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction has done, to be said beside the photo."""

    photo: str  # the hash of the one that it is about
    done: str
    remarks: tuple[str, ...] = ()
    undo: Undo | None = None


def reject_shown(shop: Workshop, desk: Desk, place: int, entity_id: int) -> Corrected:
    """Remember that a region is not the one that it is shown to be; raise `UserError` where it is not so."""
    ensure_editor()
    match = desk.matches[place]
    entity = next((one for one in shown_names(match) if one.id == entity_id), None)
    if entity is None:
        raise UserError("The photo shows somebody else by now; look again.")
    photo, box = desk.photo.sha256, match.region.box
    with shop.gallery.write() as writer:
        number = writer.reject_in(entity_id, photo, box)
    said: tuple[str, ...] = ()
    if enrolled_at(shop.gallery, entity_id, photo, box):
        said = (f"This very picture is kept as one of {entity.name}: open that page to remove it.",)
    return Corrected(photo, f"This is not {entity.name}: remembered for this photo.", said, Undo((number,)))


def name_shown(shop: Workshop, desk: Desk, place: int, known: Entity | str) -> Corrected:
    """Enrol a region for somebody, known or new by name; whoever it was shown to be, it is not.

    Raise `UserError` with the reason where the photo is not good enough. Unless it is enrolled, nothing is
    changed.
    """
    ensure_editor()
    match, photo = desk.matches[place], desk.photo
    new = _entity(shop.gallery, known, photo.sha256, match.region.box)
    others = [one for one in shown_names(match) if not isinstance(known, Entity) or one.id != known.id]
    with shop.gallery.write() as writer:
        before = {one.id for one in writer.ledger.rejections(photo.sha256)}
        numbers = [writer.reject_in(other.id, photo.sha256, match.region.box) for other in others]
    outcome = enrol_seen(shop, new, photo, match.region.box)
    stored = sorted(set(numbers) - before)
    if outcome.status in (Status.SKIPPED, Status.UNCHANGED):
        with shop.gallery.write() as writer:
            for number in stored:
                writer.unreject(number)
    if outcome.status is Status.SKIPPED:
        raise UserError(f"Nothing was changed: {outcome.detail}.")
    said = summary([outcome], new.name), tuple(remarks([outcome]))
    if outcome.status is Status.UNCHANGED:
        return Corrected(photo.sha256, *said)
    enrolled = _enrolled(shop.gallery, outcome, is_new=isinstance(known, str))
    return Corrected(photo.sha256, *said, Undo(tuple(stored), enrolled))


def take_back(shop: Workshop, photo: str, undo: Undo) -> Corrected:
    """Take back all that is left of a correction of a photo; raise `UserError` where a rejection has gone."""
    ensure_editor()
    with shop.gallery.write() as writer:
        if undo.enrolled is None:
            said, left = "Taken back.", set(undo.rejections)
        else:
            said = _withdraw(writer, undo.enrolled)
            left = {one.id for one in writer.ledger.rejections(photo)}  # each may be taken back by itself
        for number in left & set(undo.rejections):
            writer.unreject(number)
    return Corrected(photo, said)


def _withdraw(writer: Writer, enrolled: Enrolled) -> str:
    try:
        with_entry = writer.withdraw(enrolled.reference, entity_too=enrolled.is_new)
    except UnknownReferenceError:
        return f"Taken back; the picture of {enrolled.name} had gone already."
    entry = ", and the new entry" if with_entry else ""
    return f"Taken back: the picture of {enrolled.name} was removed{entry}."


def _enrolled(gallery: Gallery, outcome: Outcome, *, is_new: bool) -> Enrolled | None:
    """The reference that came of enrolling a photo; None where it was there before."""
    if outcome.status is not Status.ADDED or outcome.sha256 is None:
        return None
    here = gallery.shown_in([outcome.sha256])[outcome.sha256]
    number = next(one.id for one in here if one.entity_id == outcome.entity_id)
    return Enrolled(number, outcome.name or "", is_new)


def _entity(gallery: Gallery, known: Entity | str, photo: str, box: Box) -> NewEntity:
    if isinstance(known, Entity):
        return gallery.as_new(known.id)
    if not known.strip():
        raise UserError("Give a name.")
    return by_hand(gallery, Texts(known), photo=photo, box=box)
