"""The page Status: what works here, and with what."""

from __future__ import annotations

import streamlit as st

from app.web.resources import Workshop, workshop


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
    st.caption("The command placard doctor compares database, index and models.")


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
