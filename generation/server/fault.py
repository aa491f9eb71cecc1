"""What went wrong with a chat model, in words for the user."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

# Of what a server says about itself: enough for a sentence, too little for an echo of the photo.
_QUOTE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One line about a failure, and whether the same request may do better later."""

    line: str
    passing: bool = False
    wait_s: float | None = None  # as long as the server asked to wait


Explain = Callable[[Exception], Fault]


def unexplained(error: Exception) -> Fault:
    """The fault of a chat model of which nothing is known but its error."""
    return Fault(f"The chat model failed: {quotable(str(error)) or type(error).__name__}.")


def quotable(text: str, *, secret: str = "") -> str:
    """The beginning of a text from elsewhere as one line without control characters and without `secret`."""
    plain = text.replace(secret, "[key]") if secret else text
    visible = "".join(" " if unicodedata.category(c).startswith(("C", "Z")) else c for c in plain)
    line = " ".join(visible.split())
    return (line if len(line) <= _QUOTE_LIMIT else f"{line[:_QUOTE_LIMIT]}…").rstrip(". ")
