"""The site: who is let in, and which pages there are."""

from __future__ import annotations

import streamlit as st

from app.settings import read_settings
from app.web.add_page import add_page
from app.web.admission import admit
from app.web.ask_page import ask_page
from app.web.gallery_page import gallery_page
from app.web.icon import site_icon
from app.web.personal_page import personal_page
from app.web.plain import escaped
from app.web.roles import may_edit
from app.web.status_page import status_page
from app.web.style import STYLE
from app.web.unknown_page import unknown_page
from vision.errors import UserError


def show() -> None:
    """Draw the page that the session is on. A new page is one more line in the list."""
    st.set_page_config(page_title="Placard", page_icon=site_icon(), layout="wide")
    st.html(STYLE)
    try:
        admit(read_settings().web_token.get_secret_value())
        add = st.Page(add_page, title="Add", icon=":material/person_add:", url_path="add")
        unknown = st.Page(unknown_page, title="Unknown", icon=":material/face:", url_path="unknown")
        pages = [
            st.Page(ask_page, title="Ask", icon=":material/forum:", default=True),
            st.Page(personal_page, title="Personal", icon=":material/draw:", url_path="personal"),
            st.Page(gallery_page, title="Gallery", icon=":material/group:", url_path="gallery"),
            *([add, unknown] if may_edit() else []),
            st.Page(status_page, title="Status", icon=":material/monitor_heart:", url_path="status"),
        ]
        st.navigation(pages, position="top").run()
    except UserError as error:
        st.error(escaped(str(error)))
