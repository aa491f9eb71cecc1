"""The pictures of one person: how good they are, and what to do with one that shows somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app.web.changing import changing
from app.web.editing import Texts
from app.web.enrolling import by_hand
from app.web.namesakes import ask_which, namesakes
from app.web.plain import escaped
from app.web.roles import may_edit
from gallery.entity import Entity, Reference
from gallery.gallery import Gallery
from gallery.removing import UnknownReferenceError

SEEN = "pictures-seen"  # in the session, by entity: the references that were there when the page was drawn
_PAGE = 12
_CARD = 168  # CSS pixels


def draw_references(gallery: Gallery, entity: Entity) -> None:
    """Draw the pictures of an entity and of everything merged into it."""
    references = gallery.references(entity.id)
    with st.container():
        _say_what_went(gallery, entity, references)
    if not references:
        st.info("There is no photo yet, so this person is not recognised. Add one below.")
        return
    merged = {other.id: other for other in gallery.merged(entity.id)}
    covers = gallery.covers([entity.id])
    cover = covers[entity.id].reference_id if entity.id in covers else None
    shown: int = st.session_state.get(f"pictures-{entity.id}", _PAGE)
    with st.container(horizontal=True, key="pictures"):
        for reference in references[:shown]:
            with st.container(width=_CARD, border=True, gap="xsmall"):
                _draw(gallery, entity, reference, is_cover=reference.id == cover)
                if reference.entity_id in merged:
                    other = merged[reference.entity_id]
                    st.caption(f":material/merge: From {escaped(other.name)}, number {other.id}")
                if may_edit():
                    _change(gallery, entity, reference, is_cover=reference.id == cover)
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


def _say_what_went(gallery: Gallery, entity: Entity, references: Sequence[Reference]) -> None:
    """Say it where pictures that were drawn before are gone: what was clicked on them did nothing."""
    key = f"{SEEN}-{entity.id}"
    before: frozenset[int] = st.session_state.get(key, frozenset())
    now = frozenset(reference.id for reference in references)
    st.session_state[key] = now
    gone = sum(not _is_there(gallery, number) for number in before - now)  # a merge may be taken back
    if gone:
        are = "photo that was here is" if gone == 1 else "photos that were here are"
        st.warning(f"{gone:,} {are} gone already: removed, or given to somebody else, in another tab.")


def _is_there(gallery: Gallery, reference_id: int) -> bool:
    try:
        gallery.crop(reference_id)
    except UnknownReferenceError:
        return False
    return True


def _draw(gallery: Gallery, entity: Entity, reference: Reference, *, is_cover: bool) -> None:
    try:
        crop = gallery.crop(reference.id)
    except UnknownReferenceError:  # removed since it was looked up; the next run says so
        return
    st.image(crop, width="stretch", alt=f"{entity.name}, photo {reference.id}")
    st.caption(escaped(in_words(reference)))
    if is_cover:
        st.caption(":material/star: The cover")


def _change(gallery: Gallery, entity: Entity, reference: Reference, *, is_cover: bool) -> None:
    """What can be done with a picture."""
    if not is_cover and st.button("Make it the cover", key=f"cover-{reference.id}", type="tertiary"):
        with changing(gallery, f"This picture stands for {entity.name} now.") as writer:
            writer.show_as(entity.id, reference.id)
        st.rerun()
    with st.popover("Not this one?", type="tertiary", key=f"wrong-{reference.id}"):
        st.caption("The same photo will not be added to this person again.")
        _split(gallery, entity, reference)
        if st.button("Remove the photo", key=f"reject-{reference.id}"):
            with changing(gallery, f"The photo was removed from {entity.name}.") as writer:
                writer.reject(reference.id)
                _let_go(entity, reference)
            st.rerun()


def _split(gallery: Gallery, entity: Entity, reference: Reference) -> None:
    """Give a picture to somebody else; where somebody of that name is known, the question who stays below."""
    name = st.text_input("Who is it?", key=f"who-{reference.id}", placeholder="A name").strip()
    asked = f"who-asked-{reference.id}"
    if not st.button("Give it to them", key=f"split-{reference.id}", type="primary") and (
        st.session_state.get(asked) != name
    ):
        return
    if not name:
        st.error("Say who it is.")
        return
    new = by_hand(gallery, Texts(name), photo=reference.photo, box=reference.box)
    new = replace(new, label=f"{new.label} {reference.id}")  # never the entry that it is split from
    done = f"The photo was given to {name}, an entry of its own now."
    known = [one for one in namesakes(gallery, name, entity.kind) if one.id != entity.id]
    if known:
        st.session_state[asked] = name
        meant = ask_which(gallery, known, label="This one", key=f"split-{reference.id}")
        if meant is None:
            return
        if meant.entity is not None:
            new = gallery.as_new(meant.entity.id)
            done = f"The photo was given to {meant.entity.name}, number {meant.entity.id}."
    with changing(gallery, done) as writer:
        writer.split(reference.id, new)
        _let_go(entity, reference)
    st.rerun()


def _let_go(entity: Entity, reference: Reference) -> None:
    """That this picture goes is known here."""
    key = f"{SEEN}-{entity.id}"
    st.session_state[key] -= {reference.id}
