"""Two entries of the gallery that are one person, and taking that back."""

from __future__ import annotations

import streamlit as st

from app.web.changing import changing
from app.web.plain import escaped
from gallery.browsing import Among
from gallery.entity import Entity
from gallery.gallery import Gallery
from retrieval.nouns import nouns_agree

_MOST_FOUND = 20
_MOST_DIGITS = 15  # of an id


def draw_merging(gallery: Gallery, entity: Entity) -> None:
    """Draw who is merged into an entity, and a search for who else is."""
    for other in gallery.merged(entity.id):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{other.name} (number {other.id}) is part of this one.")
            key = f"unmerge-{other.id}"
            st.button("Take this back", key=key, on_click=_take_back, args=(gallery, other))
    text = st.text_input("Name or number of the other entry", key=f"same-{entity.id}", live=True)
    found = _found(gallery, text.strip(), entity)
    if text.strip() and not found:
        st.text(f"Nobody else is named {text.strip()}.")
    if not found:
        return
    chosen = st.radio(
        "Which one?",
        list(found)[:_MOST_FOUND],
        format_func=lambda number: escaped(f"{found[number].name} (number {number})"),
        key=f"which-{entity.id}",
    )
    if len(found) > _MOST_FOUND:
        st.caption("There are more: type more of the name.")
    if not nouns_agree(found[chosen].noun, entity.noun):
        st.warning(
            escaped(f"{found[chosen].name} is called {found[chosen].noun}, and this one {entity.noun}.")
        )
    part = gallery, found[chosen], entity
    st.button("Make it part of this one", key=f"merge-{entity.id}", on_click=_merge, args=part)
    st.caption("Its photos count for this one; its biography rests. It can be taken back.")


def _take_back(gallery: Gallery, other: Entity) -> None:
    with changing(gallery, f"{other.name} is an entry of its own again.") as writer:
        writer.unmerge(other.id)


def _merge(gallery: Gallery, other: Entity, entity: Entity) -> None:
    with changing(gallery, f"{other.name} (number {other.id}) is now part of {entity.name}.") as writer:
        writer.merge(other.id, entity.id)


def _found(gallery: Gallery, text: str, entity: Entity) -> dict[int, Entity]:
    """Who else of its kind has a number, or a name with every word of a text."""
    if not text:
        return {}
    found = gallery.page(
        text=text, among=Among(kind=entity.kind), limit=_MOST_FOUND + 2
    )  # it may be among them
    if text.isdecimal() and len(text) <= _MOST_DIGITS:
        found = [*gallery.entities([int(text)]).values(), *found]
    return {other.id: other for other in found if other.id != entity.id and other.kind is entity.kind}
