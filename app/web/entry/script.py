"""What Streamlit runs for every session and every rerun."""

from app.web.site import show

show()
