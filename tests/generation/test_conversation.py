"""A conversation: what is asked, what is kept, and what an interruption leaves."""

from __future__ import annotations

import threading

import pytest

from generation.conversation import Conversation, answers
from generation.extractive.reader import Reader
from generation.generator import Finish, GenerationError, Stream
from generation.question import EmptyQuestionError
from generation.request import Request, Turn
from tests.fakes import Echo
from tests.generation.contexts import ada, blank, bob, photo

CONTEXT = photo(ada, bob)
PIXELS = blank(CONTEXT)


def about(echo: Echo) -> Conversation:
    """A conversation with an echo about a photo of Ada and Bob."""
    return Conversation(PIXELS, CONTEXT, echo)


def test_an_answer_has_its_text_its_citations_and_how_it_was_made() -> None:
    answer = about(Echo("Ada ", "is a nurse", " [1].")).ask("Who is it?")
    assert answer.text == "Ada is a nurse [1]."
    assert [entry.name for entry in answer.citations] == [ada.name]
    assert (answer.generator, answer.note) == ("echo", "The echo says what it was given.")
    assert (answer.sent, answer.finish) == ("Who is it?", Finish.END)


def test_an_empty_question_is_an_error_and_no_turn() -> None:
    conversation = about(Echo("Ada"))
    with pytest.raises(ValueError, match="Expected a question"):
        conversation.ask("  ")
    with pytest.raises(EmptyQuestionError):
        conversation.stream("\u200b\u2060")  # before anything is asked for
    assert conversation.exchanges == []


def test_each_question_is_asked_with_the_turns_before_it() -> None:
    echo = Echo("Yes.")
    conversation = about(echo)
    conversation.ask("Is she a nurse?")
    conversation.ask("And he?")
    assert [request.history for request in echo.asked] == [(), (Turn("Is she a nurse?", "Yes."),)]
    assert [exchange.question for exchange in conversation.exchanges] == ["Is she a nurse?", "And he?"]


def test_leaving_a_stream_keeps_what_was_written_and_ends_the_work() -> None:
    echo = Echo("one ", "two ", "three")
    conversation = about(echo)
    pieces = conversation.stream("Count.")
    assert [next(pieces), next(pieces)] == ["one ", "two "]
    pieces.close()
    (exchange,) = conversation.exchanges
    assert (exchange.answer.text, exchange.answer.finish) == ("one two", Finish.CANCELLED)
    assert (echo.given, echo.closed) == (2, True)


def test_cancelling_from_another_thread_ends_the_answer() -> None:
    conversation = about(Echo("one ", "two ", "three"))
    written = []
    for piece in conversation.stream("Count."):
        written.append(piece)
        thread = threading.Thread(target=conversation.cancel)
        thread.start()
        thread.join()
    assert written == ["one "]
    assert conversation.exchanges[-1].answer.finish is Finish.CANCELLED


def test_cancelling_before_the_first_piece_is_asked_for_ends_the_answer() -> None:
    echo = Echo("one ", "two")
    conversation = about(echo)
    pieces = conversation.stream("Count.")
    conversation.cancel()
    assert list(pieces) == []
    assert (echo.given, conversation.exchanges[-1].answer.finish) == (0, Finish.CANCELLED)
    assert conversation.ask("Again?").text == "one two"


def test_cancelling_while_the_prompt_is_made_ends_the_answer_before_its_first_word() -> None:
    class Slow(Echo):
        def stream(self, request: Request) -> Stream:
            conversation.cancel()
            return super().stream(request)

    echo = Slow("one ", "two")
    conversation = about(echo)
    assert conversation.ask("Count.").finish is Finish.CANCELLED
    assert echo.given == 0
    assert conversation.generator is echo


def test_a_keyboard_interrupt_in_the_model_keeps_what_was_written() -> None:
    conversation = about(Echo("one ", fails=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        conversation.ask("Count.")
    assert conversation.exchanges[-1].answer.text == "one"


def test_a_failing_model_is_an_error_and_no_turn() -> None:
    conversation = about(Echo("one ", fails=GenerationError("The server is gone.")))
    with pytest.raises(GenerationError, match="gone"):
        conversation.ask("Count.")
    assert conversation.exchanges == []


def test_an_answer_without_a_word_is_not_sent_again() -> None:
    echo = Echo()
    conversation = about(echo)
    assert conversation.ask("Count.").text == ""
    conversation.ask("Again?")
    assert echo.asked[-1].history == ()


def test_a_batch_gives_the_answers_of_single_conversations() -> None:
    questions = ["Who is this?", "Where was Ada born?", "Does Robert play the piano?"]
    requests = [Request(PIXELS, CONTEXT, question) for question in questions]
    batched = answers(Reader(), requests)
    single = [Conversation(PIXELS, CONTEXT, Reader()).ask(question) for question in questions]
    assert [answer.text for answer in batched] == [answer.text for answer in single]
    assert [answer.citations for answer in batched] == [answer.citations for answer in single]
    assert answers(Reader(), []) == []
