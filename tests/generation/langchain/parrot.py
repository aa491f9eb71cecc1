"""A local model that says fixed words and remembers what it was shown."""

from __future__ import annotations

import threading
from collections.abc import Generator as Writer
from collections.abc import Sequence

from generation.family import Family
from generation.generator import Finish
from generation.message import Message
from generation.picture import PictureBudget
from generation.sampling import Sampling

SAID = ("The woman ", "[1] stands ", "beside ", "Bob [2].")


class Parrot:
    """Answers alike whatever it is shown."""

    name = "parrot"

    def __init__(
        self,
        *pieces: str,
        finish: Finish = Finish.END,
        family: Family = Family.QWEN2_VL,
    ) -> None:
        self.family, self.picture_budget = family, PictureBudget(4, 16)
        self.shown: list[tuple[Message, ...]] = []
        self.sampling: list[Sampling] = []
        self.given = 0  # pieces
        self.closed = threading.Event()
        self.cancelled: threading.Event | None = None
        self._pieces, self._finish = pieces or SAID, finish

    def count(self, text: str) -> int:
        """Words."""
        return len(text.split())

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, cancelled: threading.Event
    ) -> Writer[str, None, Finish]:
        """The fixed words."""
        self.shown.append(tuple(messages))
        self.sampling.append(sampling)
        self.cancelled = cancelled
        try:
            for piece in self._pieces:
                self.given += 1
                yield piece
        finally:
            self.closed.set()
        return self._finish
