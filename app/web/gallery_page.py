"""The page Gallery: everybody who is known, a page at a time."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from app.web.person_page import begin_anew, draw_person
from app.web.plain import escaped
from app.web.resources import Workshop, workshop
from app.web.saying import say_what_was_done
from app.web.starting import explain_empty
from app.web.wording import photos
from gallery.browsing import EVERYBODY, Among, Cover
from gallery.entity import Entity, EntityKind
from gallery.gallery import Gallery

PAGE = 24
PERSON = "person"  # in the address: the id of the one who is shown
_MOST_DIGITS = 15  # of an id; what is longer is none
_CARD, _SEARCH, _SOURCE = 168, 420, 220  # widths in CSS pixels
_SEARCHED = "gallery-searched"
_LASTS = "gallery-lasts"  # the last entity of each page before this one


def gallery_page() -> None:
    """Draw the page, or the one person that its address names."""
    shop = workshop()
    person = st.query_params.get(PERSON, "")
    if person.isdecimal() and len(person) <= _MOST_DIGITS:
        draw_person(shop, int(person))
    else:
        _everybody(shop)


def open_person(entity_id: int) -> NoReturn:
    """Leave this page for the one of a person."""
    begin_anew(entity_id)
    st.switch_page(st.Page(gallery_page, url_path="gallery"), query_params={PERSON: str(entity_id)})


def _everybody(shop: Workshop) -> None:
    st.title("Gallery", anchor=False)
    with st.container():
        say_what_was_done()
    count = shop.gallery.counts().entities
    if count == 0:
        explain_empty(shop)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="gallery-filters"):
        text = st.text_input(
            f"Search among {count:,}",
            placeholder="A name, or a part of it",
            key="gallery-search",
            type="search",
            live=True,
            width=_SEARCH,
        )
        among = _among(shop.gallery)
    lasts = _lasts(text, among)
    after = lasts[-1] if lasts else None
    found = shop.gallery.page(text=text, among=among, after=after, limit=PAGE + 1)
    if not found:
        st.text(_nobody(text.strip(), among))
    with st.container(horizontal=True, key="people"):
        covers = shop.gallery.covers([entity.id for entity in found[:PAGE]])
        for entity in found[:PAGE]:
            _card(entity, covers.get(entity.id))
    _turn(lasts, found)


def _among(gallery: Gallery) -> Among:
    """The kind and the source that are chosen; neither is offered where there is only one."""
    kind, source = None, None
    if all(gallery.page(among=Among(kind=one), limit=1) for one in EntityKind):
        names = {EntityKind.PERSON: "People", EntityKind.THING: "Things"}
        kind = st.segmented_control(
            "Kind", list(EntityKind), format_func=names.__getitem__, key="gallery-kind"
        )
    sources = gallery.sources()
    if len(sources) > 1:
        source = st.selectbox(
            "Source", sources, index=None, placeholder="Any", key="gallery-source", width=_SOURCE
        )
    return Among(kind, source)


def _nobody(text: str, among: Among) -> str:
    where = "" if among == EVERYBODY else " Kind or source leave others out."
    return f"Nobody is named {text}.{where}" if text else f"There is nobody further.{where}"


def _lasts(text: str, among: Among) -> list[Entity]:
    """Where the pages before this one ended; from the beginning again where something else is searched."""
    if st.session_state.get(_SEARCHED) != (text, among):
        st.session_state[_SEARCHED], st.session_state[_LASTS] = (text, among), []
    lasts: list[Entity] = st.session_state[_LASTS]
    return lasts


def _card(entity: Entity, cover: Cover | None) -> None:
    with st.container(width=_CARD, border=True, gap="xxsmall"):
        if cover is not None:
            st.image(cover.crop, width="stretch", alt=entity.name)
        st.button(
            escaped(entity.name),
            key=f"open-{entity.id}",
            on_click=_open,
            args=(entity.id,),
            type="tertiary",
            wrap=True,
        )
        count = cover.references if cover is not None else 0
        st.caption(photos(count) if count else "No photo")


def _turn(lasts: list[Entity], found: list[Entity]) -> None:
    """The ways to the pages before and behind."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if lasts:
            st.button("Back", icon=":material/chevron_left:", on_click=_back, key="gallery-back")
        if lasts or len(found) > PAGE:
            st.caption(f"Page {len(lasts) + 1}", width="content")
        if len(found) > PAGE:
            last = found[PAGE - 1]
            st.button(
                "More",
                icon=":material/chevron_right:",
                icon_position="right",
                on_click=lasts.append,
                args=(last,),
                key="gallery-more",
            )


def _back() -> None:
    st.session_state[_LASTS].pop()


def _open(entity_id: int) -> None:
    begin_anew(entity_id)
    st.query_params[PERSON] = str(entity_id)
