"""One person of the gallery: looked at, described, merged, forgotten."""

from __future__ import annotations

import streamlit as st

from app.web.editing import save
from app.web.plain import escaped
from app.web.resources import Workshop
from gallery.entity import Entity
from gallery.gallery import Gallery
from gallery.writer import UnknownEntityError
from vision.errors import UserError

_MOST_SHOWN = 60  # references
_DONE = "person-done"  # what was done in the run before, to be said once


def draw_person(shop: Workshop, entity_id: int) -> None:
    """Draw everything about one entity."""
    st.button("Everybody", icon=":material/arrow_back:", on_click=_leave, key="person-leave")
    try:
        entity = shop.gallery.entity(entity_id)
    except UnknownEntityError:
        st.info("This person is not in the gallery, or not any more.")
        return
    say_what_was_done()
    left, right = st.columns([2, 3], gap="large")
    with left:
        _references(shop.gallery, entity)
    with right:
        _texts(shop.gallery, entity)
        _merging(shop.gallery, entity)
        _forgetting(shop.gallery, entity)


def say_what_was_done() -> None:
    """Say once what the run before has changed."""
    if said := st.session_state.pop(_DONE, ""):
        st.success(escaped(said))


def _references(gallery: Gallery, entity: Entity) -> None:
    references = gallery.references(entity.id)
    st.caption(f"{len(references)} reference{'' if len(references) == 1 else 's'}")
    columns = st.columns(2)
    for number, reference in enumerate(references[:_MOST_SHOWN]):
        with columns[number % 2]:
            st.image(gallery.crop(reference.id), width="stretch")
            quality = reference.quality
            st.caption(f"{quality.size} px, sharpness {quality.sharpness:.0f}, turned {quality.yaw:.0f}°")


def _texts(gallery: Gallery, entity: Entity) -> None:
    """Name and biography; what was shown first is what an edit is compared with, however often it reruns."""
    shown: Entity = st.session_state.setdefault(f"shown-{entity.id}", entity)
    with st.form(f"texts-{entity.id}", border=False):
        name = st.text_input("Name", shown.name, key=f"name-{entity.id}", max_chars=200)
        biography = st.text_area("Biography", shown.biography, key=f"biography-{entity.id}", height=280)
        sent = st.form_submit_button("Save", type="primary")
    if sent:
        _save(gallery, shown, name.strip(), biography)
    if entity.external_id or entity.source:
        st.caption(escaped(f"From {entity.source}, number {entity.id}. {entity.external_id or ''}"))


def _save(gallery: Gallery, shown: Entity, name: str, biography: str) -> None:
    try:
        other = save(gallery, shown, name, biography)
    except UserError as error:
        st.error(escaped(str(error)))
        return
    if other is None:
        _say_and_renew(shown.id, f"Saved {name}.")
        return
    st.warning("Somebody else has changed this since you opened the page; nothing was saved. Now it is:")
    st.text(other.name)
    st.text(other.biography or "No biography.")
    st.caption("Save again to write yours over that, or open the person anew to begin from it.")
    st.session_state[f"shown-{shown.id}"] = other


def _merging(gallery: Gallery, entity: Entity) -> None:
    merged = gallery.merged(entity.id)
    with st.expander(f"Merge ({len(merged)} merged into this one)" if merged else "Merge"):
        for other in merged:
            st.text(f"{other.name} (number {other.id})")
            if st.button("Take the merge back", key=f"unmerge-{other.id}"):
                with gallery.write() as writer:
                    writer.unmerge(other.id)
                _say_and_renew(entity.id, f"{other.name} is a person of their own again.")
        number = st.text_input("Number of the one who is the same", key=f"same-{entity.id}")
        if st.button("Treat them as this person", key=f"merge-{entity.id}") and number.strip().isdecimal():
            try:
                with gallery.write() as writer:
                    writer.merge(int(number), entity.id)
            except UserError as error:
                st.error(escaped(str(error)))
                return
            _say_and_renew(entity.id, f"Number {number.strip()} is now part of {entity.name}.")


def _forgetting(gallery: Gallery, entity: Entity) -> None:
    with st.expander("Forget"):
        count = len(gallery.references(entity.id))
        also = len(gallery.merged(entity.id))
        st.text(
            f"This deletes {entity.name} with the biography, {count} references with pictures and vectors"
            f"{f', and {also} merged into this one' if also else ''}, for good."
        )
        typed = st.text_input(f"Type {entity.id} to go on", key=f"typed-{entity.id}")
        if st.button("Forget for good", key=f"forget-{entity.id}", disabled=typed.strip() != str(entity.id)):
            gone = gallery.forget(entity.id)
            st.query_params.clear()
            _say_and_renew(entity.id, f"Forgotten: {gone.entities} entity, {gone.references} references.")


def _say_and_renew(entity_id: int, said: str) -> None:
    """Draw everything anew from what the gallery says now."""
    for key in (f"shown-{entity_id}", f"name-{entity_id}", f"biography-{entity_id}"):
        st.session_state.pop(key, None)
    st.session_state[_DONE] = said
    st.rerun()


def _leave() -> None:
    st.query_params.clear()
