"""The one protocol of everything that answers: the reader, a local model, a server."""

from __future__ import annotations

import threading
from collections.abc import Generator as Writer
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from generation.request import Request
from vision.errors import UserError


class GenerationError(UserError):
    """A model that could not answer; the text is one line for the user."""


class Finish(StrEnum):
    """Why a generator stopped writing."""

    END = "end"  # it had said everything
    LENGTH = "length"  # the limit of new tokens was reached
    CANCELLED = "cancelled"  # it was told to stop


@dataclass(frozen=True, slots=True)
class Draft:
    """What a generator wrote, before it is checked."""

    text: str
    finish: Finish
    sent: str  # the text that the model got; empty for the reader, which has no prompt


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of several options a generator picked."""

    index: int | None  # from 0; None where it abstained or its answer could not be read
    text: str  # what it wrote, or the option itself where it was picked by likelihood
    sent: str = ""  # the text that the model got; empty for the reader


class Stream:
    """The pieces of an answer while they are written; may be read once.

    Iterate over it for the pieces. Leaving the loop early, or `cancel` from any thread, ends the work behind
    it. Then `draft` is what was written up to there.
    """

    def __init__(
        self, pieces: Writer[str, None, Finish], sent: str, cancelled: threading.Event | None = None
    ) -> None:
        self._pieces = pieces
        self._sent = sent
        self._cancelled = cancelled or threading.Event()
        self._written: list[str] = []
        self._finish = Finish.CANCELLED  # until the end is seen

    def __iter__(self) -> Iterator[str]:
        try:
            while not self._cancelled.is_set():
                try:
                    piece = next(self._pieces)
                except StopIteration as end:
                    self._finish = end.value
                    return
                self._written.append(piece)
                yield piece
        finally:
            self._pieces.close()

    def cancel(self) -> None:
        """End the work soon; what is written already stays."""
        self._cancelled.set()

    @property
    def draft(self) -> Draft:
        """What is written so far."""
        return Draft("".join(self._written).strip(), self._finish, self._sent)

    def finished(self) -> Draft:
        """Write to the end, without looking at the pieces."""
        for _ in self:
            pass
        return self.draft


class Author(Protocol):
    """Who wrote an answer."""

    @property
    def name(self) -> str:
        """A short word for the kind: reader, local, server or chain."""

    @property
    def note(self) -> str:
        """One sentence for the user about how answers are made."""


class Generator(Author, Protocol):
    """Answers questions about photos. Safe to be used by several threads, one after the other."""

    def stream(self, request: Request) -> Stream:
        """Write one answer piece by piece; raise `GenerationError` where the model cannot answer."""

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        """Answer many requests, in their order; where words are not drawn by lot, the same as one by one."""

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        """Pick the option that answers the question, or none."""
