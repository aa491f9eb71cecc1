"""The photos that a session works on, kept from run to run."""

from __future__ import annotations

import streamlit as st

from app.web.desk import Desk, Table
from app.web.resources import Workshop


def session_table(name: str = "table") -> Table:
    """A table of this session by its name; answers that are being written end when its browser goes."""
    if name not in st.session_state:
        st.session_state[name] = Table()
    table: Table = st.session_state[name]
    _ends_with_the_session(name, table)
    return table


@st.cache_resource(scope="session", show_spinner=False, on_release=Table.stop)
def _ends_with_the_session(name: str, _table: Table) -> Table:
    del name  # each table of a session ends with it
    return _table


def renewed(table: Table, shop: Workshop) -> Desk | None:
    """The current desk, with what the gallery says now."""
    desk = table.current
    new = desk.renewed(shop) if desk is not None else None
    if desk is not None and new is not None:
        table.replace(desk, new)
    return table.current


def switch(table: Table, desk: Desk) -> None:
    """Let the user go back to an earlier photo of the session."""
    if len(table.desks) < 2:
        return
    current = table.desks.index(desk) + 1
    chosen = st.segmented_control(
        "Photos of this session",
        range(1, len(table.desks) + 1),
        default=current,
        format_func="Photo {}".format,
        label_visibility="collapsed",
        key=f"switch-{table.taken}-{current}",
    )
    if chosen is not None and chosen != current:
        table.current = table.desks[chosen - 1]
        st.rerun()
