"""A conversation about one photo: the one way from a question to a checked answer."""

from __future__ import annotations

import threading
from collections.abc import Generator as Writer
from collections.abc import Sequence
from dataclasses import dataclass

from gallery.gallery import Gallery
from generation.answer import Answer
from generation.checking.check import checked_answer
from generation.context import Context
from generation.generator import Generator, Stream
from generation.request import Request, Turn
from vision.photo import Photo


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """A question and its answer."""

    question: str
    answer: Answer


class Conversation:
    """Questions about one photo, each answered with what was said before in mind.

    `gallery` lets the check of an answer notice names of people who are known but not in this photo.
    """

    def __init__(
        self, photo: Photo, context: Context, generator: Generator, *, gallery: Gallery | None = None
    ) -> None:
        self.photo = photo
        self.context = context
        self.generator = generator
        self.exchanges: list[Exchange] = []
        self._gallery = gallery
        self._stream: Stream | None = None
        self._stop = threading.Event()

    def request(self, question: str) -> Request:
        """What the generator is asked, the earlier turns included."""
        said = [(exchange.question, exchange.answer.text) for exchange in self.exchanges]
        history = tuple(Turn(asked, answer) for asked, answer in said if answer)
        return Request(self.photo, self.context, question, history)

    def ask(self, question: str) -> Answer:
        """The whole answer to a question; raise `GenerationError` where there is none."""
        for _ in self.stream(question):
            pass
        return self.exchanges[-1].answer

    def stream(self, question: str) -> Writer[str, None, None]:
        """The answer piece by piece; then, or when it is cut short, it is the last of `exchanges`.

        Raise `EmptyQuestionError` at once and `GenerationError` where the model fails; then nothing is added.
        """
        request = self.request(question)
        self._stop.clear()
        return self._pieces(request)

    def _pieces(self, request: Request) -> Writer[str, None, None]:
        stream = self._stream = self.generator.stream(request)
        if self._stop.is_set():  # before the first piece was asked for, or while the prompt was made
            stream.cancel()
        failed = False
        try:
            yield from stream
        except Exception:
            failed = True
            raise
        finally:  # however it was cut short: what was written stays
            self._stream = None
            if not failed:
                self.exchanges.append(Exchange(request.question, self._checked(stream)))

    def cancel(self) -> None:
        """Stop the answer that is being written, from any thread; what is written already stays."""
        self._stop.set()
        if self._stream is not None:
            self._stream.cancel()

    def _checked(self, stream: Stream) -> Answer:
        return checked_answer(stream.draft, self.context, self.generator, self._gallery)


def answers(
    generator: Generator, requests: Sequence[Request], *, gallery: Gallery | None = None
) -> list[Answer]:
    """Answers to many questions about many photos, in batches where the generator can."""
    drafts = generator.batch(requests)
    return [
        checked_answer(draft, request.context, generator, gallery)
        for draft, request in zip(drafts, requests, strict=True)
    ]
