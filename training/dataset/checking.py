"""Whether a data set is whole: every record read, every image opened, no id twice; and what is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.dataset.folder import Located, Split, read_records, splits_of
from training.dataset.record import Task
from vision.errors import UserError
from vision.photo import Photo


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What a split holds."""

    split: Split
    images: int
    records: Mapping[tuple[Task, bool], int]  # by task, and whether with citations
    regions: int  # over all records
    wrong: int  # of these, entries about somebody who is not in the photo

    @property
    def total(self) -> int:
        """How many records there are."""
        return sum(self.records.values())


def check(
    folder: Path, *, pixels: bool = True, report: Callable[[int], None] = lambda _: None
) -> tuple[Contents, ...]:
    """Read the whole data set and count it; raise `BrokenRecordError` for the first record that is broken.

    `pixels` decodes every image too, not only its presence. `report` is told how many records are read.
    """
    checker = _Checker(pixels, report)
    return tuple(checker.check_split(folder, split) for split in splits_of(folder))


class _Checker:
    """Knows what was seen before, over all splits."""

    def __init__(self, pixels: bool, report: Callable[[int], None]) -> None:
        self._pixels, self._report = pixels, report
        self._ids: set[str] = set()

    def check_split(self, folder: Path, split: Split) -> Contents:
        """Read one split."""
        sizes: dict[Path, tuple[int, int]] = {}
        counts: Counter[tuple[Task, bool]] = Counter()
        regions = wrong = 0
        for located in read_records(folder, split):
            record = located.record
            if record.id in self._ids:
                raise located.broken("expected an id of its own, but another record has it")
            self._ids.add(record.id)
            self._check_image(located, sizes)
            counts[record.task, record.citations] += 1
            regions += len(record.regions)
            wrong += sum(not region.present for region in record.regions)
            self._report(len(self._ids))
        return Contents(split, len(sizes), counts, regions, wrong)

    def _check_image(self, located: Located, sizes: dict[Path, tuple[int, int]]) -> None:
        """Raise `BrokenRecordError` where the image is not there or not as large as the record says."""
        path = located.image
        if path not in sizes:
            sizes[path] = self._size(located) if self._pixels else _present(located)
        if sizes[path] != located.record.size:
            raise located.broken(
                f"expected {located.record.image} to have {located.record.size[0]} x "
                f"{located.record.size[1]} pixels, but it has {sizes[path][0]} x {sizes[path][1]}"
            )

    def _size(self, located: Located) -> tuple[int, int]:
        try:
            return Photo.open(located.image, name=located.record.image).size
        except UserError as error:
            raise located.broken(str(error).rstrip(".")) from error


def _present(located: Located) -> tuple[int, int]:
    if not located.image.is_file():
        raise located.broken(f"expected the image {located.record.image}, but there is no such file")
    return located.record.size
