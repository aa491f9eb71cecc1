"""The page Status: what works here, and with what."""

from __future__ import annotations

import streamlit as st

from app.web.resources import Workshop, workshop
from app.web.roles import may_edit, sign_in_is_configured


def status_page() -> None:
    """Draw the page."""
    shop = workshop()
    st.title("Status")
    counts = shop.gallery.counts()
    with st.container(horizontal=True):
        st.metric("People and things", f"{counts.entities:,}", border=True)
        st.metric("References", f"{counts.references:,}", border=True)
        st.metric("Photos", f"{counts.photos:,}", border=True)
    _section("Gallery", {"Database": shop.gallery.location, "Revision": str(shop.gallery.revision())})
    _section("Recognition", _recognition(shop))
    _section("Answers", {"Generator": str(shop.choice), "How": shop.generator.note})
    _access(shop)
    st.caption("The command placard doctor compares database, index and models.")


def _access(shop: Workshop) -> None:
    """Who may do what here, and the way out for who is signed in."""
    if not sign_in_is_configured():
        asked = "whoever knows the token" if shop.settings.web_token.get_secret_value() else "everybody"
        place = f"The page is served at {st.get_option('server.address')} without a sign-in"
        _section("Access", {"Editors": f"{place}: {asked} who reaches it may change the gallery."})
        return
    who = str(st.user.get("email") or st.user.get("name") or st.user.get("sub") or "")
    named = "" if shop.settings.web_editors else " Nobody may: PLACARD_WEB_EDITORS names no editor."
    may = "may look, ask, and change the gallery." if may_edit() else f"may look and ask.{named}"
    _section("Access", {"Signed in": who, "Role": f"{'Editor' if may_edit() else 'Reader'}: {may}"})
    st.button("Sign out", on_click=st.logout, icon=":material/logout:")


def _recognition(shop: Workshop) -> dict[str, str]:
    recogniser, choice = shop.recogniser()
    rules = recogniser.rules
    return {
        "Face model": str(choice),
        "Device": recogniser.faces.device,
        "Space": recogniser.faces.space,
        "Named from": f"similarity {rules.threshold:.3f} and {rules.margin:.2f} ahead of the next",
        "Because": rules.reason,
        "Uncertain from": f"similarity {rules.threshold - rules.band:.3f}",
    }


def _section(title: str, facts: dict[str, str]) -> None:
    st.subheader(title, anchor=False)
    with st.container(border=True):
        for name, fact in facts.items():
            label, value = st.columns([1, 4], gap="small")
            label.caption(name)
            value.text(fact)
