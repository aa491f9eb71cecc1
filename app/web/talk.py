"""The conversation about a photo, as the page Ask draws it."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import StopException

from app.web.answer_view import answer_view
from app.web.components import draw_answer
from app.web.desk import Desk
from app.web.export import as_zip
from app.web.plain import escaped
from app.web.resources import Workshop
from app.web.suggestions import unasked
from app.web.writing import Writing

# How long a run waits for the next piece before it looks whether it should end.
_LOOK_S = 0.25


def draw_conversation(desk: Desk, workshop: Workshop) -> DeltaGenerator:
    """Draw what was said and what could be asked; return the place of the answer that is being written.

    Every part has a container, however empty: Streamlit tells parts of a page by their position, and one that
    moves is shown twice until the run ends.
    """
    with st.container():
        _said(desk, workshop)
    place = st.container()
    writing = desk.writing
    if writing is not None and writing.done and writing.error is not None:
        with place:
            _question(writing.question)
            with _answer_place():
                st.warning(escaped(writing.error))
    with st.container(horizontal=True, gap="small", key="suggestions"):
        _suggestions(desk, workshop)
    return place


def draw_foot(desk: Desk, workshop: Workshop) -> None:
    """Draw how answers are made, and the download."""
    st.caption(escaped(workshop.generator.note))
    if desk.conversation.exchanges:
        st.download_button(
            "Download the conversation",
            partial(as_zip, desk.conversation, desk.matches, desk.given),
            file_name="placard.zip",
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
            help="Nothing of it is kept: a reload of the page ends it.",
        )


def follow(writing: Writing, place: DeltaGenerator) -> None:
    """Show an answer as it grows, until its end or that of the run."""
    with place:
        _question(writing.question)
        with _answer_place():
            # Before the text: below it, the button would move away from who wants to press it.
            st.button("Stop", icon=":material/stop_circle:", on_click=writing.stop, key="stop")
            growing = st.empty()
    try:
        _grow(writing, growing)
    except StopException:  # the stop of Streamlit's own toolbar
        writing.cancel()
        raise


def _grow(writing: Writing, place: DeltaGenerator) -> None:
    done = False
    while not done:
        text = writing.text
        place.text(f"{text} ▍" if text else "Thinking …")
        done = writing.wait(len(text), _LOOK_S)


def _said(desk: Desk, workshop: Workshop) -> None:
    exchanges = list(desk.conversation.exchanges)
    if not exchanges and desk.writing is None:
        st.subheader("Ask about this photo", anchor=False)
    photo, reason = desk.photo.sha256, workshop.choice.reason
    for number, exchange in enumerate(exchanges):
        _question(exchange.question)
        with _answer_place():
            view = answer_view(exchange.answer, desk.context, photo=photo, reason=reason)
            draw_answer(view, key=f"answer-{photo}-{number}")


def _question(text: str) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.text(text)


def _answer_place() -> DeltaGenerator:
    return st.chat_message("assistant", avatar=":material/label:")


def _suggestions(desk: Desk, workshop: Workshop) -> None:
    asked = [exchange.question for exchange in desk.conversation.exchanges]
    for number, question in enumerate(unasked(desk.suggestions, asked)):
        st.button(
            question,
            key=f"suggested-{number}",
            on_click=desk.ask,
            args=(question, workshop),
            disabled=desk.busy,
        )
