"""Messages: what a chat model is sent, whichever way it runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from generation.picture import Picture


class Role(StrEnum):
    """Who says it."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One turn of a chat; the picture comes before the text."""

    role: Role
    text: str
    picture: Picture | None = None


def as_sent(messages: tuple[Message, ...]) -> str:
    """The text of all messages: what a single one says, else each behind its role."""
    if len(messages) == 1:
        return messages[0].text
    return "\n\n".join(f"{message.role.value}: {message.text}" for message in messages)
