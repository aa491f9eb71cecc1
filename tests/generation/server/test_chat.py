"""Any chat model of LangChain as a generator."""

from __future__ import annotations

import base64
import io
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableLambda
from langsmith.run_helpers import get_tracing_context
from PIL import Image

from generation.generator import Finish, GenerationError
from generation.message import Message, Role
from generation.picture import Picture
from generation.prompter import Prompter
from generation.request import Request, Turn
from generation.server.chat import ChatGenerator, Conduct
from generation.server.messages import as_langchain
from tests.generation.contexts import ada, blank, bob, photo

CONTEXT = photo(ada, bob)
PIXELS = blank(CONTEXT)


class Watched(BaseChatModel):
    """Says each word of the question behind its last colon; notes whether tracing was on while it did."""

    traced: list[object] = []  # noqa: RUF012  # a pydantic field
    asked: list[list[BaseMessage]] = []  # noqa: RUF012

    @property
    def _llm_type(self) -> str:
        return "watched"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("unused"))])

    def _stream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        for word in str(messages[-1].text).rpartition(":")[2].split():
            if word == "fail":
                raise RuntimeError("the key is\nsk-1")
            self.traced.append(get_tracing_context()["enabled"])
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))


def asked(question: str, *history: Turn) -> Request:
    """A question about Ada and Bob."""
    return Request(PIXELS, CONTEXT, question, history)


def test_what_a_chat_model_writes_is_streamed_in_its_pieces() -> None:
    stream = ChatGenerator(Watched(), Prompter()).stream(asked("Say: one two"))
    assert list(stream) == ["one ", "two "]
    assert (stream.draft.text, stream.draft.finish) == ("one two", Finish.END)
    assert stream.draft.sent.endswith("Say: one two")


def test_a_model_that_cannot_stream_answers_in_one_piece() -> None:
    class Plain(GenericFakeChatModel):
        def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
            raise NotImplementedError

        disable_streaming: bool = True

    chat = Plain(messages=iter([AIMessage("all at once", response_metadata={"stop_reason": "max_tokens"})]))
    draft = ChatGenerator(chat, Prompter()).stream(asked("Who?")).finished()
    assert (draft.text, draft.finish) == ("all at once", Finish.LENGTH)


def test_messages_keep_roles_and_pixels_and_the_picture_comes_first() -> None:
    pixels = np.arange(28 * 56 * 3, dtype=np.uint32).astype(np.uint8).reshape(28, 56, 3)
    sent = as_langchain(
        (
            Message(Role.SYSTEM, "Be brief."),
            Message(Role.USER, "Who?", Picture(pixels, "0")),
            Message(Role.ASSISTANT, "Ada [1]."),
            Message(Role.USER, "And?"),
        )
    )
    assert [message.type for message in sent] == ["system", "human", "ai", "human"]
    assert [message.text for message in sent] == ["Be brief.", "Who?", "Ada [1].", "And?"]
    blocks = sent[1].content
    assert isinstance(blocks, list)
    picture, text = (block for block in blocks if isinstance(block, dict))
    assert (picture["type"], picture["mime_type"], text["type"]) == ("image", "image/png", "text")
    with Image.open(io.BytesIO(base64.b64decode(picture["base64"]))) as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_earlier_turns_are_sent_as_messages() -> None:
    chat = Watched(asked=[])
    ChatGenerator(chat, Prompter()).stream(asked("And: he", Turn("Who is she?", "Ada [1]."))).finished()
    (messages,) = chat.asked
    assert [message.type for message in messages] == ["human", "ai", "human"]
    assert messages[0].text.endswith("Who is she?")
    assert [message.text for message in messages[1:]] == ["Ada [1].", "And: he"]


def test_the_answer_and_its_reader_see_tracing_off_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    chat = Watched(traced=[])
    pieces = iter(ChatGenerator(chat, Prompter()).stream(asked("Say: one two")))
    next(pieces)
    assert get_tracing_context()["enabled"] is None  # not the reader's business
    next(pieces)
    assert chat.traced == [False, False]


