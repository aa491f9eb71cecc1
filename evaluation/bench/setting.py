"""Settings that separate causes: where regions, matches and texts of a run come from."""

from __future__ import annotations

from enum import StrEnum


class Setting(StrEnum):
    """What a generator is given with a question."""

    GOLD = "gold"  # regions and matches as the bench says: only the answer can be wrong
    RETRIEVED = "retrieved"  # regions as the bench says, matches by the recogniser
    CHAIN = "chain"  # the photo alone, as a user gives it: detection, matching, answer
    CLOSED = "closed"  # no text at all: what a model knows or guesses
    TEXT = "text"  # the texts that fit the question best, whoever is in the photo, without places
    REFERENCE = "reference"  # gold matches told by reference photos instead of boxes, in the style of RAP

    @property
    def gives_places(self) -> bool:
        """Whether the bench says where everybody and everything is."""
        return self in (Setting.GOLD, Setting.RETRIEVED, Setting.REFERENCE)

    @property
    def recognises(self) -> bool:
        """Whether the recogniser takes part, so that a gallery is needed."""
        return self in (Setting.RETRIEVED, Setting.CHAIN)


class Ask(StrEnum):
    """How a generator is asked for an option."""

    CHOOSE = "choose"  # by its own way of choosing
    WRITE = "write"  # the options stand under the question, and the letter is read from a written answer
