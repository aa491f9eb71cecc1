"""Ways to a photo: an upload, the camera, an example."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from app.web.desk import Desk, Table
from app.web.plain import escaped
from app.web.resources import Workshop
from app.web.server import MAX_UPLOAD_MB
from app.web.uploads import TYPES, astronaut, four_people, opened
from vision.errors import UserError
from vision.photo import Photo


class _Way(StrEnum):
    UPLOAD = "Upload"
    CAMERA = "Camera"
    EXAMPLE = "Example"


def another_photo(table: Table, workshop: Workshop) -> None:
    """The way to one more photo; a photo that comes closes it."""
    with st.popover("Another photo", icon=":material/add_a_photo:", key=f"another-{table.taken}"):
        photo_source(table, workshop)


def photo_source(table: Table, workshop: Workshop) -> None:
    """Let the user choose a photo; one that was chosen becomes the current one, in a new run."""
    with st.container():
        if table.is_full():
            st.caption(
                "No more photos fit: another one takes the place of the oldest, and what was said about that "
                "one ends. Download it before."
            )
    chosen = st.segmented_control(
        "Where the photo comes from",
        list(_Way),
        default=_Way.UPLOAD,
        label_visibility="collapsed",
        key=f"way-{table.taken}",
    )
    match chosen:
        case _Way.CAMERA:
            taken = st.camera_input("Take a photo", key=f"camera-{table.taken}")
        case _Way.EXAMPLE:
            _examples(table, workshop)
            return
        case _:
            taken = st.file_uploader(
                "Drop a photo here, or choose one",
                type=TYPES,
                max_upload_size=MAX_UPLOAD_MB,
                key=f"upload-{table.taken}",
            )
    if taken is None:
        return
    why_not = put_photo(taken.getvalue(), table, workshop)
    if not why_not:
        st.rerun()
    st.error(escaped(why_not))


def put_photo(data: bytes, table: Table, workshop: Workshop) -> str:
    """Recognise who is in an upload; where that cannot be, leave all as it is and return why, in one line."""
    try:
        with st.spinner("Looking at the photo …"):
            _put(opened(data, max_pixels=workshop.settings.max_pixels), table, workshop)
    except UserError as error:
        return str(error)[:1].upper() + str(error)[1:]
    return ""


def _examples(table: Table, workshop: Workshop) -> None:
    st.caption("Photos that came with the program; nothing is fetched.")
    with st.container(horizontal=True):
        first = st.button("An astronaut", icon=":material/rocket_launch:", key=f"astronaut-{table.taken}")
        second = st.button("Four people", icon=":material/groups:", key=f"four-{table.taken}")
    if first or second:
        with st.spinner("Looking at the photo …"):
            _put(astronaut() if first else four_people(), table, workshop)
        st.rerun()


def _put(photo: Photo, table: Table, workshop: Workshop) -> None:
    """Make a photo the current one; one that is here already goes on with what was said about it."""
    table.put(table.of(photo) or Desk.of(photo, workshop))
