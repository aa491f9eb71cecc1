"""LangChain's messages as ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from generation.generator import GenerationError
from generation.message import Message, Role
from generation.picture import Picture, PictureBudget, picture_of
from retrieval.photos import given_photo

_ROLES = {SystemMessage: Role.SYSTEM, HumanMessage: Role.USER, AIMessage: Role.ASSISTANT}


def messages_of(chat: Sequence[BaseMessage], budget: PictureBudget, token_side: int) -> tuple[Message, ...]:
    """LangChain's messages as ours, the picture brought to its budget.

    A picture stands in the first human message, as base64 or a data URI; it comes before the text of that
    message wherever it stood in it. Raise `GenerationError` for what a local model cannot be shown.
    """
    roles = [role_of(message) for message in chat]
    if not roles or roles[-1] is not Role.USER:
        raise GenerationError("Expected a chat that ends with a human message.")
    uris = [_pictures(message) for message in chat]
    first = roles.index(Role.USER)
    if sum(map(len, uris)) > 1 or any(uris[:first] + uris[first + 1 :]):
        raise GenerationError(
            "The local model answers about one picture, in the first human message, but the chat has "
            "several or has it elsewhere. Start another chat for another picture."
        )
    picture = _picture(uris[first][0], budget, token_side) if uris[first] else None
    return tuple(
        Message(role, text_of(message), picture if index == first else None)
        for index, (role, message) in enumerate(zip(roles, chat, strict=True))
    )


def text_of(message: BaseMessage) -> str:
    """The text of a message, its blocks joined as they are."""
    return "".join(str(block["text"]) for block in _blocks(message) if block["type"] == "text")


def role_of(message: BaseMessage) -> Role:
    """Who says a message; raise `GenerationError` for those of tools."""
    for class_, role in _ROLES.items():
        if isinstance(message, class_):
            return role
    raise GenerationError(
        f"Expected system, human and AI messages, but got a message of type '{message.type}'."
    )


def _blocks(message: BaseMessage) -> list[dict[str, Any]]:
    """LangChain brings every form of content, its own and other libraries', to its standard blocks."""
    return [dict(block) for block in message.content_blocks]


def _pictures(message: BaseMessage) -> list[str]:
    """The data URIs of a message's pictures."""
    uris = []
    for block in _blocks(message):
        if block["type"] == "image":
            uris.append(_uri(block))
        elif block["type"] != "text":
            raise GenerationError(
                f"Expected text and pictures, but a {message.type} message has a block of another type "
                f"('{_type(block)}')."
            )
    return uris


def _type(block: dict[str, Any]) -> str:
    """What the sender called a block that LangChain does not know."""
    value = block.get("value")
    return str(value.get("type")) if isinstance(value, dict) else str(block["type"])


def _uri(block: dict[str, Any]) -> str:
    if "base64" in block:
        return f"data:{block.get('mime_type') or 'image/png'};base64,{block['base64']}"
    url = str(block.get("url", ""))
    if not url.startswith("data:"):
        got = url.split("/")[0][:10] or "something else"
        raise GenerationError(
            f"Expected a picture as base64 or as a data URI, but got {got}; nothing is fetched or opened."
        )
    return url


def _picture(uri: str, budget: PictureBudget, token_side: int) -> Picture:
    try:
        return picture_of(given_photo(uri), budget, token_side)
    except ValueError as error:
        raise GenerationError(str(error)) from error
