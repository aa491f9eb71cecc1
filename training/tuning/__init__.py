"""Tuning a model on a data set."""
