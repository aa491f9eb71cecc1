"""Questions that somebody might begin with, made from what is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.web.plain import spoken
from generation.context import Context, Entry
from generation.extractive.reader import read

MOST_QUESTIONS = 4
_MOST_PEOPLE = 3
_ABOUT = (
    "Where was {name} born?",
    "What awards did {name} win?",
    "What did {name} study?",
    "When was {name} elected?",
    "What is {name} known for?",
)
_TOLD = ("Tell me about {name}.",)
_EVERYBODY = "Who is in this photo?"
_STRANGERS = "How many people are in this photo?"


def suggestions(context: Context) -> tuple[str, ...]:
    """Questions to which the biographies hold an answer, the best first; they cost some reading."""
    return tuple(dict.fromkeys(_questions(context)))


def unasked(questions: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The first few questions that were not asked yet."""
    return [question for question in questions if question not in asked][:MOST_QUESTIONS]


def _questions(context: Context) -> Iterator[str]:
    if not context.entries:
        yield _STRANGERS
        return
    people = [(entry, _called(entry)) for entry in context.entries[:_MOST_PEOPLE]]
    answerable = [list(_about(context, entry, name)) for entry, name in people if name]
    yield from (questions[0] for questions in answerable if questions)
    yield _EVERYBODY
    yield from (question for questions in answerable for question in questions[1:])


def _called(entry: Entry) -> str:
    """The name for a button; what is given without one is "the dog"."""
    return spoken(entry.name) or (f"the {spoken(entry.noun)}" if entry.given else "")


def _about(context: Context, entry: Entry, name: str) -> Iterator[str]:
    """The questions about one person that can be answered: the reader finds a passage to quote."""
    if not entry.text.strip():  # the name alone is no answer
        return
    for question in _TOLD if entry.given else _ABOUT:
        text = question.format(name=name)
        if f"[{entry.k}]" in read(context, text):
            yield text
