"""What can be done with unknown faces that are kept: naming, ignoring, deleting."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import streamlit as st

from app.web.editing import Texts
from app.web.enrolling import by_hand
from app.web.portrait import ingest_options
from app.web.resources import Workshop
from app.web.roles import ensure_editor, sign_in_is_configured
from gallery.entity import Entity
from ingest.outcome import Outcome, Status
from ingest.run import ingest
from ingest.sources.row import Labelled
from vision.errors import UserError


def who() -> str:
    """Who does something, for the record."""
    if not sign_in_is_configured():
        return "an editor without a sign-in"
    return str(st.user.get("email") or st.user.get("name") or st.user.get("sub") or "an editor")


def switch_on(shop: Workshop, purpose: str, days: int) -> None:
    """Begin to keep unknown faces; raise `UserError` where it may not be."""
    ensure_editor()
    shop.gallery.strangers.switch_on(purpose, days, who=who())


def switch_off(shop: Workshop) -> int:
    """Delete all unknown faces and keep none any more; how many went."""
    ensure_editor()
    return shop.gallery.strangers.switch_off(who=who())


def name_faces(shop: Workshop, faces: Sequence[int], known: Entity | str) -> list[Outcome]:
    """Enrol faces for somebody, known or new by name, through the gate; those are unknown no more.

    Raise `UserError` where none is good enough; then nothing is changed.
    """
    ensure_editor()
    crops = shop.gallery.strangers.crops(faces)
    if not crops:
        raise UserError("These faces are gone by now.")
    first = hashlib.sha256(next(iter(crops.values()))).hexdigest()
    if isinstance(known, Entity):
        new = shop.gallery.as_new(known.id)
    else:
        new = by_hand(shop.gallery, Texts(known), photo=first)
    rows = [
        Labelled(f"Face {number}", new, None, False, io.BytesIO(crop).getvalue)
        for number, crop in crops.items()
    ]
    recogniser, _ = shop.recogniser()
    outcomes = list(ingest(shop.gallery, recogniser.faces, rows, ingest_options(shop)))
    taken = {outcome.photo: outcome for outcome in outcomes if outcome.status is not Status.SKIPPED}
    if not taken:
        raise UserError(f"Nothing was changed: {outcomes[0].detail}.")
    entity_id = next(iter(taken.values())).entity_id
    shop.gallery.strangers.delete(
        [number for number in crops if f"Face {number}" in taken],
        who=who(),
        why=f"named as number {entity_id} of the gallery",
    )
    return outcomes


def ignore(shop: Workshop, group: int) -> None:
    """Keep no face of a group any more."""
    ensure_editor()
    shop.gallery.strangers.ignore(group, who=who())


def stop_ignoring(shop: Workshop) -> None:
    """Forget who was to be ignored."""
    ensure_editor()
    shop.gallery.strangers.stop_ignoring(who=who())


def delete(shop: Workshop, faces: Sequence[int]) -> None:
    """Delete faces."""
    ensure_editor()
    shop.gallery.strangers.delete(faces, who=who())
