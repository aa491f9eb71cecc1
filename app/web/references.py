"""The pictures of one person: how good they are, and what to do with one that shows somebody else."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app.web.enrolling import by_hand
from app.web.plain import escaped
from app.web.roles import ensure_editor, may_edit
from app.web.saying import say_next
from gallery.entity import Entity, Reference
from gallery.gallery import Gallery
from vision.errors import UserError

_PAGE = 12
_CARD = 168  # CSS pixels


def draw_references(gallery: Gallery, entity: Entity) -> None:
    """Draw the pictures of an entity and of everything merged into it."""
    references = gallery.references(entity.id)
    if not references:
        st.info("There is no photo yet, so this person is not recognised. Add one below.")
        return
    cover = gallery.covers([entity.id])[entity.id].reference_id
    shown: int = st.session_state.get(f"pictures-{entity.id}", _PAGE)
    with st.container(horizontal=True, key="pictures"):
        for reference in references[:shown]:
            with st.container(width=_CARD, border=True, gap="xsmall"):
                _draw(gallery, entity, reference, is_cover=reference.id == cover)
    if len(references) > shown:
        st.button(
            f"Show more of {len(references):,}",
            key=f"more-pictures-{entity.id}",
            on_click=_show,
            args=(entity.id, shown + _PAGE),
        )


def in_words(reference: Reference) -> str:
    """How good a picture is."""
    quality = reference.quality
    return (
        f"{quality.size} px, sharpness {quality.sharpness:.0f}, "
        f"brightness {quality.brightness:.2f}, turned {quality.yaw:.0f}°"
    )


def _show(entity_id: int, count: int) -> None:
    st.session_state[f"pictures-{entity_id}"] = count


def _draw(gallery: Gallery, entity: Entity, reference: Reference, *, is_cover: bool) -> None:
    st.image(gallery.crop(reference.id), width="stretch", alt=f"{entity.name}, photo {reference.id}")
    st.caption(escaped(in_words(reference)))
    if is_cover:
        st.caption(":material/star: The cover")
    if may_edit():
        if not is_cover and st.button("Make it the cover", key=f"cover-{reference.id}", type="tertiary"):
            _choose_cover(gallery, entity, reference)
        _correct(gallery, entity, reference)


def _choose_cover(gallery: Gallery, entity: Entity, reference: Reference) -> None:
    ensure_editor()
    try:
        with gallery.write() as writer:
            writer.show_as(entity.id, reference.id)
    except UserError as error:  # removed since it was drawn
        st.error(escaped(str(error)))
        return
    say_next(f"This picture stands for {entity.name} now.")
    st.rerun()


def _correct(gallery: Gallery, entity: Entity, reference: Reference) -> None:
    with st.popover("Not this one?", type="tertiary", key=f"wrong-{reference.id}"):
        st.caption("The same photo will not be added to this person again.")
        name = st.text_input("Who is it?", key=f"who-{reference.id}", placeholder="A name")
        if st.button("Make an entry of its own", key=f"split-{reference.id}", type="primary"):
            _split(gallery, reference, name)
        if st.button("Remove the photo", key=f"reject-{reference.id}"):
            ensure_editor()
            with gallery.write() as writer:
                writer.reject(reference.id)
            say_next(f"The photo was removed from {entity.name}.")
            st.rerun()


def _split(gallery: Gallery, reference: Reference, name: str) -> None:
    if not name.strip():
        st.error("Say who it is.")
        return
    ensure_editor()
    new = by_hand(name, "", "", photo=reference.photo, box=reference.box)
    new = replace(new, label=f"{new.label} {reference.id}")  # never the entry that it is split from
    try:
        with gallery.write() as writer:
            number = writer.split(reference.id, new)
    except UserError as error:
        st.error(escaped(str(error)))
        return
    say_next(f"{name.strip()} is an entry of its own now, number {number}.")
    st.rerun()
