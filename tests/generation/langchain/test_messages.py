"""LangChain's messages become ours, or are refused in a line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from generation.generator import GenerationError
from generation.langchain.messages import messages_of
from generation.message import Message, Role
from generation.picture import Picture, PictureBudget, picture_of
from generation.server.messages import as_langchain
from retrieval.photos import given_photo
from tests.retrieval.colours import GROUP
from vision.photo import UnreadablePhotoError

BASE64 = GROUP.partition(",")[2]
BUDGET = PictureBudget(4, 16)
SHOWN = picture_of(given_photo(GROUP), BUDGET, 28)
IMAGE = {"type": "image", "base64": BASE64, "mime_type": "image/png"}


def converted(*chat: BaseMessage) -> tuple[Message, ...]:
    return messages_of(chat, BUDGET, 28)


def human(*blocks: dict[str, Any] | str) -> HumanMessage:
    return HumanMessage(list(blocks))


@pytest.mark.parametrize(
    "block",
    [
        IMAGE,
        {"type": "image", "url": GROUP},
        {"type": "image_url", "image_url": {"url": GROUP}},
        {"type": "image_url", "image_url": {"url": GROUP, "detail": "low"}},
        {"type": "image", "source_type": "base64", "data": BASE64, "mime_type": "image/png"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": BASE64}},
    ],
)
def test_every_usual_form_of_a_picture_is_seen_and_brought_to_the_budget(block: dict[str, Any]) -> None:
    (message,) = converted(human("Who ", block, {"type": "text", "text": "is it?"}))
    assert (message.role, message.text) == (Role.USER, "Who is it?")
    assert message.picture is not None
    np.testing.assert_array_equal(message.picture.pixels, SHOWN.pixels)


def test_what_we_send_comes_back_as_it_was() -> None:
    sent = (
        Message(Role.SYSTEM, "Be brief."),
        Message(Role.USER, "[1]: an entry\nWho?", SHOWN),
        Message(Role.ASSISTANT, "Ann [1]."),
        Message(Role.USER, "And where?"),
    )
    got = converted(*as_langchain(sent))
    assert [(told.role, told.text) for told in got] == [(told.role, told.text) for told in sent]
    pictures: list[Picture | None] = [told.picture for told in got]
    assert [picture is not None for picture in pictures] == [False, True, False, False]
    assert pictures[1] is not None
    np.testing.assert_array_equal(pictures[1].pixels, SHOWN.pixels)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image_url", "image_url": {"url": "http://127.0.0.1:9/ann.png"}},
        {"type": "image", "url": "https://127.0.0.1/ann.png"},
        {"type": "image", "url": "file:///etc/passwd"},
        {"type": "image", "url": "/etc/passwd"},
        {"type": "image", "file_id": "x"},
        {"type": "image", "url": "data:text/plain;base64,aGVsbG8="},
        {"type": "image", "base64": "no base64!", "mime_type": "image/png"},
    ],
)
def test_a_picture_that_is_not_in_the_message_is_neither_fetched_nor_read(block: dict[str, Any]) -> None:
    with pytest.raises(GenerationError, match=r"nothing is fetched|Expected data:image|not valid base64"):
        converted(human(block, "Who?"))


def test_a_damaged_picture_is_refused() -> None:
    with pytest.raises(UnreadablePhotoError):
        converted(human({**IMAGE, "base64": "aGVsbG8="}))


@pytest.mark.parametrize(
    "chat",
    [
        [human(IMAGE, IMAGE, "Who?")],
        [human(IMAGE, "Who?"), AIMessage("Ann."), human(IMAGE, "And here?")],
        [HumanMessage("Hello"), AIMessage("Hello."), human(IMAGE, "Who?")],
        [SystemMessage([IMAGE]), HumanMessage("Who?")],
    ],
)
def test_more_than_one_picture_or_one_elsewhere_is_refused(chat: list[BaseMessage]) -> None:
    with pytest.raises(GenerationError, match="one picture, in the first human message"):
        converted(*chat)


@pytest.mark.parametrize(
    ("chat", "complaint"),
    [
        ([], "ends with a human message"),
        ([HumanMessage("Who?"), AIMessage("Ann")], "ends with a human message"),
        ([ToolMessage("4", tool_call_id="1"), HumanMessage("Who?")], "a message of type 'tool'"),
        ([human({"type": "audio", "base64": "aGk=", "mime_type": "audio/wav"})], "another type .'audio'"),
        ([human({"type": "hologram", "data": "x"})], "another type .'hologram'"),
    ],
)
def test_what_a_local_model_cannot_be_shown_is_refused(chat: list[BaseMessage], complaint: str) -> None:
    with pytest.raises(GenerationError, match=complaint):
        converted(*chat)
