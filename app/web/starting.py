"""What an empty gallery begins with."""

from __future__ import annotations

import streamlit as st

from app.demo import COLLINS, HANKS, demo_home
from app.web.enrolling import remarks
from app.web.plain import escaped
from app.web.portrait import ingest_options
from app.web.resources import Workshop
from app.web.roles import ensure_editor, may_edit
from app.web.saying import say_next
from ingest.outcome import Outcome, Status
from ingest.run import ingest
from ingest.sources.opening import open_source
from vision.errors import UserError


def explain_empty(shop: Workshop) -> None:
    """Say how a gallery without pictures is filled, and offer two people to try it with."""
    if shop.gallery.counts().references:
        return
    st.info(
        "**The gallery is empty**, so that everybody will be unknown. Fill it on the page **Add**, or "
        "on the command line: `placard ingest FOLDER`, with a folder of photos for each person.",
        icon=":material/person_add:",
    )
    if not may_edit():
        return
    if st.button("Try it with two people", key="try-two", icon=":material/group_add:"):
        _take_in(shop)
    st.caption(
        f"Adds {COLLINS.name} and {HANKS.name} from photos that came with the program. Nothing is fetched; "
        "both can be forgotten again."
    )


def take_in_two(shop: Workshop) -> list[Outcome]:
    """Enrol the people of `placard demo`; raise `UserError` where their photos cannot be written."""
    ensure_editor()
    recogniser, _ = shop.recogniser()
    with open_source(demo_home(shop.settings) / "people") as source:
        return list(ingest(shop.gallery, recogniser.faces, source.rows(), ingest_options(shop)))


def _take_in(shop: Workshop) -> None:
    try:
        with st.spinner("Adding …"):
            outcomes = take_in_two(shop)
    except UserError as error:
        st.error(escaped(str(error)))
        return
    added = [outcome.name or "" for outcome in outcomes if outcome.status is Status.ADDED]
    said = f"{' and '.join(added)} are in the gallery now. The example photos on the page Ask show them."
    say_next(said if added else "", remarks(outcomes))
    st.rerun()
