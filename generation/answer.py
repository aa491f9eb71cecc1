"""An answer: its text, the entries that it cites, and what could not be supported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from generation.checking.citations import Mark, marks_of
from generation.context import Entry
from generation.generator import Finish


class FindingKind(StrEnum):
    """What a check of an answer can find."""

    NO_ENTRY = "no_entry"  # a citation of a number that no entry has
    NOT_IN_PHOTO = "not_in_photo"  # the full name of somebody of the gallery who was not recognised here
    WRONG_ENTRY = "wrong_entry"  # a name beside the citation of another entry
    UNSUPPORTED = "unsupported"  # a number or a date that no cited entry holds
    NOTHING = "nothing"  # the answer has no word
    REFUSAL = "refusal"  # the answer says that the question cannot be answered


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about an answer that a reader should know; never a reason to hide the answer."""

    kind: FindingKind
    start: int  # where in the text, in characters
    end: int
    message: str  # one sentence for the user


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Text with [k] marks, what each mark refers to, and what the check of it found."""

    text: str
    citations: tuple[Entry, ...]  # in the order of k, each once
    findings: tuple[Finding, ...]  # in the order of the text
    generator: str  # who answered: reader, local or server
    note: str  # a sentence for the user about how the answer was made
    sent: str  # the text that the model got; empty for the reader
    finish: Finish

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where the citations stand in the text."""
        return marks_of(self.text)
