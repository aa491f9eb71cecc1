"""Records and small data sets for tests."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from PIL import Image

from training.dataset.folder import Split, shard_folder, write_shard
from training.dataset.record import Record, Region, Task
from vision.box import Box

JOHN = Region("man", Box(70, 40, 98, 88), "John Smith is a 41-year-old marketing executive.")
BELLA = Region("dog", Box(16, 37, 63, 93), "Bella is a 2-year-old dog owned by John Smith.")
WRONG = Region("woman", Box(0, 0, 20, 30), "Laura is a teacher.", present=False)
SIZE = (100, 100)


def record(id_: str = "a", **changes: object) -> Record:
    """A good record about John and Bella, with changes."""
    good = Record(
        id=id_,
        image="beach.png",
        size=SIZE,
        regions=(JOHN, BELLA),
        task=Task.V2C,
        citations=True,
        question="How old is the dog?",
        answer="The dog is 2 years old. [2]",
        about=(2,),
        fact="2 years",
    )
    return replace(good, **changes)  # type: ignore[arg-type]  # what a test changes has the field's type


def every_task() -> list[Record]:
    """A good record of every task."""
    none = {"about": (), "fact": ""}
    return [
        record("rcid", task=Task.RCID, question="Describe the image.", answer="John [1] and Bella [2].",
               about=(1, 2), fact=""),
        record("rcid-plain", task=Task.RCID, citations=False, question="Describe the image.",
               answer="John and Bella.", about=(1, 2), fact=""),
        record("v2c"),
        record("c2v", task=Task.C2V, question="What colour is Bella?", answer="The dog is brown. [2]",
               fact="brown"),
        record("u-v2c", task=Task.UNANSWERABLE_V2C, question="What does the dog eat?",
               answer="Cannot be answered. The description does not say what Bella eats.", **none),
        record("u-c2v", task=Task.UNANSWERABLE_C2V, regions=(JOHN, BELLA, WRONG),
               question="What does the teacher wear?", answer="The person is not in the image.", **none),
        record("practice", task=Task.PRACTICE, citations=False, question="What is on the left?",
               answer="A dog.", **none),
    ]  # fmt: skip


def picture(size: tuple[int, int] = SIZE, colour: str = "teal") -> bytes:
    """The PNG of a picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def written(folder: Path, records: list[Record], split: Split = Split.TRAIN, number: int = 0) -> Path:
    """A shard of records whose images are all one."""
    place = shard_folder(folder, split, number)
    write_shard(place, records, {one.image: picture(one.size) for one in records})
    return place
