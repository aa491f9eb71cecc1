"""A request to messages: the photo shrunk, the biographies cut to what fits, the history kept short."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generation.budget import Count, TextBudget, estimated_tokens, fitted
from generation.message import Message, Role
from generation.neutral import neutralise
from generation.picture import PictureBudget, picture_of
from generation.prompt import Wording, rcvit_prompt
from generation.request import Request, Turn

_CITATION = re.compile(r"(\[\d{1,3}\])")


@dataclass(frozen=True, slots=True)
class Prompter:
    """Makes the messages of one model: its family, its budgets, its way of counting tokens."""

    wording: Wording = field(default_factory=Wording)
    picture: PictureBudget = field(default_factory=PictureBudget)
    text: TextBudget = field(default_factory=TextBudget)
    count: Count = field(default=estimated_tokens)

    def messages(self, request: Request) -> tuple[Message, ...]:
        """The whole chat up to the question; the picture and the entries are in its first message."""
        kept = self._kept(request.history)
        questions = [*(turn.question for turn in kept), request.question]
        picture = picture_of(request.photo, self.picture, self.wording.family.token_side)
        searched = " ".join(questions[-2:])  # "And when?" is about what was asked before
        biographies = fitted(request.context.entries, searched, self.text.biographies, self.count)
        first = rcvit_prompt(
            request.context, questions[0], picture.size, wording=self.wording, biographies=biographies
        )
        messages = [Message(Role.USER, first, picture)]
        for turn, following in zip(kept, questions[1:], strict=True):
            messages.append(Message(Role.ASSISTANT, _said(turn.answer, len(request.context.entries))))
            messages.append(Message(Role.USER, neutralise(following)))
        return tuple(messages)

    def _kept(self, history: tuple[Turn, ...]) -> tuple[Turn, ...]:
        """The latest turns that fit together."""
        left, kept = self.text.history, 0
        for turn in reversed(history):
            left -= self.count(turn.question) + self.count(turn.answer)
            if left < 0:
                break
            kept += 1
        return history[len(history) - kept :]


def _said(answer: str, entries: int) -> str:
    """An earlier answer as harmless data, its own citation marks kept."""
    pieces = _CITATION.split(answer)
    return "".join(
        piece if index % 2 and 1 <= int(piece[1:-1]) <= entries else _harmless(piece)
        for index, piece in enumerate(pieces)
    ).strip()


def _harmless(piece: str) -> str:
    """Text between citation marks: it must not make an entry of the mark before it."""
    text = neutralise(piece).lstrip(" :")
    before, after = (" " if side.isspace() else "" for side in (piece[:1], piece[-1:]))
    return f"{before}{text}{after}" if text else before
