"""Choosing the photos of one person, and the face in each that is meant."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import streamlit as st

from app.web.plain import escaped
from app.web.portrait import Face, Portrait, portrait_of
from app.web.resources import Workshop
from app.web.server import MAX_UPLOAD_MB
from app.web.uploads import TYPES
from ingest.reason import Reason
from vision.box import Box

MOST_PHOTOS = 20
_MOST_FACES = 24
_WIDTH = 104  # of a face, in CSS pixels


@dataclass(frozen=True, slots=True)
class Chosen:
    """A photo with the face that is meant; it passes the gate unless the gallery itself objects."""

    name: str
    data: bytes
    sha256: str
    box: Box


def choose_photos(shop: Workshop, *, key: str) -> list[Chosen]:
    """Draw an uploader and what was found in each photo; return those of which a face can be taken."""
    files = st.file_uploader(
        "Photos",
        type=TYPES,
        accept_multiple_files=True,
        max_upload_size=MAX_UPLOAD_MB,
        key=f"{key}-files",
        label_visibility="collapsed",
    )
    if len(files) > MOST_PHOTOS:
        st.warning(f"The first {MOST_PHOTOS} photos are taken. More of them go in a zip archive.")
    if not files:
        return []
    chosen = []
    for portrait in _looked_at([(file.name, file.getvalue()) for file in files[:MOST_PHOTOS]], shop, key):
        with st.container(border=True):
            face = _draw(portrait, key=f"{key}-{portrait.sha256[:16]}")
        if face is not None and face.refusal is None:
            chosen.append(Chosen(portrait.name, portrait.data, portrait.sha256, face.box))
    return chosen


def _looked_at(files: list[tuple[str, bytes]], shop: Workshop, key: str) -> list[Portrait]:
    """The portraits of the uploads, each photo once; those that were looked at before are remembered."""
    space = shop.recogniser()[0].faces.space
    known: dict[tuple[str, str], Portrait] = st.session_state.get(f"{key}-portraits", {})
    found: dict[tuple[str, str], Portrait] = {}
    for name, data in files:
        one = hashlib.sha256(data).hexdigest(), space
        if one not in found and one not in known:
            with st.spinner("Looking at the photo …"):
                known = {**known, one: portrait_of(name, data, shop)}
        found.setdefault(one, known[one])
    st.session_state[f"{key}-portraits"] = found
    return list(found.values())


def _draw(portrait: Portrait, *, key: str) -> Face | None:
    """Draw a portrait and return the face that is meant, if one is."""
    number: int | None = st.session_state.get(f"{key}-face", portrait.clear)
    if len(portrait.faces) == 1:
        number = 0
    st.text(portrait.name)
    with st.container(horizontal=True, key=f"faces-{key}"):
        for index, shown in enumerate(portrait.faces[:_MOST_FACES]):
            with st.container(width=_WIDTH, gap="xsmall"):
                st.image(shown.crop, width=_WIDTH, alt=f"Face {index + 1} from the left")
                if len(portrait.faces) > 1:
                    _choice(index, index == number, key=key)
    face = portrait.faces[number] if number is not None else None
    _verdict(portrait, face)
    return face


def _choice(index: int, is_chosen: bool, *, key: str) -> None:
    st.button(
        "Chosen" if is_chosen else "This one",
        key=f"{key}-{index}",
        type="primary" if is_chosen else "secondary",
        width="stretch",
        on_click=_choose,
        args=(f"{key}-face", index),
    )


def _choose(state: str, index: int) -> None:
    st.session_state[state] = index


def _verdict(portrait: Portrait, face: Face | None) -> None:
    """Say whether the photo can be taken, and why not."""
    refusal = face.refusal if face is not None else portrait.refusal
    if refusal is None:
        st.caption(":material/check_circle: Good enough")
    elif refusal.reason is Reason.SEVERAL_FACES:
        st.warning(f"{len(portrait.faces)} faces, and none stands out. Choose the one that is meant.")
    else:
        st.warning(f"Not taken: {escaped(refusal.detail)}")
