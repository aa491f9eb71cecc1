"""What somebody asks."""

from __future__ import annotations

from generation.neutral import neutralise
from vision.errors import UserError


class EmptyQuestionError(UserError, ValueError):
    """A question without a word in it."""

    def __init__(self) -> None:
        super().__init__("Expected a question, but it is empty; ask something like 'Who is in this photo?'")


def checked(question: str) -> str:
    """The question without spaces around it; raise `EmptyQuestionError` where nothing of it can be seen."""
    if not neutralise(question):
        raise EmptyQuestionError
    return question.strip()
