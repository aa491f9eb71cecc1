"""Checking answers: what their marks cite, and what in them nothing supports."""
