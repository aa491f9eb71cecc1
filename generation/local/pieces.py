"""Tokens to text while they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Decode = Callable[[Sequence[int]], str]
_INCOMPLETE = "\ufffd"  # what a decoder writes for a part of a character


class Pieces:
    """Text that grows by tokens; a character of several tokens comes whole, with its last one."""

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self._waiting: list[int] = []

    def add(self, token: int) -> str:
        """The text that is sure now; may be empty."""
        self._waiting.append(token)
        text = self._decode(self._waiting)
        if text.endswith(_INCOMPLETE):
            return ""
        self._waiting.clear()
        return text

    def rest(self) -> str:
        """What is left at the end, complete or not."""
        text = self._decode(self._waiting)
        self._waiting.clear()
        return text