def test_an_answer_that_is_left_ends_its_model_with_tracing_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    ended: list[object] = []

    class Ending(Watched):
        def _stream(
            self, messages: list[BaseMessage], *args: Any, **kwargs: Any
        ) -> Iterator[ChatGenerationChunk]:
            try:
                yield from super()._stream(messages)
            finally:
                ended.append(get_tracing_context()["enabled"])

    for _ in ChatGenerator(Ending(), Prompter()).stream(asked("Say: one two")):
        break
    assert ended == [False]


def test_tracing_stays_as_it_is_where_it_is_allowed() -> None:
    chat = Watched(traced=[])
    ChatGenerator(chat, Prompter(), conduct=Conduct(trace=True)).stream(asked("Say: one")).finished()
    assert chat.traced == [None]


def test_callbacks_of_a_chain_around_it_do_not_see_the_photo() -> None:
    class Spy(BaseCallbackHandler):
        def __init__(self) -> None:
            self.seen: list[object] = []

        def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
            self.seen.append(messages)

    def answered(question: str, conduct: Conduct) -> Spy:
        spy = Spy()
        generator = ChatGenerator(Watched(), Prompter(), conduct=conduct)

        def answer(question: str) -> str:
            return generator.stream(asked(question)).finished().text

        assert RunnableLambda(answer).invoke(question, {"callbacks": [spy]}) == "one"
        return spy

    assert answered("Say: one", Conduct()).seen == []
    assert len(answered("Say: one", Conduct(trace=True)).seen) == 1


def test_a_batch_keeps_its_order_and_asks_several_at_a_time() -> None:
    together = threading.Barrier(3)  # broken if they came one after the other

    class Slow(Watched):
        def _stream(
            self, messages: list[BaseMessage], *args: Any, **kwargs: Any
        ) -> Iterator[ChatGenerationChunk]:
            together.wait(20)
            yield from super()._stream(messages)

    generator = ChatGenerator(Slow(), Prompter(), conduct=Conduct(concurrency=3))
    drafts = generator.batch([asked(f"Say: {word}") for word in ("one", "two", "three", "4", "5", "6")])
    assert [draft.text for draft in drafts] == ["one", "two", "three", "4", "5", "6"]
    assert generator.batch([]) == []


def test_a_batch_says_how_many_failed_after_the_others_are_done() -> None:
    chat = Watched(asked=[])
    generator = ChatGenerator(chat, Prompter(), conduct=Conduct(concurrency=1))
    with pytest.raises(GenerationError, match="2 of 3 questions could not be answered: The chat model"):
        generator.batch([asked("Say: fail"), asked("Say: one fail"), asked("Say: two")])
    assert [messages[-1].text.rpartition(": ")[2] for messages in chat.asked] == ["fail", "one fail", "two"]


def test_an_error_of_a_model_is_one_line_without_its_cause() -> None:
    with pytest.raises(GenerationError) as error:
        ChatGenerator(Watched(), Prompter()).stream(asked("Say: fail")).finished()
    assert str(error.value) == "The chat model failed: the key is sk-1."
    assert "RuntimeError" not in "".join(traceback.format_exception(error.value))


def test_an_error_in_the_middle_says_how_much_was_written() -> None:
    with pytest.raises(GenerationError, match="broke off after 8 characters: The chat model failed"):
        ChatGenerator(Watched(), Prompter()).stream(asked("Say: one two fail")).finished()


def test_an_option_is_chosen_by_the_letter_that_the_model_writes() -> None:
    chat = GenericFakeChatModel(messages=iter([AIMessage("The answer is (B) [2]."), AIMessage("Who knows?")]))
    generator = ChatGenerator(chat, Prompter())
    picked = generator.choose(asked("Who plays?"), ["Ada", "Bob"])
    assert (picked.index, picked.text) == (1, "The answer is (B) [2].")
    assert generator.choose(asked("Who plays?"), ["Ada", "Bob"]).index is None


@pytest.mark.parametrize("wrong", [{"retries": -1}, {"backoff_s": -1.0}, {"concurrency": 0}])
def test_conduct_checks_itself(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Expected retries"):
        Conduct(**wrong)
