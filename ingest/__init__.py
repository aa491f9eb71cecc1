"""Labelled photos to the gallery: sources, enrolment and what became of each photo."""
