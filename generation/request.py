"""What a generator is asked: a question about a photo, with what is known and what was said before."""

from __future__ import annotations

from dataclasses import dataclass

from generation.context import Context
from generation.question import checked
from vision.photo import Photo


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and the answer that was given."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One question about one photo."""

    photo: Photo
    context: Context
    question: str
    history: tuple[Turn, ...] = ()  # earlier turns about the same photo, oldest first

    def __post_init__(self) -> None:
        checked(self.question)
