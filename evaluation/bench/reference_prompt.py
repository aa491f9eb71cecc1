"""Prompts that tell who is in a photo by reference photos instead of boxes, in the style of RAP, to compare.

RAP (arXiv 2410.13360) shows the scene and, for each concept, a reference photo with name and text. Here each
reference is a turn with one picture, since our messages hold one; the question comes last, with the scene.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Self

from evaluation.bench.bench import Bench
from evaluation.bench.matching import known_entities
from generation.budget import fitted
from generation.context import Entry
from generation.message import Message, Role
from generation.neutral import NAME_LIMIT, neutralise
from generation.picture import picture_of
from generation.prompt import INSTRUCTION_WITHOUT_CITATIONS
from generation.prompter import Prompter
from generation.request import Request
from vision.photo import Photo


@dataclass(frozen=True, slots=True)
class ReferencePrompter(Prompter):
    """A prompter that sends a reference photo for each entry, and no box."""

    references: Mapping[int, Photo] = field(default_factory=dict)  # by the ids of the entries

    @classmethod
    def of(cls, prompter: Prompter, bench: Bench) -> Self:
        """A prompter with the budgets of another, and the first reference photo of everybody of a bench."""
        files = {entity.id: bench.entities[entity.external_id or ""] for entity in known_entities(bench)}
        photos = {
            number: Photo.open(bench.folder / entity.references[0])
            for number, entity in files.items()
            if entity.references
        }
        return cls(**{one.name: getattr(prompter, one.name) for one in fields(Prompter)}, references=photos)

    def messages(self, request: Request) -> tuple[Message, ...]:
        """References first, then the scene with the question; earlier turns are not told."""
        entries = request.context.entries
        texts = fitted(
            entries, request.question, self.text.biographies, self.count, embeddings=self.embeddings
        )
        told = [self._reference(entry, texts[entry.k]) for entry in entries]
        scene = picture_of(request.photo, self.picture, self.wording.family.token_side)
        question = f"{INSTRUCTION_WITHOUT_CITATIONS}\n{neutralise(request.question)}"
        return (*told, Message(Role.USER, question, scene))

    def _reference(self, entry: Entry, text: str) -> Message:
        name = neutralise(entry.name, limit=NAME_LIMIT)
        photo = self.references.get(entry.entity_id or 0)
        picture = None if photo is None else picture_of(photo, self.picture, self.wording.family.token_side)
        return Message(Role.USER, f"{entry.k}. Name: {name}, Info: {text}", picture)
