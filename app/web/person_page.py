"""One person of the gallery: looked at, described, given photos, merged, forgotten."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from app.archives import drop_archives
from app.portable import zip_of
from app.settings import read_settings
from app.web.choosing import choose_photos
from app.web.editing import Texts, save
from app.web.enrolling import enrol, remarks, summary
from app.web.merging import draw_merging
from app.web.plain import escaped, spoken
from app.web.references import SEEN, draw_references
from app.web.rejections import draw_rejections
from app.web.resources import Workshop
from app.web.roles import ensure_editor, may_edit
from app.web.saying import say_next, say_what_was_done
from app.web.wording import photos
from gallery.entity import Entity
from gallery.gallery import Gallery
from gallery.writer import UnknownEntityError
from vision.errors import UserError

_MOST_LETTERS = 200  # of a name or noun; longer ones that a source gave stay as they are
_GIVEN = "person-photos"  # how many times photos were added: names the next uploader


def draw_person(shop: Workshop, entity_id: int) -> None:
    """Draw everything about one entity."""
    st.button("Everybody", icon=":material/arrow_back:", on_click=_leave, key="person-leave")
    with st.container():
        say_what_was_done()
    try:
        entity = shop.gallery.entity(entity_id)
    except UnknownEntityError:
        st.info("This person is not in the gallery, or not any more.")
        _hand_back(entity_id)
        return
    if f"name-{entity.id}" not in st.session_state:  # opened just now, from wherever
        begin_anew(entity.id)
    st.title(escaped(entity.name), anchor=False)
    left, right = st.columns([1, 1], gap="large")
    with left:
        draw_references(shop.gallery, entity)
        if may_edit():
            _more(shop, entity)
    with right:
        if not may_edit():
            _told(entity)
            _download(shop.gallery, entity)
            return
        _texts(shop.gallery, entity)
        with st.expander("Another entry is the same person", icon=":material/merge:"):
            draw_merging(shop.gallery, entity)
        draw_rejections(shop.gallery, entity)
        _download(shop.gallery, entity)
        _forgetting(shop.gallery, entity)


def begin_anew(entity_id: int) -> None:
    """Forget what was shown and typed before, so that the next run shows what the gallery says now."""
    for name in ("shown", "name", "noun", "biography", SEEN):
        st.session_state.pop(f"{name}-{entity_id}", None)


def _hand_back(entity_id: int) -> None:
    """Show what was written about somebody who is gone by now, and let go of what was shown of them."""
    shown: Entity | None = st.session_state.get(f"shown-{entity_id}")
    written: str = st.session_state.get(f"biography-{entity_id}", "")
    if shown is not None and written and written != shown.biography:
        st.warning("What you wrote was not saved; copy it from here if you need it.")
        st.text(written)
    begin_anew(entity_id)


def _texts(gallery: Gallery, entity: Entity) -> None:
    """Name, noun and biography; an edit is compared with what was shown first, however often it reruns."""
    shown: Entity = st.session_state.setdefault(f"shown-{entity.id}", entity)
    with st.form(f"texts-{entity.id}", border=False):
        name = _line("Name", shown.name, key=f"name-{entity.id}")
        noun = _line("Noun, as in a caption", shown.noun, key=f"noun-{entity.id}")
        biography = st.text_area("Biography", shown.biography, key=f"biography-{entity.id}", height=260)
        sent = st.form_submit_button("Save", type="primary")
    if sent:
        _save(gallery, shown, Texts(name.strip(), noun.strip(), biography))
    elif Texts.of(entity) != Texts.of(shown):
        st.warning("Somebody else has changed this since you opened the page.")
        st.button("Show what it is now", on_click=begin_anew, args=(entity.id,), key=f"newer-{entity.id}")
    there = f", there {entity.external_id}" if entity.external_id else ""
    st.caption(escaped(f"Number {entity.id}, from the source {entity.source}{there}."))


def _told(entity: Entity) -> None:
    """The texts for those who may only look."""
    st.caption(escaped(entity.noun))
    st.text(entity.biography or "No biography.")


def _line(label: str, text: str, *, key: str) -> str:
    return st.text_input(label, text, key=key, max_chars=max(_MOST_LETTERS, len(text)))


def _save(gallery: Gallery, shown: Entity, texts: Texts) -> None:
    try:
        other = save(gallery, shown, texts)
    except UserError as error:
        st.error(escaped(str(error)))
        return
    if other is None:
        begin_anew(shown.id)
        _say_and_renew(f"Saved {texts.name}.")
    st.warning("Somebody else has changed this since you opened the page; nothing was saved. Now it is:")
    st.text(f"{other.name} ({other.noun})")
    st.text(other.biography or "No biography.")
    st.caption("Save again to write yours over that.")
    st.button("Show what it is now", on_click=begin_anew, args=(shown.id,), key=f"newer-{shown.id}")
    st.session_state[f"shown-{shown.id}"] = other


def _more(shop: Workshop, entity: Entity) -> None:
    given = st.session_state.setdefault(_GIVEN, 0)
    with st.expander("Add photos", icon=":material/add_a_photo:"):
        chosen = choose_photos(shop, key=f"more-{entity.id}-{given}")
        label = f"Add {photos(len(chosen))}"
        if st.button(label, type="primary", disabled=not chosen, key=f"add-{entity.id}"):
            with st.spinner("Adding …"):
                known = shop.gallery.as_new(entity.id)
                outcomes = enrol(shop, known, chosen, biography_given=False)
            st.session_state[_GIVEN] = given + 1
            _say_and_renew(summary(outcomes, entity.name), remarks(outcomes))


def _download(gallery: Gallery, entity: Entity) -> None:
    st.download_button(
        "Download pictures and biography",
        data=lambda: zip_of(gallery, entity),
        file_name=f"{spoken(entity.name) or entity.id}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        help="A zip archive that the page Add and `placard ingest` read.",
        key=f"download-{entity.id}",
    )


def _forgetting(gallery: Gallery, entity: Entity) -> None:
    with st.expander("Forget", icon=":material/delete_forever:"):
        count = len(gallery.references(entity.id))
        also = len(gallery.merged(entity.id))
        st.text(
            f"This deletes {entity.name} with the biography, {photos(count)} with pictures and vectors"
            f"{f', and {also} merged into this one' if also else ''}, for good. "
            "The same photos are not taken again. Reports of bulk runs go too, and a run that goes on ends."
        )
        typed = st.text_input(f"Type {entity.id} to go on", key=f"typed-{entity.id}")
        if st.button("Forget for good", key=f"forget-{entity.id}", disabled=typed.strip() != str(entity.id)):
            ensure_editor()
            gone = gallery.forget(entity.id)
            drop_archives(read_settings().home, gallery.jobs)
            begin_anew(entity.id)
            st.query_params.clear()
            _say_and_renew(
                f"Forgotten, with {photos(gone.references)}.",
                () if gone.bytes_purged else (_LEFT,),
            )


_LEFT = "Another process still reads an older state; the bytes go when the gallery is opened next."


def _say_and_renew(done: str, said: tuple[str, ...] | list[str] = ()) -> NoReturn:
    """Draw everything anew from what the gallery says now."""
    say_next(done, said)
    st.rerun()


def _leave() -> None:
    st.query_params.clear()
