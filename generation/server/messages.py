"""Our messages as LangChain's, and what LangChain's say back."""

from __future__ import annotations

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from generation.generator import Finish
from generation.message import Message, Role
from generation.picture import Picture

# What models and servers call the end of a turn, by the key that LangChain puts it under.
_KEYS = ("finish_reason", "stop_reason", "done_reason")
_LENGTH = frozenset({"length", "max_tokens"})
_FAILED = frozenset({"abort", "aborted", "error", "content_filter"})


class WithheldError(Exception):
    """The end of an answer that its model did not want to end; the text is the reason it gave."""


def as_langchain(messages: tuple[Message, ...]) -> list[BaseMessage]:
    """The messages in LangChain's types; a picture is PNG in a block before the text."""
    return [_message(message) for message in messages]


def finish_of(said: BaseMessage) -> Finish | None:
    """Why the model stopped, if this is where it says so; raise `WithheldError` where it had to."""
    for key in _KEYS:
        reason = said.response_metadata.get(key)
        if isinstance(reason, str) and reason:
            return _finish(reason.lower())
    return None


def _finish(reason: str) -> Finish:
    if reason in _FAILED:
        raise WithheldError(reason)
    return Finish.LENGTH if reason in _LENGTH else Finish.END


def _message(message: Message) -> BaseMessage:
    match message.role:
        case Role.SYSTEM:
            return SystemMessage(message.text)
        case Role.ASSISTANT:
            return AIMessage(message.text)
        case Role.USER if message.picture is None:
            return HumanMessage(message.text)
        case Role.USER:
            return HumanMessage([_block(message.picture), {"type": "text", "text": message.text}])


def _block(picture: Picture) -> dict[str, str]:
    head, _, data = picture.data_uri().partition(",")
    return {"type": "image", "base64": data, "mime_type": head.removeprefix("data:").partition(";")[0]}
