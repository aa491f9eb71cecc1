"""Adding many people at once from a zip archive: first what would happen, then for good."""

from __future__ import annotations

import json

import streamlit as st

from app.web.archive_run import Report, run_archive
from app.web.plain import escaped
from app.web.resources import Workshop
from app.web.wording import photos
from ingest.outcome import Status
from vision.errors import UserError

MOST_MB = 256  # of an archive; it is in memory while the page is open
_MOST_LINES = 500  # of the table; the report has all
_REPORT = "many-report"
_WORDS = {
    Status.ADDED: ("would be added", "added"),
    Status.UPDATED: ("would be updated", "updated"),
    Status.UNCHANGED: ("there already", "there already"),
    Status.SKIPPED: ("refused", "refused"),
}


def draw_many(shop: Workshop) -> None:
    """Draw the part of the page."""
    st.caption(
        "A zip archive with a folder of photos for each person (a biography.txt in it, if you like), or "
        "with a metadata.csv or metadata.jsonl that says who is in which photo. First it is only tried out. "
        f"Archives of more than {MOST_MB} MB go in on the command line: `placard ingest FILE.zip`."
    )
    file = st.file_uploader("A zip archive", type=["zip"], max_upload_size=MOST_MB, key="many-file")
    report: Report | None = st.session_state.get(_REPORT)
    if file is None:
        return
    known = report is not None and report.upload == file.file_id
    if not known and st.button("Try it out", type="primary", key="many-try"):
        _run(shop, file.name, file.getbuffer(), upload=file.file_id, trial=True)
    if report is None or not known:
        return
    place = st.container()
    _draw(report)
    if report.trial and report.complete:
        count = report.counted[Status.ADDED] + report.counted[Status.UPDATED]
        with place:
            if st.button(f"Add {photos(count)}", type="primary", key="many-add", disabled=not count):
                _run(shop, file.name, file.getbuffer(), upload=file.file_id, trial=False)


def _run(shop: Workshop, name: str, data: memoryview, *, upload: str, trial: bool) -> None:
    """Work through the archive with a progress bar; what was done so far is reported even if one leaves."""
    report = Report(upload, name, trial)
    st.button("Stop", key="many-stop", help="What was added so far stays.")
    bar = st.progress(0.0, text="Reading the archive …")
    try:
        for share in run_archive(shop, data, report):
            bar.progress(share, text=f"{len(report.outcomes):,} of {photos(report.total)}")
    except UserError as error:
        st.error(escaped(str(error)))
        return
    finally:
        # A click or a closed page ends the run of the script at the progress bar.
        if report.outcomes:
            st.session_state[_REPORT] = report
    st.rerun()


def _draw(report: Report) -> None:
    """Draw what became of the photos."""
    _state(report)
    counted = report.counted
    with st.container(horizontal=True):
        for status, words in _WORDS.items():
            if counted[status]:
                st.metric(words[0 if report.trial else 1].capitalize(), f"{counted[status]:,}", border=True)
    _table(report)
    st.download_button(
        "Download the report",
        data=lambda: "".join(f"{json.dumps(one.as_json(), ensure_ascii=False)}\n" for one in report.outcomes),
        file_name="report.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        on_click="ignore",
        key="many-download",
    )


def _state(report: Report) -> None:
    if not report.complete:
        st.warning(
            f"Stopped after {len(report.outcomes):,} of {photos(report.total)}. "
            "What was added stays; the same archive goes on from there."
        )
    elif report.trial:
        st.info("This was a trial: nothing was written yet.")
    else:
        st.success("Done. The next question knows them.")


def _table(report: Report) -> None:
    """What was refused and why, and what is to be known about the rest."""
    lines = [
        {
            "picture": report.pictures.get(number, ""),
            "photo": outcome.photo,
            "status": outcome.status.value,
            "reason": outcome.reason or "",
            "detail": outcome.detail,
        }
        for number, outcome in enumerate(report.outcomes)
        if outcome.detail or outcome.status is Status.SKIPPED
    ]
    if not lines:
        return
    st.dataframe(
        lines[:_MOST_LINES],
        hide_index=True,
        column_config={"picture": st.column_config.ImageColumn("", width="small")},
        alt="What was refused, and why",
    )
    if len(lines) > _MOST_LINES:
        st.caption(f"The first {_MOST_LINES:,} of {len(lines):,}; the report has them all.")
