"""What is clicked on the cards of a photo: not this one, somebody else, take that back, look them up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from app.web.components import draw_photo
from app.web.correcting import Corrected, Undo, reject_shown, take_back
from app.web.desk import Desk
from app.web.gallery_page import open_person
from app.web.plain import escaped
from app.web.resources import Workshop
from app.web.roles import may_edit
from app.web.who_dialog import CORRECTED, ask_who
from vision.errors import UserError

_OPENED = "ask-opened"  # in the session: whose page was asked for
_ASKED = "ask-who"  # in the session: of which place of a photo it was asked who it is


def draw_seen(desk: Desk, shop: Workshop) -> None:
    """Draw the photo with its cards, and do what is clicked on them."""
    key = f"photo-{desk.photo.sha256}"
    draw_photo({**desk.view, "editable": may_edit()}, key=key, on_act=partial(_act, desk, shop, key))
    opened: int | None = st.session_state.pop(_OPENED, None)
    if opened is not None:
        open_person(opened)
    place: int | None = st.session_state.pop(_ASKED, None)
    if place is not None:
        ask_who(shop, desk, place)


def corrected_here(desk: Desk) -> Corrected | None:
    """The last correction, if it was of this photo."""
    done: Corrected | None = st.session_state.get(CORRECTED)
    return done if done is not None and done.photo == desk.photo.sha256 else None


def say_what_was_corrected(desk: Desk, shop: Workshop) -> None:
    """Say what the last correction has done, and let it be taken back."""
    done = corrected_here(desk)
    if done is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="corrected"):
        if done.done:
            st.success(escaped(done.done), width="stretch")
        if done.undo is not None:
            back = done.photo, partial(take_back, shop, done.photo, done.undo)
            st.button("Undo", key="undo", icon=":material/undo:", on_click=_correct, args=back)
    for remark in done.remarks:
        st.warning(escaped(remark))


def _act(desk: Desk, shop: Workshop, key: str) -> None:
    """Do what the browser says was clicked; it is checked, since anybody can send anything."""
    act = st.session_state[key].get("act")
    if not isinstance(act, Mapping):
        return
    kind, place, number = act.get("kind"), act.get("place"), act.get("number")
    if not isinstance(place, int) or not 0 <= place < len(desk.matches) or not isinstance(number, int):
        return
    match kind:
        case "open":
            st.session_state[_OPENED] = number
        case "who":
            st.session_state[_ASKED] = place
        case "not":
            _correct(desk.photo.sha256, partial(reject_shown, shop, desk, place, number))
        case "back":
            _correct(desk.photo.sha256, partial(take_back, shop, desk.photo.sha256, Undo((number,))))


def _correct(photo: str, correction: Callable[[], Corrected]) -> None:
    try:
        st.session_state[CORRECTED] = correction()
    except UserError as error:
        st.session_state[CORRECTED] = Corrected(photo, "", (str(error),))
