"""What somebody asks."""

from __future__ import annotations


def checked(question: str) -> str:
    """The question without spaces around it; an empty one is an error."""
    if not question.strip():
        raise ValueError("Expected a question, but it is empty; ask something like 'Who is in this photo?'")
    return question.strip()
