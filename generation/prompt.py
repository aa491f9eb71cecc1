"""The prompt that RC-Qwen2-VL was tuned on (RCVIT): numbered entries, an instruction, the question.

One function makes it for serving, evaluation and training. Source: README of hongliang-wei/RC-MLLM.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gallery.entity import EntityKind
from generation.budget import told_whole
from generation.context import Context, Entry
from generation.family import Family
from generation.folding import folded
from generation.neutral import NAME_LIMIT, neutralise, unmarked
from generation.passages import sentence
from generation.question import checked
from vision.box import Box

INSTRUCTION = (
    "Answer the following question based on the information above and the given image, "
    "and provide citations for your response."
)
INSTRUCTION_WITHOUT_CITATIONS = (
    "Answer the following question based on the information above and the given image."
)
# The tuned models never saw a prompt without entries: it must not speak of information or of citations.
INSTRUCTION_WITHOUT_ENTRIES = (
    "Nobody in the given image is known. "
    "Answer the following question based on the given image, without names."
)
STRANGERS = "There is no information about the people located at {places} in the image."
STRANGER = "There is no information about the person located at {places} in the image."


@dataclass(frozen=True, slots=True)
class Wording:
    """What is a choice in the prompt."""

    family: Family = Family.QWEN2_VL
    cite: bool = True  # ask for citations
    strangers: bool = False  # say where people stand who are not in the gallery
    boxes: bool = True  # say where each entry is; without them is for measuring what they are good for


def rcvit_prompt(
    context: Context,
    question: str,
    picture: tuple[int, int],
    *,
    wording: Wording = Wording(),
    biographies: Mapping[int, str] | None = None,
) -> str:
    """The text part of the user turn; the image comes before it.

    `picture` is the (width, height) of what the model sees. `biographies` holds by k what fits the budget,
    neutralised already; by default the whole biographies are told.
    """
    asked = checked(neutralise(question))
    strangers = _strangers(context, picture, wording)
    if not context.entries:
        return "\n".join([*strangers, INSTRUCTION_WITHOUT_ENTRIES, asked])
    if biographies is None:
        biographies = {entry.k: told_whole(entry.text) for entry in context.entries}
    lines = [
        _line(entry, _located(entry, context, picture, wording), biographies[entry.k])
        for entry in context.entries
    ]
    instruction = INSTRUCTION if wording.cite else INSTRUCTION_WITHOUT_CITATIONS
    return "\n".join([*lines, *strangers, instruction, asked])


def _line(entry: Entry, located: str, biography: str) -> str:
    noun = f"{_noun(entry)}{located} in the image"
    return f"[{entry.k}]: The information of the {noun}: {_information(entry, biography)}"


def _located(entry: Entry, context: Context, picture: tuple[int, int], wording: Wording) -> str:
    if not wording.boxes:
        return ""
    return f" located at {_place(entry.prompt_box, context.size, picture, wording.family)}"


def _place(box: Box, photo: tuple[int, int], picture: tuple[int, int], family: Family) -> str:
    return f"<|box_start|>{family.place(box, photo, picture)}<|box_end|>"


def _strangers(context: Context, picture: tuple[int, int], wording: Wording) -> list[str]:
    if not wording.strangers or not context.unknown_people:
        return []
    places = [_place(s.prompt_box, context.size, picture, wording.family) for s in context.unknown_people]
    line = STRANGER if len(places) == 1 else STRANGERS
    return [line.format(places=", ".join(places))]


def _noun(entry: Entry) -> str:
    otherwise = "person" if entry.kind is EntityKind.PERSON else "object"
    return neutralise(entry.noun, limit=NAME_LIMIT) or otherwise


def _information(entry: Entry, biography: str) -> str:
    """Name and biography as sentences; the name is not said twice."""
    name = neutralise(entry.name, limit=NAME_LIMIT)
    if not biography or not name:
        return sentence(biography or name)
    if re.search(rf"\b{re.escape(folded(name))}(?!\w)", folded(biography)):
        return sentence(biography)
    return unmarked(f"{sentence(name)} {sentence(biography)}")
