"""Matches and a question to a prompt, and to an answer whose citations are checked."""
