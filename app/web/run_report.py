"""What became of a bulk run, as the page Add draws it."""

from __future__ import annotations

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

_MOST_LINES = 500  # shown; the report has all
_PAGE = 25
_METRIC = 180  # CSS pixels
_PICTURE = 64  # CSS pixels
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
        _lines(job, lines)


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


def _lines(job: Job, lines: list[JobLine]) -> None:
    """What was refused and why, and what is to be known about the rest; some, and more when asked."""
    shown: int = st.session_state.get(f"lines-{job.id}", _PAGE)
    with st.container(border=True, key="report"):
        for line in lines[:shown]:
            _line(line, trial=job.trial)
    if len(lines) > shown:
        st.button("Show more", key="many-more", on_click=_show, args=(job, shown + _PAGE))
    if len(lines) > _MOST_LINES:
        st.caption(f"At most {_MOST_LINES:,} are shown; the report has them all.")


def _line(line: JobLine, *, trial: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(width=_PICTURE, horizontal_alignment="center"):
            if line.picture:
                st.image(line.picture, width=_PICTURE, alt=f"What {line.photo} shows")
            else:
                st.caption(":material/hide_image:")
        with st.container(gap="xxsmall"):
            st.text(line.photo or "A photo of somebody who was forgotten")
            what = why_refused(line.reason) if line.reason else _WORDS[line.status][0 if trial else 1]
            st.caption(escaped(f"{what[:1].upper()}{what[1:]}: {line.detail}" if line.detail else what))


def _show(job: Job, count: int) -> None:
    st.session_state[f"lines-{job.id}"] = count


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
