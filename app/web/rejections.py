"""Where people said that somebody is not, and taking that back."""

from __future__ import annotations

import streamlit as st

from app.web.changing import changing
from gallery.entity import Entity
from gallery.gallery import Gallery
from gallery.rejection import Rejection

_PAGE = 20
_SIGNS = 12  # of a photo's hash, as the command line shows it


def draw_rejections(gallery: Gallery, entity: Entity) -> None:
    """Draw the photos of which somebody said that they do not show an entity, newest first."""
    with gallery.ledger() as ledger:
        rejections = ledger.rejections_of(entity.id)
    if not rejections:
        return
    with st.expander("Photos that do not show this one", icon=":material/person_off:"):
        st.caption("Nobody is named so there again, and nothing is enrolled from there.")
        for one in rejections[: -_PAGE - 1 : -1]:
            _draw(gallery, one)
        if len(rejections) > _PAGE:
            shown = f"The newest {_PAGE} of {len(rejections):,}; `placard gallery show` lists all."
            st.caption(shown)


def _draw(gallery: Gallery, rejection: Rejection) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_in_words(rejection))
        key = f"unreject-{rejection.id}"
        st.button("Take this back", key=key, on_click=_take_back, args=(gallery, rejection))


def _take_back(gallery: Gallery, rejection: Rejection) -> None:
    with changing(gallery, "Taken back: this one may be named there again.") as writer:
        writer.unreject(rejection.id)


def _in_words(rejection: Rejection) -> str:
    box = rejection.box
    where = f"the face at {','.join(map(str, box.as_list()))}" if box is not None else "all of it"
    return f"Photo {rejection.photo[:_SIGNS]}, {where}"
