"""The page Personal: say what is in a box of a photo, and talk about it at once. Nothing of it is kept."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.forms import title
from app.web.adding import another_photo, photo_source
from app.web.components import draw_box, draw_photo
from app.web.desk import Desk, Table
from app.web.enrolling import remarks
from app.web.plain import escaped, spoken
from app.web.resources import Workshop, workshop
from app.web.roles import may_edit
from app.web.saying import say_next, say_what_was_done
from app.web.session import renewed, session_table, switch
from app.web.talk import draw_conversation, draw_foot, follow
from app.web.telling import Drawing, Texts, box_of, drawing_view, keep, put, tell
from gallery.entity import EntityKind
from generation.given import Given
from ingest.outcome import Status
from vision.errors import UserError

_LONGEST_TEXT = 4000  # characters


def personal_page() -> None:
    """Draw the page."""
    shop = workshop()
    table = session_table("personal")
    desk = renewed(table, shop)
    if desk is None:
        _welcome(table, shop)
        return
    writing = desk.unfinished()
    left, right = st.columns([11, 10], gap="large")
    with left:
        _photo(table, desk, shop)
    with right, st.container(key="conversation"):
        place = draw_conversation(desk, shop)
        with st.container(key="composer"):
            asked = st.chat_input("Ask about this photo", disabled=desk.busy, key="asked-personal")
        with st.container():
            draw_foot(desk, shop)
    if asked:
        desk.ask(asked, shop)
        st.rerun()
    if writing is not None:
        follow(writing, place)
        st.rerun()


def _welcome(table: Table, shop: Workshop) -> None:
    _, middle, _ = st.columns([1, 4, 1])
    with middle:
        st.title("What only you know", anchor=False)
        st.caption(
            "Draw a box on a photo, write what you know about what is in it, and talk about it at once, "
            "beside the people who are recognised. Nothing is added to the gallery, and the photo stays in "
            "this session."
        )
        photo_source(table, shop)


def _photo(table: Table, desk: Desk, shop: Workshop) -> None:
    """The photo: to draw on, or with what is known in it."""
    with st.container():
        say_what_was_done()
    begins = None if desk.given else Drawing(0)
    drawing: Drawing | None = st.session_state.get(_state(desk), begins)
    with st.container(horizontal=True, vertical_alignment="center", key="photos"):
        switch(table, desk)
        if drawing is None:
            st.button("Add a box", icon=":material/draw:", on_click=_draw, args=(desk,), type="primary")
        elif desk.given:
            st.button("Back", icon=":material/arrow_back:", on_click=_show, args=(desk,))
        another_photo(table, shop)
    if drawing is not None:
        with st.container(key="drawn"):
            _draw_and_tell(table, desk, drawing, shop)
        return
    with st.container(key="told"):
        for number, given in enumerate(desk.given):
            _told(table, desk, given, shop, key=f"{desk.photo.sha256[:16]}-{number}")
    with st.container(key="seen"):
        # What the page Ask lets one do with a card is done there.
        cards = [{**card, "entity": None} for card in desk.view["cards"]]
        draw_photo({**desk.view, "cards": cards}, key=f"personal-{desk.photo.sha256}")


def _draw_and_tell(table: Table, desk: Desk, drawing: Drawing, shop: Workshop) -> None:
    key = f"{desk.photo.sha256[:16]}-{drawing.number}"
    drawn = draw_box(drawing_view(desk, drawing), key=f"box-{key}")
    old = drawing.changes
    with st.form(f"texts-{key}", enter_to_submit=False):
        noun, name = st.columns(2)
        texts = Texts(
            noun.text_input(
                "What is in the box?",
                value=old.noun if old else "",
                placeholder="dog, woman, mug …",
                key=f"noun-{key}",
            ),
            name.text_input(
                "Its name, if it has one",
                value=old.name if old else "",
                placeholder="Bella",
                key=f"name-{key}",
            ),
            st.text_area(
                "What do you know about it?",
                value=old.text if old else "",
                max_chars=_LONGEST_TEXT,
                placeholder="My sister's dog, afraid of thunder",
                height=90,
                key=f"text-{key}",
            ),
        )
        said = st.form_submit_button("Save" if old else "Talk about it", type="primary")
    if not said:
        return
    try:
        given = tell(desk, drawing, box_of(drawn, desk.photo.size), texts)
    except UserError as error:
        st.error(escaped(str(error)))
        return
    put(table, desk, given, shop)
    _show(desk)
    st.rerun()


def _told(table: Table, desk: Desk, given: Given, shop: Workshop, *, key: str) -> None:
    """What can be done with something that was said."""
    called = spoken(title(given))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(title(given), width="stretch")
        st.button("Edit", icon=":material/edit:", key=f"edit-{key}", on_click=_draw, args=(desk, given))
        st.button(
            "Remove",
            icon=":material/close:",
            key=f"remove-{key}",
            help=f"Take back what you said about {called}",
            on_click=partial(_remove, table, desk, given, shop),
        )
        lack = shop.why_no_things() if given.kind is EntityKind.THING and may_edit() else ""
        if may_edit():
            st.button(
                "Keep it",
                disabled=bool(lack),
                icon=":material/person_add:",
                key=f"keep-{key}",
                help=f"Add {called} to the gallery, with what this photo shows of it",
                on_click=partial(_keep, table, desk, given, shop),
            )
    if lack:
        st.caption(escaped(f"{title(given)} cannot be kept: {lack[:1].lower()}{lack[1:]}"))


def _state(desk: Desk) -> str:
    """Where the drawing on a photo is kept; each photo has its own."""
    return f"drawing-{desk.photo.sha256}"


def _draw(desk: Desk, changes: Given | None = None) -> None:
    number = st.session_state.get("drawings", 0) + 1
    st.session_state["drawings"] = number
    st.session_state[_state(desk)] = Drawing(number, changes)


def _show(desk: Desk) -> None:
    """Show what is known in the photo instead of drawing on it."""
    st.session_state[_state(desk)] = None


def _remove(table: Table, desk: Desk, given: Given, shop: Workshop) -> None:
    put(table, desk, [one for one in desk.given if one is not given], shop)


def _keep(table: Table, desk: Desk, given: Given, shop: Workshop) -> None:
    try:
        outcome = keep(table, desk, given, shop)
    except UserError as error:
        say_next("", [str(error)])
        return
    name = given.name.strip()
    kept = outcome.status is not Status.SKIPPED
    say_next(f"{name} is in the gallery now, as this photo shows it." if kept else "", remarks([outcome]))
