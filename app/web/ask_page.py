"""The page Ask: a photo, who is in it, and a conversation about it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.web.adding import another_photo, photo_source, put_photo
from app.web.desk import Desk, Table
from app.web.noticing import notice, say_what_is_kept
from app.web.photo_acts import corrected_here, draw_seen, say_what_was_corrected
from app.web.plain import escaped
from app.web.resources import Workshop, workshop
from app.web.saying import say_what_was_done
from app.web.server import MAX_UPLOAD_MB
from app.web.session import renewed, session_table, switch
from app.web.starting import explain_empty
from app.web.talk import draw_conversation, draw_foot, follow
from app.web.uploads import TYPES

_ASKED = "asked"  # in the session: what is typed
_UNSENT = "unsent"  # in the session: a question that could not be asked


@dataclass(slots=True)
class _Unsent:
    text: str
    why: str
    shown: int = -1  # how many photos had come when it was put back into its place


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
    """Where questions are typed and photos are pasted; a question that cannot be asked yet stays there."""
    busy = table.current is not None and table.current.busy
    unsent: _Unsent | None = st.session_state.get(_UNSENT)
    if unsent is not None and unsent.shown != table.taken:
        st.session_state[_ASKED] = unsent.text
    with st.container(key="composer"):
        asked = st.chat_input(
            hint, accept_file=True, file_type=TYPES, max_upload_size=MAX_UPLOAD_MB, disabled=busy, key=_ASKED
        )
        if unsent is not None and unsent.shown < 0:
            st.warning(escaped(unsent.why))
    if unsent is not None:
        unsent.shown = table.taken
    if asked is None:
        return
    st.session_state.pop(_UNSENT, None)
    why_not = put_photo(asked.files[0].getvalue(), table, shop) if asked.files else ""
    if table.current is not None and not why_not:
        table.current.ask(asked.text, shop)
    else:
        st.session_state[_UNSENT] = _Unsent(asked.text, why_not or "Add a photo first; then ask about it.")
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
        another_photo(table, shop)
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
