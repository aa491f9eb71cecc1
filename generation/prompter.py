"""A request to messages: the photo shrunk, the biographies cut to what fits, the history kept short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from generation.budget import Count, Embeddings, TextBudget, estimated_tokens, fitted
from generation.message import Message, Role
from generation.neutral import neutralise, unmarked
from generation.passages import READ_LIMIT
from generation.picture import PictureBudget, picture_of
from generation.prompt import Wording, rcvit_prompt
from generation.question import checked
from generation.request import Request, Turn

_CITATION = re.compile(r"(\[[ ]?[0-9]{1,3}(?:, ?[0-9]{1,3}){0,9}[ ]?\])")


@dataclass(frozen=True, slots=True)
class Prompter:
    """Makes the messages of one model: its family, its budgets, its way of counting tokens."""

    wording: Wording = field(default_factory=Wording)
    picture: PictureBudget = field(default_factory=PictureBudget)
    text: TextBudget = field(default_factory=TextBudget)
    count: Count = field(default=estimated_tokens)
    embeddings: Embeddings | None = None  # beside the words of a question, where biographies must be cut

    def messages(self, request: Request) -> tuple[Message, ...]:
        """The whole chat up to the question; the picture and the entries are in its first message.

        There is no system message: the tuned models know only the one that Qwen2-VL's chat template writes
        by itself. Raise `UserError` where the model cannot see a photo of this shape.
        """
        said = _said(request)
        kept = self._kept(said)
        question = checked(neutralise(request.question))
        asked = [*(turn.question for turn in said), question]
        first, *following = asked[len(said) - len(kept) :]
        picture = picture_of(request.photo, self.picture, self.wording.family.token_side)
        biographies = fitted(
            request.context.entries,
            " ".join(asked[-2:]),  # "And when?" is about what was asked before
            self.text.biographies,
            self.count,
            embeddings=self.embeddings,
        )
        prompt = rcvit_prompt(
            request.context, first, picture.size, wording=self.wording, biographies=biographies
        )
        messages = [Message(Role.USER, prompt, picture)]
        for turn, then in zip(kept, following, strict=True):
            messages += [Message(Role.ASSISTANT, turn.answer), Message(Role.USER, then)]
        return tuple(messages)

    def _kept(self, said: Sequence[Turn]) -> Sequence[Turn]:
        """The latest turns that fit together."""
        left, kept = self.text.history, 0
        for turn in reversed(said):
            left -= self.count(turn.question) + self.count(turn.answer)
            if left < 0:
                break
            kept += 1
        return said[len(said) - kept :]


def _said(request: Request) -> list[Turn]:
    """The earlier turns as harmless data, without those that say nothing."""
    entries = len(request.context.entries)
    turns = (Turn(neutralise(turn.question), _answer(turn.answer, entries)) for turn in request.history)
    return [turn for turn in turns if turn.question and turn.answer]


def _answer(answer: str, entries: int) -> str:
    """An earlier answer on one line, its own citation marks kept; no colon makes an entry of one."""
    pieces = _CITATION.split(answer[:READ_LIMIT])
    told = (_mark(piece, entries) if index % 2 else _between(piece) for index, piece in enumerate(pieces))
    return unmarked("".join(told))


def _mark(piece: str, entries: int) -> str:
    """A citation as the model writes it; brackets of anything else are no citation."""
    numbers = [int(number) for number in piece[1:-1].split(",")]
    if all(1 <= number <= entries for number in numbers):
        return "".join(f"[{number}]" for number in numbers)
    return neutralise(piece)


def _between(piece: str) -> str:
    """Text between citation marks, the spaces around it kept."""
    text = neutralise(piece, limit=2 * READ_LIMIT)
    before, after = (" " if side.isspace() else "" for side in (piece[:1], piece[-1:]))
    return f"{before}{text}{after}"
