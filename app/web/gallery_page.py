"""The page Gallery: everybody who is known, a page at a time."""

from __future__ import annotations

from itertools import islice

import streamlit as st

from app.web.person_page import draw_person, say_what_was_done
from app.web.plain import escaped
from app.web.resources import Workshop, workshop
from gallery.entity import Entity
from gallery.gallery import Gallery

PAGE = 24
_COLUMNS = 4
PERSON = "person"  # in the address: the id of the one who is shown
_SEARCHED = "gallery-searched"
_STARTS = "gallery-starts"  # the id after which each page up to this one begins


def gallery_page() -> None:
    """Draw the page, or the one person that its address names."""
    shop = workshop()
    person = st.query_params.get(PERSON, "")
    if person.isdecimal():
        draw_person(shop, int(person))
    else:
        _everybody(shop)


def _everybody(shop: Workshop) -> None:
    st.title("Gallery")
    say_what_was_done()
    if shop.gallery.counts().entities == 0:
        st.info("Nobody is known yet. Fill the gallery on the command line: `placard ingest FOLDER`.")
        return
    text = st.text_input("Search", placeholder="A name, or a part of it", key="gallery-search")
    starts = _starts(text)
    found = list(islice(shop.gallery.iterate(text=text, after=starts[-1], limit=PAGE + 1), PAGE + 1))
    if not found:
        st.text(f"Nobody is named {text.strip()}.")
    for row in range(0, len(found[:PAGE]), _COLUMNS):
        for column, entity in zip(st.columns(_COLUMNS), found[row : min(row + _COLUMNS, PAGE)], strict=False):
            with column:
                _card(shop.gallery, entity)
    _turn(starts, found)


def _starts(text: str) -> list[int]:
    """Where the pages begin; from the beginning again where something else is searched."""
    if st.session_state.get(_SEARCHED) != text:
        st.session_state[_SEARCHED], st.session_state[_STARTS] = text, [0]
    starts: list[int] = st.session_state[_STARTS]
    return starts


def _card(gallery: Gallery, entity: Entity) -> None:
    with st.container(border=True):
        references = gallery.references(entity.id)
        if references:
            st.image(gallery.crop(references[0].id), width="stretch")
        st.text(entity.name)
        st.caption(f"{len(references)} reference{'' if len(references) == 1 else 's'}")
        label = f"Open {escaped(entity.name)}"
        st.button(label, key=f"open-{entity.id}", on_click=_open, args=(entity.id,), width="stretch")


def _turn(starts: list[int], found: list[Entity]) -> None:
    with st.container(horizontal=True):
        if len(starts) > 1:
            st.button("Back", icon=":material/chevron_left:", on_click=_back, key="gallery-back")
        if len(found) > PAGE:
            following = found[PAGE - 1].id
            st.button(
                "More",
                icon=":material/chevron_right:",
                on_click=starts.append,
                args=(following,),
                key="gallery-more",
            )


def _back() -> None:
    st.session_state[_STARTS].pop()


def _open(entity_id: int) -> None:
    st.query_params[PERSON] = str(entity_id)
