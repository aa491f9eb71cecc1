"""People may share a name: the question which of them is meant, or whether it is another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.web.photo_view import first_fact
from gallery.entity import Entity, EntityKind
from gallery.gallery import Gallery
from gallery.records import name_key

_MOST_KNOWN = 10  # to choose from
_FACE = 64  # CSS pixels


@dataclass(frozen=True, slots=True)
class Meant:
    """Who is meant by a name."""

    entity: Entity | None  # None: another one of the same name


def namesakes(gallery: Gallery, name: str, kind: EntityKind) -> list[Entity]:
    """Those of the gallery who are called so."""
    return [one for one in gallery.named([name]).get(name_key(name), []) if one.kind is kind]


def ask_which(gallery: Gallery, known: Sequence[Entity], *, label: str, key: str) -> Meant | None:
    """Draw who is called so, each with a button, and a button for another one; None until one is clicked."""
    meant = None
    st.info("Somebody of this name is in the gallery already. Who is this?")
    covers = gallery.covers([entity.id for entity in known[:_MOST_KNOWN]])
    for entity in known[:_MOST_KNOWN]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            if entity.id in covers:
                st.image(covers[entity.id].crop, width=_FACE, alt=entity.name)
            st.text(f"{entity.name}, number {entity.id}. {first_fact(entity)}")
            if st.button(label, key=f"{key}-to-{entity.id}"):
                meant = Meant(entity)
    if st.button("Somebody else of the same name", key=f"{key}-other"):
        meant = Meant(None)
    return meant
