"""The page Ask: a photo, who is in it, and a conversation about it."""

from __future__ import annotations

import streamlit as st

from app.web.adding import add_photo, photo_source
from app.web.desk import Desk, Table
from app.web.noticing import notice, say_what_is_kept
from app.web.photo_acts import corrected_here, draw_seen, say_what_was_corrected
from app.web.resources import Workshop, workshop
from app.web.saying import say_what_was_done
from app.web.server import MAX_UPLOAD_MB
from app.web.session import renewed, session_table, switch
from app.web.starting import explain_empty
from app.web.talk import draw_conversation, draw_foot, follow
from app.web.uploads import TYPES


def ask_page() -> None:
    """Draw the page."""
    shop = workshop()
    table = session_table()
    desk = renewed(table, shop)
    if desk is None:
        _welcome(table, shop)
        return
    notice(desk, shop)
    writing = desk.unfinished()
    left, right = st.columns([11, 10], gap="large")
    with left:
        _seen(table, desk, shop)
    with right, st.container(key="conversation"):
        place = draw_conversation(desk, shop)
        _composer("Ask about this photo, or paste another", table, shop)
        with st.container():
            draw_foot(desk, shop)
    if writing is not None:
        follow(writing, place)
        st.rerun()


def _composer(hint: str, table: Table, shop: Workshop) -> None:
    """Where questions are typed and photos are pasted."""
    busy = table.current is not None and table.current.busy
    with st.container(key="composer"):
        asked = st.chat_input(
            hint, accept_file=True, file_type=TYPES, max_upload_size=MAX_UPLOAD_MB, disabled=busy, key="asked"
        )
    if asked is None:
        return
    if asked.files and not add_photo(asked.files[0].getvalue(), table, shop):
        return
    if table.current is None:
        st.info("Add a photo first; then ask about it.")
        return
    table.current.ask(asked.text, shop)
    st.rerun()


def _welcome(table: Table, shop: Workshop) -> None:
    """What a first visit shows."""
    _, middle, _ = st.columns([1, 4, 1])
    with middle:
        st.title("Who is in this photo?", anchor=False)
        st.caption(
            "Placard recognises the people of your gallery and answers questions about them with citations. "
            "The photo stays in this session: it is not kept."
        )
        with st.container():
            say_what_was_done()
            explain_empty(shop)
        say_what_is_kept(shop)
        photo_source(table, shop)
        _composer("Or paste a photo here, with a question", table, shop)


def _seen(table: Table, desk: Desk, shop: Workshop) -> None:
    """The photo with its cards, and the way to other photos."""
    with st.container(horizontal=True, vertical_alignment="center", key="photos"):
        switch(table, desk)
        with st.popover("Another photo", icon=":material/add_a_photo:"):
            photo_source(table, shop)
    with st.container():
        say_what_was_corrected(desk, shop)
        if desk.changed and corrected_here(desk) is None:
            st.info("The gallery has changed: this is who it knows now, and the conversation began anew.")
        if not desk.matches:
            found = "Nobody and nothing known" if desk.context.things else "No face"
            st.info(f"{found} was found in this photo. A larger or sharper one may help.")
        elif not desk.context.entries:
            explain_empty(shop)
        say_what_is_kept(shop)
    with st.container(key="seen"):
        draw_seen(desk, shop)
