"""Chats about made pictures, and what is written in answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from generation.local.model import LocalModel, Written
from generation.message import Message, Role
from generation.picture import Picture
from generation.sampling import Sampling


def made(seed: int, columns: int = 4, rows: int = 3, *, side: int = 28) -> Picture:
    """A picture of noise, of so many visual tokens across and down."""
    pixels = np.random.default_rng(seed).integers(0, 256, (rows * side, columns * side, 3), dtype=np.uint8)
    return Picture(pixels, f"photo {seed}")


def chat(text: str = "Who is this?", picture: Picture | None = None) -> tuple[Message, ...]:
    """One question about a picture."""
    return (Message(Role.USER, text, picture or made(0)),)


def eight(side: int = 28) -> list[tuple[Message, ...]]:
    """Eight questions of different length about pictures of different size."""
    return [chat(f"{'Well. ' * n}Who is number {n}?", made(n, 3 + n, 4 + n % 3, side=side)) for n in range(8)]


def written(model: LocalModel, messages: Sequence[Message], sampling: Sampling) -> Written:
    """The pieces of a stream joined."""
    pieces: list[str] = []
    stream = model.stream(messages, sampling, threading.Event())
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as end:
            return Written("".join(pieces), end.value)
