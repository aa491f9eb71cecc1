"""The web app: Streamlit pages that draw, and what they share."""
