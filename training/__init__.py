"""RCVIT: the RCMU data set made and checked, models tuned on it."""
