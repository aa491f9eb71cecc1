"""Adding many people at once, in a process of its own that every tab can watch; first only as a trial."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import streamlit as st

from app.web.launching import below, folders_below, stop, try_archive, try_folder
from app.web.plain import escaped
from app.web.resources import Workshop
from app.web.run_report import draw_report
from app.web.server import MAX_ARCHIVE_MB
from app.web.wording import photos
from gallery.jobs import Job
from vision.errors import UserError

_LOOK_S = 1.0  # how often a page asks how far a run is
_UPLOADS = "many-uploads"  # how many archives came: names the next uploader


class _From(StrEnum):
    UPLOAD = "A zip archive"
    SERVER = "A folder on the server"


def draw_many(shop: Workshop) -> None:
    """Draw the part of the page: the run that is going on, or the last one and the way to the next."""
    job = shop.gallery.jobs.latest()
    if job is not None and job.active:
        _follow(shop)
        return
    if job is not None:
        draw_report(shop, job)
        st.subheader("Another run", anchor=False)
    _source(shop)


@st.fragment(run_every=_LOOK_S)
def _follow(shop: Workshop) -> None:
    """Draw how far the run is, again and again, until it has ended."""
    job = shop.gallery.jobs.latest()
    if job is None or not job.active:
        st.rerun()
    st.subheader(_heading(job), anchor=False)
    done, total = job.tally.done, job.total
    if total:
        st.progress(min(done / total, 1.0), text=f"{done:,} of {photos(total)}")
    else:
        st.progress(0.0, text="Reading the archive and opening the face model …")
    if job.stopping:
        st.caption("Stopping: the photos that are being looked at are finished first.")
    st.button("Stop", key="many-stop", on_click=stop, args=(shop, job), disabled=job.stopping)
    st.caption("You may leave this page or close it: the run goes on, and is shown here when you come back.")


def _heading(job: Job) -> str:
    return f"{'Trying out' if job.trial else 'Adding'} {escaped(job.source)}"


def _source(shop: Workshop) -> None:
    st.caption(
        "A folder of photos for each person (a biography.txt in it, if you like), or a metadata.csv or "
        "metadata.jsonl that says who is in which photo. First it is only tried out."
    )
    root = shop.settings.web_ingest_root
    chosen = None
    if root is not None:
        chosen = st.segmented_control(
            "Where the photos are", list(_From), default=_From.UPLOAD, required=True, key="many-from"
        )
    try:
        if root is not None and chosen == _From.SERVER:
            _folder(shop, root)
        else:
            _archive(shop)
    except UserError as error:
        st.error(escaped(str(error)))


def _archive(shop: Workshop) -> None:
    number = st.session_state.setdefault(_UPLOADS, 0)
    file = st.file_uploader(
        "A zip archive", type=["zip"], max_upload_size=MAX_ARCHIVE_MB, key=f"many-file-{number}"
    )
    st.caption(
        f"Archives of more than {MAX_ARCHIVE_MB} MB go in on the command line: `placard ingest FILE.zip`."
    )
    if file is None or not st.button("Try it out", type="primary", key="many-try"):
        return
    if file.size > MAX_ARCHIVE_MB * 1024 * 1024:  # what the browser refuses, refused here too
        raise UserError(f"The archive has more than {MAX_ARCHIVE_MB} MB; use 'placard ingest' for it.")
    try_archive(shop, file.name, file.getbuffer())
    st.session_state[_UPLOADS] = number + 1
    st.rerun()


def _folder(shop: Workshop, root: Path) -> None:
    text = st.selectbox(
        f"A folder or zip archive below {escaped(str(root))}",
        folders_below(root),
        index=None,
        placeholder="Choose one, or type its path from there",
        accept_new_options=True,
        key="many-folder",
    )
    if text:
        below(root, text)
    if st.button("Try it out", type="primary", key="many-try-folder", disabled=not text) and text:
        try_folder(shop, root, text)
        st.rerun()
