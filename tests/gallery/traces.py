"""People whose every byte can be looked for in the files of a gallery."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gallery.entity import NewEntity
from gallery.gallery import Gallery
from tests.fakes import reference


@dataclass(frozen=True)
class Person:
    """What must not be found in any file after forgetting."""

    name: str
    biography: str
    crop: bytes
    vector: np.ndarray
    photo: str

    def traces(self) -> list[bytes]:
        """Parts of everything that is known of the person, as they stand in a file."""
        packed = self.vector.astype("<f2").tobytes()
        texts = [self.name, self.name.casefold(), self.biography[:40], self.biography[-40:], self.photo]
        middle = len(self.crop) // 2
        blobs = [self.crop[:24], self.crop[middle : middle + 24], self.crop[-24:], packed[:24], packed[-24:]]
        return [*(text.encode() for text in texts), *blobs]


def person(number: int) -> Person:
    """Somebody with texts and bytes that nobody else has."""
    chance = random.Random(number)
    words = " ".join(f"{chance.getrandbits(60):x}" for _ in range(chance.choice([3, 60, 400])))
    vector = np.random.default_rng(number).normal(size=64).astype(np.float32)
    return Person(
        name=f"Name{chance.getrandbits(64):x} Surname",
        biography=words,
        crop=chance.randbytes(chance.choice([300, 3000, 9000])),
        vector=vector / np.linalg.norm(vector),
        photo=f"{chance.getrandbits(256):064x}",
    )


def fill(gallery: Gallery, count: int) -> list[tuple[int, Person]]:
    """People in several transactions, with edits between: pages split and rows move."""
    with gallery.write() as writer:
        writer.add_space("wide", 64, "pack")
    filled = []
    for start in range(0, count, 50):
        with gallery.write() as writer:
            for number in range(start, min(start + 50, count)):
                given = person(number)
                entity_id = writer.add(NewEntity(given.name, biography=given.biography[:30]))
                new = reference(list(given.vector), given.photo, space="wide", crop=given.crop)
                writer.add_reference(entity_id, new, (10, 10))
                filled.append((entity_id, given))
        with gallery.write() as writer:
            for entity_id, given in filled[start : start + 50]:
                writer.describe(entity_id, given.biography)
    return filled


def found_in(folder: Path, traces: list[bytes]) -> list[tuple[str, bytes]]:
    """Which traces stand in which files of a folder."""
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    return [(name, trace) for name, data in contents.items() for trace in traces if trace in data]
