"""What became of a bulk run, as the page Add draws it."""

from __future__ import annotations

import base64
import json
from functools import partial

import streamlit as st

from app.archives import drop_archives, waits_for_an_answer
from app.web.launching import add_for_good, remove
from app.web.plain import escaped
from app.web.resources import Workshop
from app.web.wording import ago, photos, why_refused
from gallery.gallery import Gallery
from gallery.jobs import Job, JobLine, JobState
from vision.errors import UserError

_MOST_LINES = 500  # of the table; the report has all
_NAME, _WORDS_WIDE, _DETAIL = 220, 140, 500  # CSS pixels of the table's columns
_METRIC = 180  # CSS pixels
_ROW = 88  # CSS pixels: text is on three lines in rows of more than 64, and cut in others
# How the parts of a tally are called, after a trial and after a run.
_WORDS = {
    "added": ("Would be added", "Added"),
    "updated": ("Would be updated", "Updated"),
    "unchanged": ("There already", "There already"),
    "skipped": ("Refused", "Refused"),
}


def draw_report(shop: Workshop, job: Job) -> None:
    """Draw how a run ended, what it refused and why, and what can be done next."""
    drop_archives(shop.settings.home, shop.gallery.jobs)
    kind = "Trial of" if job.trial else "Run of"
    st.subheader(f"{kind} {escaped(job.source or 'something forgotten')}", anchor=False)
    _state(job)
    with st.container(horizontal=True):
        for name, words in _WORDS.items():
            count = getattr(job.tally, name)
            if count:
                st.metric(words[0 if job.trial else 1], f"{count:,}", border=True, width=_METRIC)
    lines = shop.gallery.jobs.lines(job.id, limit=_MOST_LINES + 1)
    _next(shop, job, any_lines=bool(lines))
    if lines:
        _table(lines)


def _state(job: Job) -> None:
    stays = "" if job.trial else " What was added stays; the same source goes on from there."
    match job.state:
        case JobState.FAILED:
            st.error(f"This failed. {escaped(job.error)}{stays}")
        case JobState.STOPPED:
            of = f" after {job.tally.done:,} of {photos(job.total)}" if job.total else ""
            st.warning(f"Stopped{of}. {escaped(job.error)}{stays}")
        case _ if job.trial:
            st.info("This was a trial: nothing was written yet.")
        case _:
            st.success("Done. The next question knows them.")
    if job.ended is not None:
        st.caption(f"Ended {ago(job.ended)}. The report is kept until the next run, at most seven days.")


def _next(shop: Workshop, job: Job, *, any_lines: bool) -> None:
    """What can be done after a run."""
    count = job.tally.added + job.tally.updated
    with st.container(horizontal=True):
        if job.trial and job.state is JobState.DONE and count:
            _for_good(shop, job, count)
        if any_lines:
            st.download_button(
                "Download the report",
                data=partial(_as_jsonl, shop.gallery, job),
                file_name="report.jsonl",
                mime="application/jsonl",
                icon=":material/download:",
                on_click="ignore",
                key="many-download",
            )
        st.button("Remove", icon=":material/delete:", on_click=remove, args=(shop, job), key="many-remove")


def _for_good(shop: Workshop, job: Job, count: int) -> None:
    if not waits_for_an_answer(job):
        st.caption("What was tried out is not kept for longer than an hour: upload it again to add it.")
        return
    if st.button(f"Add {photos(count)}", type="primary", key="many-add"):
        try:
            add_for_good(shop, job)
        except UserError as error:
            st.error(escaped(str(error)))
            return
        st.rerun()


def _table(lines: list[JobLine]) -> None:
    """What was refused and why, and what is to be known about the rest."""
    st.dataframe(
        [
            {
                "picture": _as_uri(line.picture),
                "photo": line.photo,
                "result": why_refused(line.reason) if line.reason else line.status,
                "why": line.detail,
            }
            for line in lines[:_MOST_LINES]
        ],
        hide_index=True,
        row_height=_ROW,
        column_config={
            "picture": st.column_config.ImageColumn("", width=_ROW),
            "photo": st.column_config.TextColumn(width=_NAME),
            "result": st.column_config.TextColumn(width=_WORDS_WIDE),
            "why": st.column_config.TextColumn(width=_DETAIL),
        },
        alt="What was refused, and why",
    )
    if len(lines) > _MOST_LINES:
        st.caption(f"The first {_MOST_LINES:,}; the report has them all.")


def _as_uri(jpeg: bytes | None) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}" if jpeg else ""


def _as_jsonl(gallery: Gallery, job: Job) -> str:
    """The report, as `placard ingest --report` writes it of photos that there is something to say of."""
    forms = (
        {
            "photo": line.photo,
            "status": line.status,
            "reason": line.reason or None,
            "detail": line.detail,
            "name": line.name or None,
        }
        for line in gallery.jobs.lines(job.id)
    )
    return "".join(f"{json.dumps(form, ensure_ascii=False)}\n" for form in forms)
