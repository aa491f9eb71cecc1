"""Labelled photos as people keep them: folders, tables and zip archives, read one row at a time."""
