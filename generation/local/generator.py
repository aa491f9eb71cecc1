"""The generator that runs a model on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from string import ascii_uppercase

from generation.budget import TextBudget
from generation.choosing import with_options
from generation.dtype import Dtype
from generation.generator import Choice, Draft, Stream
from generation.local.loading import load_model
from generation.local.model import LocalModel
from generation.message import as_sent
from generation.prompt import Wording
from generation.prompter import Prompter
from generation.request import Request
from generation.sampling import Sampling
from vision.device import Device


class LocalGenerator:
    """Answers by a model on this machine."""

    name = "local"

    def __init__(self, model: LocalModel, prompter: Prompter, sampling: Sampling) -> None:
        self.model = model
        self._prompter = prompter
        self._sampling = sampling

    @property
    def note(self) -> str:
        """Which model answers, and on what."""
        return f"Answered by {self.model.name} on {self.model.device} ({self.model.dtype})."

    def prompted(self, change: Callable[[Prompter], Prompter]) -> LocalGenerator:
        """The same model with other prompts, to compare them."""
        return LocalGenerator(self.model, change(self._prompter), self._sampling)

    def stream(self, request: Request) -> Stream:
        """Write one answer token by token; raise `GenerationError` where the model cannot."""
        messages = self._prompter.messages(request)
        cancelled = threading.Event()
        return Stream(self.model.stream(messages, self._sampling, cancelled), as_sent(messages), cancelled)

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        """Answer many requests, several in one go; the same texts as one by one where greedy."""
        chats = [self._prompter.messages(request) for request in requests]
        written = self.model.batch(chats, self._sampling)
        return [
            Draft(answer.text.strip(), answer.finish, as_sent(chat))
            for answer, chat in zip(written, chats, strict=True)
        ]

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        """The option whose letter the model finds likeliest; 2 to 26 options."""
        messages = with_options(self._prompter.messages(request), options)
        likelihoods = self.model.likelihoods(messages, ascii_uppercase[: len(options)])
        best = likelihoods.index(max(likelihoods))
        return Choice(best, options[best], as_sent(messages))


def open_local(
    folder: Path | str,
    *,
    processor: Path | str = "",
    device: Device = Device.AUTO,
    dtype: Dtype = Dtype.AUTO,
    sampling: Sampling | None = None,
    wording: Wording | None = None,
    text: TextBudget | None = None,
    min_tokens: int | None = None,
    max_tokens: int | None = None,
) -> LocalGenerator:
    """Load the model in a folder and make it a generator.

    The family is the model's own, whatever `wording` says. `min_tokens` and `max_tokens` of a picture are by
    default what the model's folder allows.
    """
    model = load_model(Path(folder), processor=processor, device=device, dtype=dtype)
    prompter = Prompter(
        replace(wording or Wording(), family=model.family),
        model.picture_budget.changed(min_tokens, max_tokens),
        text or TextBudget(),
        model.count,
    )
    return LocalGenerator(model, prompter, sampling or Sampling())
