"""Stop words: an answer ends where the first of them begins."""

from __future__ import annotations

from collections.abc import Generator as Writer
from collections.abc import Sequence

from generation.generator import Finish


def until(pieces: Writer[str, None, Finish], stops: Sequence[str]) -> Writer[str, None, Finish]:
    """The pieces up to the first stop word; what may be the beginning of one is held back till it is sure."""
    if not all(stops):
        raise ValueError("A stop word must not be empty")
    held = ""
    while True:
        try:
            held += next(pieces)
        except StopIteration as end:
            finish: Finish = end.value
            break
        places = [held.find(stop) for stop in stops if stop in held]
        if places:
            pieces.close()
            held, finish = held[: min(places)], Finish.END
            break
        sure = len(held) - _begun(held, stops)
        if sure:
            yield held[:sure]
            held = held[sure:]
    if held:
        yield held
    return finish


def _begun(text: str, stops: Sequence[str]) -> int:
    """How many characters at the end of a text may begin a stop word."""
    longest = max((len(stop) for stop in stops), default=1) - 1
    lengths = range(min(longest, len(text)), 0, -1)
    return next((n for n in lengths if any(stop.startswith(text[-n:]) for stop in stops)), 0)
