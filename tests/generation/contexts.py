"""Contexts made by hand: people in a row, each further right than the one before."""

from __future__ import annotations

import numpy as np

from gallery.entity import Entity, EntityKind
from generation.answer import Answer
from generation.context import Context, Entry, Stranger
from generation.conversation import Conversation
from generation.extractive.reader import Reader
from vision.box import Box
from vision.photo import Photo

ADA = "Ada Lovelace"
ADA_BIOGRAPHY = (
    "LOVELACE, Augusta Ada, a Senator from Alabama; born in Haleyville, Winston County, Ala., July 22, 1965; "
    "B.A., Birmingham Southern College, Birmingham, Ala., 1987; J.D., Samford University, 1990; nurse"
)
BOB = "Robert B. O'Neil"
BOB_BIOGRAPHY = "Robert B. O'Neil is a graphic designer. He was born in Lyon, Texas. He plays the piano."


def person(name: str, biography: str = "", *, noun: str = "person") -> Entity:
    """A person of the gallery."""
    return Entity(1, EntityKind.PERSON, noun, name, biography, "manual")


def thing(name: str, biography: str = "", *, noun: str = "object") -> Entity:
    """A thing of the gallery."""
    return Entity(2, EntityKind.THING, noun, name, biography, "manual")


ada = person(ADA, ADA_BIOGRAPHY)
bob = person(BOB, BOB_BIOGRAPHY)


def photo(*row: Entity | None, grows: bool = False) -> Context:
    """A photo of 1000 x 500 pixels; None is somebody unknown; with `grows` boxes get larger to the right."""
    boxes = [Box(i * 100, 50, i * 100 + 50, 100 + (10 * i if grows else 0)) for i in range(len(row))]
    known = [(entity, box) for entity, box in zip(row, boxes, strict=True) if entity is not None]
    strangers = tuple(Stranger(box, box) for entity, box in zip(row, boxes, strict=True) if entity is None)
    return Context(
        (1000, 500),
        tuple(Entry.of(k, entity, box, box) for k, (entity, box) in enumerate(known, start=1)),
        strangers,
    )


def blank(context: Context) -> Photo:
    """A grey photo as large as a context says, for generators that do not look at it."""
    width, height = context.size
    return Photo.from_pixels(np.full((height, width, 3), 128, dtype=np.uint8))


def reading(context: Context, question: str) -> Answer:
    """The reader's answer."""
    return Conversation(blank(context), context, Reader()).ask(question)
