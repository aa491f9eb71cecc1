"""The parts of pages that are our own: a photo with its cards, an answer with its marks, drawing a box."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from app.forms import Json

_PARTS = Path(__file__).parent / "parts"


def draw_photo(view: Json, *, key: str, on_act: Callable[[], None] | None = None) -> None:
    """Draw a `photo_view`. What is selected in it stays in the browser.

    A click on a button of a card is in the session's state as `act` of the key when `on_act` is called.
    """
    _component("photo", "seen")(data=view, key=key, on_act_change=on_act)


def draw_answer(view: Json, *, key: str) -> None:
    """Draw an `answer_view`."""
    _component("answer", "answer")(data=view, key=key)


def draw_box(view: Json, *, key: str) -> list[float] | None:
    """Let the user draw a box on a photo, or change one; return it as fractions of the photo's sides."""
    result = _component("draw", "drawing")(
        data=view, key=key, default={"box": view["draft"]}, on_box_change=lambda: None
    )
    box: list[float] | None = result.box
    return box


@cache
def _component(name: str, class_name: str) -> ComponentRenderer:
    script, style = ((_PARTS / f"{name}.{suffix}").read_text(encoding="utf-8") for suffix in ("js", "css"))
    html = f'<div class="{class_name}"></div>'
    return st.components.v2.component(f"placard_{name}", html=html, css=style, js=script)
