"""Who is let in: by a token, or by Streamlit's sign-in where it is configured."""

from __future__ import annotations

import hmac
import time

import streamlit as st

from app.web.roles import may_look, sign_in_is_configured

# A wrong token costs this long, so that guessing is slow.
_DELAY_S = 1.0
_ADMITTED = "admitted"


def admit(token: str) -> None:
    """Let the session in, or ask for the token or a sign-in and end the run; without both everybody is in."""
    if sign_in_is_configured() and not may_look():
        _ask_to_sign_in()
    if token and not st.session_state.get(_ADMITTED, False):
        _ask_for(token)


def _ask_to_sign_in() -> None:
    st.title("Placard")
    if st.user.to_dict().get("is_logged_in"):
        st.error("You are signed in, but not among those who may look at this gallery.")
        st.button("Sign out", on_click=st.logout)
    else:
        st.button("Sign in", on_click=st.login, type="primary")
    st.stop()


def _ask_for(token: str) -> None:
    st.title("Placard")
    with st.form("token", border=False, width=420):
        given = st.text_input("Token", type="password", autocomplete="current-password")
        sent = st.form_submit_button("Enter", type="primary")
    if not sent:
        st.stop()
    if not hmac.compare_digest(given.encode(), token.encode()):
        time.sleep(_DELAY_S)
        st.error("This is not the token. Whoever started Placard knows it.")
        st.stop()
    st.session_state[_ADMITTED] = True
    st.rerun()
