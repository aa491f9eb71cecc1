"""The prompt that RC-Qwen2-VL was tuned on (RCVIT): numbered entries, an instruction, the question."""

from __future__ import annotations

import re

from gallery.entity import Entity, EntityKind
from generation.context import Context, Entry
from generation.folding import folded
from generation.neutral import NAME_LIMIT, neutralise
from generation.passages import sentence
from generation.question import checked
from vision.box import Box

INSTRUCTION = (
    "Answer the following question based on the information above and the given image, "
    "and provide citations for your response."
)
# The tuned models never saw a prompt without entries: it must not speak of information or of citations.
INSTRUCTION_WITHOUT_ENTRIES = (
    "Nobody in the given image is known. "
    "Answer the following question based on the given image, without names."
)
_GRID = 1000  # Qwen2-VL counts places in thousandths of the width and height


def rcvit_prompt(context: Context, question: str) -> str:
    """The text part of the user turn; the image comes before it."""
    asked = neutralise(checked(question))
    if not context.entries:
        return f"{INSTRUCTION_WITHOUT_ENTRIES}\n{asked}"
    lines = [_line(entry, context.size) for entry in context.entries]
    return "\n".join([*lines, INSTRUCTION, asked])


def thousandths(box: Box, size: tuple[int, int]) -> str:
    """The corners of a box in a photo of `size` (width, height), as Qwen2-VL writes them.

    >>> thousandths(Box(100, 50, 250, 300), (400, 300))
    '(250,167),(625,1000)'
    """
    width, height = size
    left, right = (_on_grid(x, width) for x in (box.left, box.right))
    top, bottom = (_on_grid(y, height) for y in (box.top, box.bottom))
    return f"({left},{top}),({right},{bottom})"


def _on_grid(pixels: int, length: int) -> int:
    return min(max(round(pixels / length * _GRID), 0), _GRID)


def _line(entry: Entry, size: tuple[int, int]) -> str:
    place = f"<|box_start|>{thousandths(entry.prompt_box, size)}<|box_end|>"
    noun = f"{_noun(entry.entity)} located at {place} in the image"
    return f"[{entry.k}]: The information of the {noun}: {_information(entry.entity)}"


def _noun(entity: Entity) -> str:
    otherwise = "person" if entity.kind is EntityKind.PERSON else "object"
    return neutralise(entity.noun, limit=NAME_LIMIT) or otherwise


def _information(entity: Entity) -> str:
    """Name and biography as sentences; the name is not said twice."""
    name = neutralise(entity.name, limit=NAME_LIMIT)
    biography = neutralise(entity.biography)
    if not biography or not name:
        return sentence(biography or name)
    if re.search(rf"\b{re.escape(folded(name))}(?!\w)", folded(biography)):
        return sentence(biography)
    return f"{sentence(name)} {sentence(biography)}"
