"""A bench: a gallery with texts, query photos with known boxes, multiple-choice questions about them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from gallery.entity import EntityKind
from vision.box import Box

NOT_ENOUGH = "There is not enough information to answer the question"


class QuestionType(StrEnum):
    """What a question goes from and to, and whether it can be answered (RCMU's four sub-types)."""

    V2C = "v2c"  # from what is seen to what is written: "Where was the person on the left born?"
    C2V = "c2v"  # from what is written to what is seen: "Which person was born in Lyon?"
    UNANSWERABLE_V2C = "unanswerable_v2c"  # no text tells it, or nobody knows the person meant
    UNANSWERABLE_C2V = "unanswerable_c2v"  # who is meant is not in the photo

    @property
    def answerable(self) -> bool:
        """Whether another option than "not enough information" is right."""
        return self in (QuestionType.V2C, QuestionType.C2V)


@dataclass(frozen=True, slots=True)
class BenchEntity:
    """Somebody or something of the gallery."""

    id: str
    kind: EntityKind
    noun: str
    name: str
    biography: str
    references: tuple[str, ...]  # photos, relative to the bench's folder


@dataclass(frozen=True, slots=True)
class BenchRegion:
    """A place in a query photo and who or what is there."""

    box: Box
    entity: str | None  # the id; None for a stranger to the gallery


@dataclass(frozen=True, slots=True)
class BenchPhoto:
    """A query photo."""

    id: str
    file: str  # relative to the bench's folder
    size: tuple[int, int]  # (width, height) in pixels
    regions: tuple[BenchRegion, ...]  # all that are to be found; none where nobody says


@dataclass(frozen=True, slots=True)
class BenchQuestion:
    """A question with options, one of them right."""

    id: str
    photo: str
    type: QuestionType
    text: str
    options: tuple[str, ...]
    answer: int  # the right option, from 0
    abstain: int | None  # the option that says "not enough information"; None where there is none
    about: str | None  # the id of the entity that it is about; None for a stranger, or for nobody
    topic: str  # what it asks for, such as "birthplace"
    refers: str  # by what it means somebody, and what it asks to be pointed at: "by place"


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """A whole bench and where it lies."""

    folder: Path
    name: str
    made: Mapping[str, object]  # how: command, seed, source, versions; as its file says
    entities: Mapping[str, BenchEntity]
    photos: Mapping[str, BenchPhoto]
    questions: tuple[BenchQuestion, ...]
    hashes: Mapping[str, str] = field(default_factory=dict)  # SHA-256 of each file, by its path in the folder

    @property
    def data_hash(self) -> str:
        """One hash of all files, tables and photos."""
        return content_hash(dict(self.hashes))

    def regions_of(self, question: BenchQuestion) -> tuple[BenchRegion, ...]:
        """The gold regions of a question's photo."""
        return self.photos[question.photo].regions

    @property
    def strange(self) -> EntityKind:
        """What a stranger to the gallery is: a person, but a thing in a bench of things alone."""
        kinds = {entity.kind for entity in self.entities.values()}
        return EntityKind.THING if kinds == {EntityKind.THING} else EntityKind.PERSON

    @property
    def chance(self) -> float:
        """The accuracy of guessing, [0, 1]; 0 without questions."""
        shares = [1 / len(question.options) for question in self.questions]
        return sum(shares) / len(shares) if shares else 0.0


def content_hash(parts: object) -> str:
    """SHA-256 of a JSON value: equal values have equal hashes, whatever the order of their keys."""
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
