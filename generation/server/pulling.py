"""Taking pieces from a model that may be silent for long, without having to wait for it."""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable, Iterator
from collections.abc import Generator as Writer
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

_Piece = TypeVar("_Piece")
_PATIENCE_S = 0.05  # between two looks at whether somebody who waits was cancelled


class Puller(Generic[_Piece]):
    """Reads an iterator in a thread of its own, one piece whenever it is asked for one.

    Who waits for a piece can be cancelled. The thread then ends with the next piece, or with the iterator's
    own time limit; it holds up nobody, not even the end of the process.
    """

    def __init__(
        self, start: Callable[[], Iterator[_Piece]], within: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """`start` makes the iterator; all of its work is done `within` a context."""
        self._start = start
        self._within = within
        self._asked: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._given: queue.SimpleQueue[_Piece | Exception | None] = queue.SimpleQueue()
        self._waiting = False
        # What the caller's context says, about callbacks for instance, holds for the work too.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._pull,), name="placard-server", daemon=True)
        self._thread.start()

    def next(self, cancelled: threading.Event) -> _Piece | None:
        """The next piece; None at the end, or when it is cancelled. What the iterator raises is raised."""
        self._asked.put(True)
        self._waiting = True
        while not cancelled.is_set():
            try:
                piece = self._given.get(timeout=_PATIENCE_S)
            except queue.Empty:
                continue
            self._waiting = False
            if isinstance(piece, Exception):
                raise piece
            return piece
        return None

    def close(self) -> None:
        """End the iterator: at once, or where it is being waited for, with its next piece."""
        self._asked.put(False)
        if not self._waiting:
            self._thread.join()

    def _pull(self) -> None:
        with self._within():
            pieces: Iterator[_Piece] | None = None
            while self._asked.get():
                try:
                    pieces = self._start() if pieces is None else pieces
                    piece: _Piece | Exception | None = next(pieces, None)
                except Exception as error:  # noqa: BLE001  # raised again where it is waited for
                    piece = error
                self._given.put(piece)
            if isinstance(pieces, Writer):
                pieces.close()
