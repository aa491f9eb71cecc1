"""The script that Streamlit runs; in a folder of its own, since Streamlit puts that on the module path."""
