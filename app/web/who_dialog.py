"""The question who somebody in a photo is: a person of the gallery, or a new one."""

from __future__ import annotations

import streamlit as st

from app.web.correcting import Corrected, name_shown
from app.web.desk import Desk
from app.web.plain import escaped
from app.web.resources import Workshop
from gallery.entity import Entity
from vision.errors import UserError
from vision.photo import crop_of

CORRECTED = "ask-corrected"  # in the session: what the last correction has done
_MOST_FOUND = 6
_MOST_LETTERS = 200  # of a name
_FACE, _CROP = 44, 96  # CSS pixels


@st.dialog("Who is this?")
def ask_who(shop: Workshop, desk: Desk, place: int) -> None:
    """Draw the question; an answer is enrolled, and the page is drawn anew."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(
            crop_of(desk.photo, desk.matches[place].region.box), width=_CROP, alt="The face that is meant"
        )
        st.caption(
            "A small picture of the face is kept with whom you choose, so that they are recognised. "
            "Otherwise nothing is kept of photos that you ask about."
        )
    known = choose_who(shop)
    if known is not None:
        _answer(shop, desk, place, known)


def choose_who(shop: Workshop) -> Entity | str | None:
    """Let the user name somebody, of the gallery or new; None until one is clicked."""
    chosen: Entity | str | None = None
    text = st.text_input(
        "Name",
        placeholder="Somebody of the gallery, or a new name",
        key="who-name",
        live=True,
        max_chars=_MOST_LETTERS,
    ).strip()
    if not text:
        return None
    found = shop.gallery.page(text=text, limit=_MOST_FOUND + 1)
    covers = shop.gallery.covers([entity.id for entity in found])
    for entity in found[:_MOST_FOUND]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"who-row-{entity.id}"):
            if entity.id in covers:
                st.image(covers[entity.id].crop, width=_FACE, alt="")
            if st.button(
                f"{escaped(entity.name)}, number {entity.id}", key=f"who-{entity.id}", type="tertiary"
            ):
                chosen = entity
    if len(found) > _MOST_FOUND:
        st.caption("There are more: type more of the name.")
    if st.button(f"A new person: {escaped(text)}", key="who-new", icon=":material/person_add:"):
        chosen = text
    return chosen


def _answer(shop: Workshop, desk: Desk, place: int, known: Entity | str) -> None:
    try:
        with st.spinner("Adding …"):
            done: Corrected = name_shown(shop, desk, place, known)
    except UserError as error:
        st.warning(escaped(str(error)))
        return
    st.session_state[CORRECTED] = done
    st.rerun()
