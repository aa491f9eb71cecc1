"""An answer that is written in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Generator as Writer
from collections.abc import Sequence

from app.web.writing import Writing
from generation.conversation import Conversation
from generation.generator import Choice, Draft, Finish, GenerationError, Stream
from generation.request import Request
from tests.fakes import Echo
from tests.generation.contexts import ada, blank, photo

QUESTION = "Who?"


class Gated:
    """Writes one word for each time that somebody opens the gate."""

    name = "gated"
    note = "It waits."

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.closed = threading.Event()

    def stream(self, request: Request) -> Stream:
        return Stream(self._words(), sent="")

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        return []

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        return Choice(None, "")

    def _words(self) -> Writer[str, None, Finish]:
        try:
            for number in range(1000):
                self.gate.acquire()
                yield f"word{number} "
        finally:
            self.closed.set()
        return Finish.END


def about_ada(generator: Gated | Echo) -> Conversation:
    context = photo(ada)
    return Conversation(blank(context), context, generator)


def written(writing: Writing) -> str:
    while not writing.wait(len(writing.text), 10):
        pass
    return writing.text


def test_a_finished_answer_is_part_of_the_conversation() -> None:
    conversation = about_ada(Echo("It is ", "Ada [1]."))
    writing = Writing(conversation, QUESTION)
    writing.start()
    assert written(writing) == "It is Ada [1]."
    assert writing.error is None
    assert [exchange.answer.text for exchange in conversation.exchanges] == ["It is Ada [1]."]


def test_pieces_can_be_seen_before_the_end_and_stopping_ends_the_work() -> None:
    slow = Gated()
    conversation = about_ada(slow)
    writing = Writing(conversation, QUESTION)
    writing.start()
    slow.gate.release()
    assert not writing.wait(0, 10)
    assert writing.text == "word0 "
    writing.cancel()
    slow.gate.release()  # the step that it was in
    assert written(writing) in ("word0 ", "word0 word1 ")
    assert slow.closed.is_set()
    (exchange,) = conversation.exchanges
    assert exchange.answer.finish is Finish.CANCELLED
    assert exchange.answer.text.startswith("word0")
    assert writing.error is None


def test_an_answer_that_is_stopped_while_it_queues_was_never_begun() -> None:
    turn = threading.Lock()
    conversation = about_ada(Echo("never"))
    with turn:
        writing = Writing(conversation, QUESTION, turn)
        writing.start()
        writing.stop()
        assert writing.done
    assert writing.error == "Stopped before it began."
    assert conversation.exchanges == []
    assert not turn.locked()


def test_the_turn_is_given_back_after_an_answer_and_after_a_failure() -> None:
    turn = threading.Lock()
    for generator in (Echo("fine"), Echo("a", fails=GenerationError("The server is down."))):
        writing = Writing(about_ada(generator), QUESTION, turn)
        writing.start()
        written(writing)
        assert not turn.locked()
    assert writing.error == "The server is down."
