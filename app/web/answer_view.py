"""An answer as data for the page: text and citation marks apart, and what stands below it."""

from __future__ import annotations

from app.forms import Json, printable, title
from generation.answer import Answer
from generation.checking.citations import marks_of
from generation.context import Context
from generation.generator import Finish

_FINISHED = {
    Finish.CANCELLED: "Stopped; this is what was written.",
    Finish.LENGTH: "Cut off at the limit of new tokens (PLACARD_MAX_NEW_TOKENS).",
}


def answer_view(answer: Answer, context: Context, *, photo: str, reason: str) -> Json:
    """What the component for answers is sent; `photo` is the hash of the photo that marks point into."""
    known = {
        entry.k: {"number": entry.k, "name": title(entry), "given": entry.given} for entry in context.entries
    }
    found = list(dict.fromkeys(finding.message for finding in answer.findings))
    if answer.finish in _FINISHED:
        found.append(_FINISHED[answer.finish])
    return {
        "photo": photo,
        "parts": _parts(printable(answer.text, lines=True), known),
        "notes": [printable(note) for note in found],
        "by": f"Answered by the {answer.generator}: {reason}." if reason else "",
    }


def _parts(text: str, known: dict[int, Json]) -> list[Json]:
    """The text in pieces; marks of entries that exist become pieces of their own."""
    parts: list[Json] = []
    end = 0
    for mark in marks_of(text):
        numbers = [number for number in mark.numbers if number in known]
        if not numbers or len(numbers) < len(mark.numbers):
            continue  # shown as it was written; a finding says what is wrong with it
        parts.append({"text": text[end : mark.start]})
        parts += [known[number] for number in numbers]
        end = mark.end
    return [*parts, {"text": text[end:]}]
