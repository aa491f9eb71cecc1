"""What a set of referring expressions gives: photos, their regions, and words that point to a region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from training.dataset.folder import Split
from vision.box import Box
from vision.errors import UserError


class SourceError(UserError):
    """A file of a set that is not as it is distributed, with the record that shows it."""

    def __init__(self, path: Path, place: str, why: str) -> None:
        super().__init__(f"{path}{', ' if place else ''}{place}: {why}.")


class LeftOut(StrEnum):
    """Why something of a set is not used; the text is for reports."""

    CROWD = "region is a crowd"
    NO_ANNOTATION = "expression of a region that instances.json does not have"
    BAD_BOX = "box is empty, no numbers, or outside its photo"
    SMALL_BOX = "box is smaller than a two-hundredth of its photo"
    WITHOUT_NOUN = "expression without the noun of its region"
    NO_EXPRESSION = "region without an expression that can be used"
    SHARED_EXPRESSION = "expression that points to two regions of its photo"
    OTHER_CLASS = "object of a class that no text is written about"
    NO_OBJECT = "region description that points to no object that is used"
    SAME_NOUN = "object whose noun another object of its photo has"
    NO_FILE = "photo has no file in the image folders"
    UNREADABLE = "photo cannot be read"
    OTHER_SIZE = "photo has another size than its set says"
    SAME_PHOTO = "photo has the bytes of another one"
    NO_REGION = "photo is left without a region"
    MANY_REGIONS = "region beyond the most of one photo"
    NOTHING_ASKED = "photo of which nothing that was written can be asked"
    HELD_OUT = "photo of several splits, kept for the one that is held out most"


@dataclass(slots=True)
class Tally:
    """How many are left out for each reason, and the first of each."""

    counts: Counter[LeftOut] = field(default_factory=Counter)
    examples: dict[LeftOut, str] = field(default_factory=dict)

    def add(self, reason: LeftOut, example: str) -> None:
        """Count one."""
        self.counts[reason] += 1
        self.examples.setdefault(reason, example)

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Reason, number and example, in a fixed order."""
        for reason in LeftOut:
            if self.counts[reason]:
                yield reason.value, f"{self.counts[reason]:,}", self.examples[reason]


@dataclass(frozen=True, slots=True)
class Spot:
    """A region of a photo and the expressions that point to it, without their article."""

    noun: str
    box: Box
    expressions: tuple[str, ...]  # "woman in jeans"


@dataclass(frozen=True, slots=True)
class Pictured:
    """A photo of a set with its regions."""

    key: str  # unique over all sets, fit for a file name: "coco-581857"
    same: str  # the key of what may be the same picture in another set
    file: Path
    size: tuple[int, int]  # (width, height) in pixels, as the set says
    spots: tuple[Spot, ...]
    shows: frozenset[str]  # the nouns of everything that is known to be in it
    split: Split | None  # None where the set has no splits


class Images:
    """Finds photos by file name in folders and in the folders right below them."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        for root in roots:
            if not root.is_dir():
                raise UserError(f"There is no folder {root}; expected one that holds photos (--images).")
        below = [sorted(path for path in root.iterdir() if path.is_dir()) for root in roots]
        self._folders = [folder for pair in zip(roots, below, strict=True) for folder in (pair[0], *pair[1])]

    def find(self, name: str) -> Path | None:
        """The file of that name; None where there is none, or the name is a path."""
        if not name or Path(name).name != name or "\\" in name:
            return None
        return next((path for folder in self._folders if (path := folder / name).is_file()), None)


_SPLITS: Mapping[str, Split] = {
    "train": Split.TRAIN,
    "val": Split.VALIDATION,
    "test": Split.TEST,
    "testA": Split.TEST,
    "testB": Split.TEST,
}


def split_of(name: str) -> Split | None:
    """Our split for one of a set; None for a name that no set has.

    >>> split_of("testA").value
    'test'
    """
    return _SPLITS.get(name)
