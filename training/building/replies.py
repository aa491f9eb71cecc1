"""Reading a model's reply: the JSON in it, whatever stands around it, asked for again where there is none."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from generation.checking.refusals import is_refusal
from generation.generator import Finish
from training.building.calls import WITHHELD, Answering, RefusedError, Reply
from training.building.rules import BrokenRuleError, Rejects, Rule, clean

_Value = TypeVar("_Value")
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_STARTS = 50  # braces that are tried
_AGAIN = """{prompt}

Your answer number {number} could not be used: expected {why}. Answer again, with JSON alone."""


class Steps:
    """Asks the steps of the pipeline, and counts what is rejected by rule. Safe to share by threads."""

    def __init__(self, asker: Answering, tries: int = 2) -> None:
        self.rejects: Rejects = Rejects()
        self._asker, self._tries = asker, tries
        self._lock = threading.Lock()

    def ask(self, step: str, prompt: str, read: Callable[[Mapping[str, object]], _Value]) -> _Value | None:
        """What `read` makes of the reply's object; None where no try gave one that it takes."""
        asked = prompt
        for number in range(1, self._tries + 1):
            try:
                return read(object_of(self._asker.ask(step, asked)))
            except BrokenRuleError as broken:
                self.reject(step, broken.rule)
                asked = _AGAIN.format(prompt=prompt, number=number, why=broken.why)
            except RefusedError:
                self.reject(step, Rule.SERVER_REFUSED)
                return None
        return None

    def reject(self, step: str, rule: Rule) -> None:
        """Count a rejected reply or piece."""
        with self._lock:
            self.rejects[step, rule] += 1

    def each(
        self, step: str, form: Mapping[str, object], name: str, read: Callable[[Mapping[str, object]], _Value]
    ) -> list[_Value]:
        """What `read` makes of the pieces of a list in a reply; those that break a rule are counted."""
        pieces = form.get(name)
        if not isinstance(pieces, list) or not pieces:
            raise BrokenRuleError(Rule.BAD_FIELD, f"a list '{name}'")
        good = []
        for piece in pieces:
            try:
                if not isinstance(piece, dict):
                    raise BrokenRuleError(Rule.BAD_FIELD, f"objects in '{name}'")
                good.append(read(piece))
            except BrokenRuleError as broken:
                self.reject(step, broken.rule)
        return good


def object_of(reply: Reply) -> Mapping[str, object]:
    """The JSON object of a reply; raise `BrokenRuleError` where there is none."""
    text = _THOUGHT.sub("", reply.text)
    if reply.finish == WITHHELD:
        raise BrokenRuleError(Rule.WITHHELD, "an answer")
    decoder = json.JSONDecoder()
    for start in [match.start() for match in re.finditer(r"\{", text)][:_STARTS]:
        try:
            form, _ = decoder.raw_decode(text[start:])
        except (ValueError, RecursionError):
            continue
        return form  # type: ignore[no-any-return]  # what begins with a brace is an object
    if not text.strip():
        raise BrokenRuleError(Rule.EMPTY, "an answer")
    if reply.finish == Finish.LENGTH:
        raise BrokenRuleError(Rule.CUT_OFF, "a shorter answer")
    raise BrokenRuleError(Rule.REFUSAL if is_refusal(text) else Rule.NO_JSON, "one JSON object")


def text_in(form: Mapping[str, object], name: str) -> str:
    """A clean text of an object; a number is one too. Raise `BrokenRuleError`."""
    value = form.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise BrokenRuleError(Rule.BAD_FIELD, f"'{name}' as a text")
    return clean(value)
