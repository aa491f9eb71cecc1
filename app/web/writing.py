"""An answer while it is written, in a thread of its own that outlives reruns of the page."""

from __future__ import annotations

import threading
from contextlib import closing

from generation.conversation import Conversation
from vision.errors import UserError

# How often somebody who waits for a turn looks whether the answer is still wanted.
_POLL_S = 0.1
# How long a click on Stop waits for the end, which mostly comes at once.
_PATIENCE_S = 3.0


class Writing:
    """One answer of a conversation. Once done, it is the last exchange, or `error` says why there is none."""

    def __init__(self, conversation: Conversation, question: str, turn: threading.Lock | None = None) -> None:
        self.question = question
        self.error: str | None = None  # one line for the user
        self._conversation = conversation
        self._turn = turn
        self._pieces: list[str] = []
        self._changed = threading.Condition()
        self._cancelled = threading.Event()
        self._done = False
        self._thread = threading.Thread(target=self._run, name="answer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    @property
    def text(self) -> str:
        """What is written so far."""
        return "".join(self._pieces)

    @property
    def done(self) -> bool:
        """Whether nothing more comes."""
        return self._done

    def wait(self, seen: int, timeout_s: float) -> bool:
        """Wait until there is more text than `seen` characters or the end; True at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._done or len(self.text) > seen, timeout_s)
            return self._done

    def cancel(self) -> None:
        """End the work; what is written stays part of the conversation."""
        self._cancelled.set()
        self._conversation.cancel()

    def stop(self) -> None:
        """As `cancel`, and wait for the end; a model that is in the middle of a step may end after this."""
        self.cancel()
        self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        self.error = "The answer failed for a reason that the program's output names; ask again."
        try:
            if self._has_turn():
                try:
                    self._write()
                finally:
                    if self._turn is not None:
                        self._turn.release()
            else:
                self.error = "Stopped before it began."
        except UserError as error:
            self.error = str(error)
        finally:
            with self._changed:
                self._done = True
                self._changed.notify_all()

    def _has_turn(self) -> bool:
        while not self._cancelled.is_set():
            if self._turn is None or self._turn.acquire(timeout=_POLL_S):
                return True
        return False

    def _write(self) -> None:
        with closing(self._conversation.stream(self.question)) as pieces:
            for piece in pieces:
                with self._changed:
                    self._pieces.append(piece)
                    self._changed.notify_all()
                if self._cancelled.is_set():
                    break
        self.error = None
