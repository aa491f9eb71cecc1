"""Answers by any LangChain chat model that sees pictures."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Generator as Writer
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import RunnableConfig

from generation.choosing import chosen, with_options
from generation.generator import Choice, Draft, Finish, GenerationError, Stream
from generation.message import Message, as_sent
from generation.prompter import Prompter
from generation.request import Request
from generation.server.fault import Explain, Fault, unexplained
from generation.server.messages import as_langchain, finish_of
from generation.server.pulling import Puller
from retrieval.tracing import traced
from vision.errors import UserError

_log = logging.getLogger(__name__)
# No longer than this before the next try, unless the server asks for it.
_LONGEST_BACKOFF_S = 8.0


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a chat model is treated."""

    explain: Explain = unexplained
    retries: int = 3  # after a passing fault, as long as nothing of the answer was seen
    backoff_s: float = 0.5  # before the first retry; each further wait is twice as long
    says_end: bool = False  # an answer without a reason for its end was cut off
    concurrency: int = 4  # requests of a batch at a time
    trace: bool = False  # let LangChain's tracing, where it is on, see photos and biographies

    def __post_init__(self) -> None:
        if self.retries < 0 or self.backoff_s < 0 or self.concurrency < 1:
            raise ValueError(f"Expected retries and backoff_s >= 0 and concurrency >= 1, but got {self}")

    def wait_s(self, attempt: int, fault: Fault) -> float:
        """Seconds before the try after `attempt`, which counts from 0."""
        if fault.wait_s is not None:
            return fault.wait_s
        return min(self.backoff_s * float(2**attempt), _LONGEST_BACKOFF_S)


class ChatGenerator:
    """Asks a LangChain chat model; photo and biographies go to wherever that model runs."""

    def __init__(
        self,
        chat: BaseChatModel,
        prompter: Prompter,
        *,
        name: str = "server",
        note: str = "A chat model that was given the photo and the biographies wrote the answer.",
        conduct: Conduct | None = None,
    ) -> None:
        self.name = name
        self.note = note
        self._chat = chat
        self._prompter = prompter
        self._conduct = conduct or Conduct()
        self._origin: ChatGenerator | None = None

    def prompted(self, change: Callable[[Prompter], Prompter]) -> ChatGenerator:
        """The same model with other prompts, to compare them."""
        other = copy.copy(self)
        other._prompter = change(self._prompter)
        other._origin = self  # its connections are closed when it goes
        return other

    def stream(self, request: Request) -> Stream:
        """Write one answer; a passing fault is retried until its first piece, then it is an error."""
        return self._stream(self._prompter.messages(request), threading.Event())

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        """Answer several at a time, in their order; raise `GenerationError` at the end if any failed."""
        stop = threading.Event()
        with ThreadPoolExecutor(self._conduct.concurrency) as pool:
            running = [pool.submit(self._draft, request, stop) for request in requests]
            try:
                return _all(running)
            finally:  # on an interrupt, the pool would wait for answers that nobody reads
                stop.set()

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        """Ask for the letter of an option and read it from what the model writes."""
        messages = with_options(self._prompter.messages(request), options)
        text = self._stream(messages, threading.Event()).finished().text
        return Choice(chosen(text, options), text, as_sent(messages))

    def _draft(self, request: Request, stop: threading.Event) -> Draft:
        return self._stream(self._prompter.messages(request), stop).finished()

    def _stream(self, messages: tuple[Message, ...], cancelled: threading.Event) -> Stream:
        return Stream(self._pieces(messages, cancelled), as_sent(messages), cancelled)

    def _pieces(self, messages: tuple[Message, ...], cancelled: threading.Event) -> Writer[str, None, Finish]:
        sent = as_langchain(messages)
        for attempt in range(self._conduct.retries + 1):
            reply = _Reply(self._chat, self._conduct)
            try:
                yield from reply.pieces(sent, cancelled)
            except _BrokenError as broken:
                if not broken.fault.passing or reply.written or attempt == self._conduct.retries:
                    # Without the cause, which can quote the key and the request.
                    raise GenerationError(_line(broken.fault, reply.written)) from None
                wait_s = self._conduct.wait_s(attempt, broken.fault)
            else:
                if cancelled.is_set():
                    break
                return reply.finish or Finish.END
            _log.info("trying again in %.1f seconds, %d of %d", wait_s, attempt + 1, self._conduct.retries)
            if cancelled.wait(wait_s):
                break
        return Finish.CANCELLED


class _BrokenError(Exception):
    """A reply that did not come to its end."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.line)
        self.fault = fault


class _Reply:
    """What a chat model writes in one try."""

    def __init__(self, chat: BaseChatModel, conduct: Conduct) -> None:
        self.written = 0  # characters
        self.finish: Finish | None = None
        self._chat = chat
        self._conduct = conduct

    def pieces(self, messages: list[BaseMessage], cancelled: threading.Event) -> Iterator[str]:
        """The text as it comes, until `cancelled` is set; raise `_BrokenError` where it breaks."""
        # No callbacks: an outer chain's would carry photo and biographies to wherever they report.
        config: RunnableConfig | None = None if self._conduct.trace else {"callbacks": []}
        chunks = Puller(
            lambda: self._chat.stream(messages, config), within=lambda: traced(self._conduct.trace)
        )
        try:
            while (chunk := self._next(chunks, cancelled)) is not None:
                if piece := str(chunk.text):
                    self.written += len(piece)
                    yield piece
        finally:
            chunks.close()
        if self.finish is None and self._conduct.says_end and not cancelled.is_set():
            raise _BrokenError(Fault("The server stopped before it said that the answer is complete."))

    def _next(self, chunks: Puller[AIMessageChunk], cancelled: threading.Event) -> AIMessageChunk | None:
        try:
            chunk = chunks.next(cancelled)
            if chunk is not None:
                self.finish = finish_of(chunk) or self.finish
        except Exception as error:
            raise _BrokenError(self._conduct.explain(error)) from error
        return chunk


def _all(running: Sequence[Future[Draft]]) -> list[Draft]:
    drafts, failures = [], []
    for future in running:
        try:
            drafts.append(future.result())
        except UserError as error:
            failures.append(error)
    if failures:
        some = f"{len(failures)} of {len(running)} questions" if len(running) > 1 else "The question"
        raise GenerationError(f"{some} could not be answered: {failures[0]}")
    return drafts


def _line(fault: Fault, written: int) -> str:
    if not written:
        return fault.line
    return f"The answer broke off after {written:,} characters: {fault.line}"
