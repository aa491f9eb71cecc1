"""A process of its own that serves the web app with a generator that can take its time.

python -m tests.app.web.serving PORT WHERE_IT_SAYS_THAT_IT_STOPPED
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator as Writer
from collections.abc import Sequence
from pathlib import Path

from app.generators import GeneratorChoice
from app.settings import Settings, read_settings
from app.web import resources
from app.web.server import serve
from generation.extractive.reader import Reader
from generation.generator import Choice, Draft, Finish, Stream
from generation.request import Request

ENDLESS = "Tell me everything."


class Patient:
    """The reader, but one question it answers with words without end."""

    name = Reader.name
    note = Reader.note

    def __init__(self, stopped: Path) -> None:
        self._stopped = stopped
        self._reader = Reader()

    def stream(self, request: Request) -> Stream:
        """As the reader, or a word every 20 ms until somebody stops it."""
        if request.question != ENDLESS:
            return self._reader.stream(request)
        return Stream(self._words(), sent="")

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        """As the reader."""
        return self._reader.batch(requests)

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        """As the reader."""
        return self._reader.choose(request, options)

    def _words(self) -> Writer[str, None, Finish]:
        number = 0
        try:
            while True:
                number += 1
                yield f"word{number} "
                time.sleep(0.02)
        finally:
            self._stopped.touch()


def main(port: int, stopped: Path) -> int:
    """Serve until a signal comes."""

    def open_patient(settings: Settings, choice: GeneratorChoice) -> Patient:
        return Patient(stopped)

    setattr(resources, "open_generator", open_patient)  # noqa: B010  # it is not the module's own name
    return serve(read_settings(), address="127.0.0.1", port=port, browser=False)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))
