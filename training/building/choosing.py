"""Which photos are used, and in which split: readable ones, none of them in two splits under two names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from training.building.source import LeftOut, Pictured, Tally
from training.dataset.folder import Split
from vision.errors import UserError
from vision.photo import Photo

# The more a split is held out, the later it stands.
HELD = (Split.TRAIN, Split.VALIDATION, Split.TEST)
_HELD_OUT = 20  # one photo of so many for validation, and one for the test, where a set has no splits


@dataclass(frozen=True, slots=True)
class Chosen:
    """A photo that is used."""

    pictured: Pictured
    split: Split

    @property
    def image(self) -> str:
        """Its file name in the data set."""
        return f"{self.pictured.key}{self.pictured.file.suffix.lower()}"


@dataclass(frozen=True, slots=True)
class Choice:
    """How photos are chosen."""

    regions: int = 4  # of a photo at most, the largest first
    photos: int | None = None  # at most; None takes all
    seed: int = 0


def choose(
    photos: Iterable[Pictured], choice: Choice, tally: Tally, report: Callable[[int], None]
) -> list[Chosen]:
    """The photos that are used, by split and key; every file is read, and `tally` counts what is left out."""
    ordered = sorted(photos, key=lambda one: _dice(choice.seed, one.key))
    splits = _splits(ordered, choice.seed)
    hashes: set[str] = set()
    chosen: list[Chosen] = []
    for number, one in enumerate(ordered, start=1):
        if choice.photos is not None and len(chosen) == choice.photos:
            break
        report(number)
        if _is_usable(one, hashes, tally):
            chosen.append(Chosen(_fewer(one, choice.regions, tally), splits[one.same]))
    return sorted(chosen, key=lambda one: (HELD.index(one.split), one.pictured.key))


def _splits(photos: Sequence[Pictured], seed: int) -> dict[str, Split]:
    """A split for each picture: that of the set that says one, else by dice of its name."""
    found = {one.same: one.split for one in photos if one.split is not None}
    for one in photos:
        found.setdefault(one.same, _drawn(_dice(seed, one.same)))
    return found


def _drawn(dice: int) -> Split:
    match dice % _HELD_OUT:
        case 0:
            return Split.VALIDATION
        case 1:
            return Split.TEST
        case _:
            return Split.TRAIN


def _dice(seed: int, key: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{key}".encode()).digest()[:8])


def _is_usable(one: Pictured, hashes: set[str], tally: Tally) -> bool:
    try:
        photo = Photo.open(one.file, name=one.file.name)
    except UserError as error:
        tally.add(LeftOut.UNREADABLE, str(error))
        return False
    if photo.size != one.size:
        told = (
            f"{one.file.name} has {photo.size[0]} x {photo.size[1]} pixels, not {one.size[0]} x {one.size[1]}"
        )
        tally.add(LeftOut.OTHER_SIZE, told)
        return False
    if photo.sha256 in hashes:
        tally.add(LeftOut.SAME_PHOTO, one.file.name)
        return False
    hashes.add(photo.sha256)
    return True


def _fewer(one: Pictured, most: int, tally: Tally) -> Pictured:
    for spot in one.spots[most:]:
        tally.add(LeftOut.MANY_REGIONS, f"{one.key}: {spot.noun}")
    return replace(one, spots=one.spots[:most])
