"""Adding photos of one person through the gate that every source goes through."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from app.web.choosing import Chosen
from app.web.editing import Texts
from app.web.portrait import ingest_options
from app.web.resources import Workshop
from app.web.roles import ensure_editor
from app.web.wording import photos as counted
from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from gallery.records import name_key
from ingest.looking import Prepared
from ingest.outcome import Outcome, Status
from ingest.run import ingest, ingest_decoded
from ingest.sources.row import Labelled
from vision.box import Box
from vision.photo import Photo

SOURCE = "web"  # what the gallery says about where people come from who were added here


def by_hand(gallery: Gallery, texts: Texts, *, photo: str, box: Box | None = None) -> NewEntity:
    """A new person; the hash of a photo of theirs and their face in it tell people of the same name apart.

    Who is enrolled twice from the same face is the same person: so a double click makes one. Who was renamed
    since is not meant by the first name.
    """
    face = "" if box is None else f" {','.join(map(str, box.as_list()))}"
    name = texts.name.strip()
    label = f"{name} {photo[:16]}{face}"
    new = NewEntity(
        name=name, noun=texts.noun.strip(), biography=texts.biography.strip(), source=SOURCE, label=label
    )
    with gallery.ledger() as ledger:
        for number in count(2):
            known = ledger.standing(new.identity, photo).entity_id
            if known is None or name_key(ledger.name(known)) == name_key(name):
                break
            new = replace(new, label=f"{label} {number}")
    return new


def enrol(
    shop: Workshop, entity: NewEntity, photos: Sequence[Chosen], *, biography_given: bool
) -> list[Outcome]:
    """Enrol photos of one person, new or known; one outcome a photo.

    Raise `UserError` for another model, and in a session that may only look.
    """
    ensure_editor()
    recogniser, _ = shop.recogniser()
    rows = [
        Labelled(photo.name, entity, photo.box, biography_given, io.BytesIO(photo.data).getvalue)
        for photo in photos
    ]
    return list(ingest(shop.gallery, recogniser.faces, rows, ingest_options(shop)))


def enrol_seen(shop: Workshop, entity: NewEntity, photo: Photo, box: Box) -> Outcome:
    """Enrol a face or thing of a photo that is open, through the same gate. Raise `UserError` as `enrol`."""
    ensure_editor()
    things = shop.things() if entity.kind is EntityKind.THING else None
    recogniser, _ = shop.recogniser()
    row = Labelled("The photo", entity, box, False, photo.pixels.tobytes)  # its file is not at hand any more
    item = Prepared(row, photo)
    return ingest_decoded(shop.gallery, recogniser.faces, item, ingest_options(shop), things=things)


def summary(outcomes: Sequence[Outcome], name: str) -> str:
    """What became of the photos of one person, in a sentence."""
    added = sum(outcome.status is Status.ADDED for outcome in outcomes)
    if not added:
        return f"Nothing was added to {name}."
    return f"Added {counted(added)} of {name}."


def remarks(outcomes: Sequence[Outcome]) -> list[str]:
    """What is to be known about single photos: refusals with their reasons, and doubts."""
    said = []
    for outcome in outcomes:
        if outcome.status is Status.SKIPPED:
            said.append(f"{outcome.photo} was not taken: {outcome.detail}")
        elif outcome.status is Status.UNCHANGED:
            said.append(f"{outcome.photo} is there already.")
        elif outcome.detail:
            said.append(f"{outcome.photo}: {outcome.detail}")
    return said
