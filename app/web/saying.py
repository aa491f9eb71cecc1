"""Saying in the next run what the one before has done: a run that changed something begins anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.web.plain import escaped

_SAID = "said"


@dataclass(frozen=True, slots=True)
class _Said:
    done: str
    remarks: tuple[str, ...]


def say_next(done: str, remarks: Sequence[str] = ()) -> None:
    """Keep what was done, and what is to be known about it, for `say_what_was_done` of the next run."""
    st.session_state[_SAID] = _Said(done, tuple(remarks))


def say_what_was_done() -> None:
    """Say once what the run before has changed."""
    said: _Said | None = st.session_state.pop(_SAID, None)
    if said is None:
        return
    if said.done:
        st.success(escaped(said.done))
    for remark in said.remarks:
        st.warning(escaped(remark))
