"""What texts of one form tell beyond doubt, and how questions about it are worded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evaluation.building.topic import Fact, Topic
from gallery.entity import EntityKind


@dataclass(frozen=True, slots=True, eq=False)
class Lore:
    """Texts of one form, and the questions that they answer."""

    kind: EntityKind
    noun: str  # what questions call somebody or something
    facts_of: Callable[[str], Mapping[Topic, Fact]]  # what a text states exactly once
    silent_topics: Callable[[str], frozenset[Topic]]  # of which a text says nothing at all
    asked: Mapping[Topic, tuple[str, ...]]  # with {who}
    called: Mapping[Topic, str]  # with {value}: "was born in {value}"
    pointed: tuple[str, ...]  # with {fact}
    pointed_by_name: tuple[str, ...]  # with {name}; none where names do not point
    invented: Mapping[Topic, tuple[str, ...]]  # values of topics that no text tells
    twins: Mapping[Topic, Topic]  # whose values have the same shape
    unsure: frozenset[Topic] = frozenset()  # a text may tell it though no fact of it was read
    year: Topic | None = None  # by which the earliest can be told
