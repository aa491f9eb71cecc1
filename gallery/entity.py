"""The values that a gallery holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vision.box import Box
from vision.quality import Quality


class EntityKind(StrEnum):
    """What an entity is."""

    PERSON = "person"
    THING = "thing"

    @property
    def several(self) -> str:
        """What more than one of the kind are called."""
        return "people" if self is EntityKind.PERSON else "things"

    @property
    def strangers(self) -> str:
        """What those of the kind are called whom a gallery does not know."""
        return "strangers" if self is EntityKind.PERSON else "unknown things"


class SpaceKind(StrEnum):
    """What the embeddings of a space are of; a gallery has at most one current space of each kind."""

    FACE = "face"
    THING = "thing"
    PHOTO = "photo"  # whole photos, for search

    @classmethod
    def of(cls, entity: EntityKind) -> SpaceKind:
        """The kind of space that entities of a kind are recognised in.

        >>> SpaceKind.of(EntityKind.PERSON)
        <SpaceKind.FACE: 'face'>
        """
        return cls.FACE if entity is EntityKind.PERSON else cls.THING

    @property
    def entity(self) -> EntityKind:
        """The kind of entities that are recognised in such a space."""
        return EntityKind.PERSON if self is SpaceKind.FACE else EntityKind.THING


@dataclass(frozen=True, slots=True)
class Entity:
    """A person or thing that the gallery knows."""

    id: int
    kind: EntityKind
    noun: str  # what a caption would call it: "woman", "mug"; "person" where nobody said
    name: str
    biography: str  # may be empty
    source: str  # where it was ingested from
    external_id: str | None = None
    merged_into: int | None = None  # the entity that stands for this one


@dataclass(frozen=True, slots=True)
class NewEntity:
    """An entity that is not in the gallery yet.

    Its identity is the external id where there is one, else source and label: two people may share a name.
    """

    name: str
    kind: EntityKind = EntityKind.PERSON
    noun: str = ""
    biography: str = ""
    source: str = "manual"
    label: str = ""  # what the source calls it, the name where that is all
    external_id: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("An entity needs a name, but the name is empty")

    @property
    def identity(self) -> str:
        """The key under which the same entity is found again."""
        if self.external_id:
            return f"id:{self.external_id}"
        return f"label:{self.source}\x1f{self.label or self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class NewReference:
    """An enrolled region that is not in the gallery yet, with its embedding in one space."""

    photo: str  # SHA-256 of the original bytes
    box: Box
    quality: Quality
    confidence: float  # of the detector, [0, 1]
    landmarks: NDArray[np.float32] | None  # (5, 2) in pixels, in the order of the model that found them
    crop: bytes  # JPEG of the surroundings, upright
    space: str
    embedding: NDArray[np.float32]  # (d,), unit length


@dataclass(frozen=True, slots=True)
class Reference:
    """One enrolled region of an entity."""

    id: int
    entity_id: int
    photo: str
    box: Box
    quality: Quality
    confidence: float


@dataclass(frozen=True, slots=True)
class Space:
    """The identity of a model whose embeddings a gallery holds."""

    name: str
    dimension: int
    model: str  # what was passed as --faces or --things: a name or a folder; a hint where to look
    current: bool  # the space that new photos are embedded in
    references: int  # how many references, or photos, have an embedding in it
    kind: SpaceKind = SpaceKind.FACE


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """A block of embeddings of one space, row i belonging to reference i."""

    reference_ids: NDArray[np.int64]  # (n,)
    entity_ids: NDArray[np.int64]  # (n,), as enrolled: merges are not resolved
    vectors: NDArray[np.float16]  # (n, d), unit length
