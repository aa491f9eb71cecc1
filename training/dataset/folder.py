"""A data set on disk: a folder for each split, in it shards with `metadata.jsonl` and their images.

`datasets.load_dataset("imagefolder", data_dir=FOLDER)` reads it as it lies there.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from training.dataset.form import line_of, record_of
from training.dataset.record import Record, RecordError
from vision.errors import UserError

METADATA = "metadata.jsonl"
_UNFINISHED = ".part"


class Split(StrEnum):
    """What a part of the data set is for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class BrokenRecordError(UserError):
    """A record that cannot be used, with where it stands."""

    def __init__(self, place: Path, line: int, why: str) -> None:
        super().__init__(f"{place}, line {line}: {why}.")


class NoDatasetError(UserError):
    """A folder that holds no data set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"There is no data set in {folder}; expected {Split.TRAIN}/00000/{METADATA} and more like it "
            "('placard dataset draw' makes one)."
        )


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Raise `UserError` where a file of a data set cannot be written, as on a full disk."""
    try:
        yield
    except OSError as error:
        raise UserError(f"The data set cannot be written to {place}: {error.strerror}.") from error


@dataclass(frozen=True, slots=True)
class Located:
    """A record and where it was read."""

    record: Record
    place: Path  # its metadata.jsonl
    line: int  # from 1

    @property
    def image(self) -> Path:
        """The file of its photo."""
        return self.place.parent / self.record.image

    def broken(self, why: str) -> BrokenRecordError:
        """The error that says why this record cannot be used."""
        return BrokenRecordError(self.place, self.line, f"{self.record.id}: {why}")


def shard_folder(folder: Path, split: Split, number: int) -> Path:
    """Where a shard lies; it is whole where that folder exists.

    >>> shard_folder(Path("drawn"), Split.TRAIN, 3).as_posix()
    'drawn/train/00003'
    """
    return folder / split.value / f"{number:05}"


def write_shard(place: Path, records: Sequence[Record], images: Mapping[str, bytes]) -> None:
    """Write records and the files of their images to the folder `place`, which exists only when whole.

    Raise `UserError` where that fails, as on a full disk.
    """
    missing = {record.image for record in records} - images.keys()
    if missing:
        raise ValueError(f"Expected an image for each record, but there is none for {min(missing)}")
    part = place.with_name(place.name + _UNFINISHED)
    shutil.rmtree(part, ignore_errors=True)
    lines = "".join(f"{line_of(record)}\n" for record in records)
    with writing(place):
        part.mkdir(parents=True)
        for name, data in images.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (part / METADATA).write_text(lines, encoding="utf-8")
        part.rename(place)


def splits_of(folder: Path) -> tuple[Split, ...]:
    """The splits that a folder holds; raise `NoDatasetError` where there is none."""
    found = tuple(split for split in Split if shards(folder, split))
    if not found:
        raise NoDatasetError(folder)
    return found


def shards(folder: Path, split: Split) -> list[Path]:
    """The metadata of every whole shard of a split, in order."""
    places = sorted((folder / split.value).glob(f"*/{METADATA}"))
    return [place for place in places if place.parent.suffix != _UNFINISHED]


def read_records(folder: Path, split: Split) -> Iterator[Located]:
    """The records of a split in order; raise `BrokenRecordError` at the first that is none."""
    for place in shards(folder, split):
        with place.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield Located(record_of(line), place, number)
                except RecordError as error:
                    raise BrokenRecordError(place, number, str(error)) from error


def digest(folder: Path) -> str:
    """SHA-256 over every record, and over the name and size of every image, of a whole data set."""
    total = hashlib.sha256()
    for split in splits_of(folder):
        for place in shards(folder, split):
            total.update(f"{split.value}/{place.parent.name}\n".encode())
            total.update(hashlib.sha256(place.read_bytes()).digest())
            files = sorted(path for path in place.parent.rglob("*") if path.is_file())
            for path in files:
                name = path.relative_to(place.parent).as_posix()
                total.update(f"{name} {path.stat().st_size}\n".encode())
    return total.hexdigest()
