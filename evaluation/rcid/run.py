"""Descriptions of a bench's photos by a generator, through the product's own functions, and their scores."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.bench.bench import Bench, BenchPhoto
from evaluation.bench.matching import GoldMatcher
from evaluation.bench.record import BenchError, records
from evaluation.rcid.corruptions import Corruption, corrupted, described, faithful
from evaluation.rcid.judge import Judge
from evaluation.rcid.report import Described, means_of
from evaluation.rcid.score import rcid_score
from generation.context import Context
from generation.conversation import answers
from generation.generator import Generator
from generation.request import Request
from vision.errors import UserError
from vision.photo import Photo

QUESTION = "Describe the image."  # as the tuned models were asked
_BATCH = 8


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A photo with its gold context, ready to be described."""

    told: BenchPhoto
    request: Request


def write_descriptions(
    bench: Bench, generator: Generator, path: Path, *, told: Callable[[int], None] = lambda _: None
) -> dict[str, str]:
    """Append a description of each photo to a file of JSON lines; those that it has are not asked again.

    What failed is told by the id of its photo.
    """
    _cut_half_a_line(path)
    failed: dict[str, str] = {}
    done = read_descriptions(path) if path.exists() else {}
    left = [photo for photo in bench.photos.values() if photo.id not in done]
    told(len(done))
    asked = _asked(bench, left)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        while batch := [one for _, one in zip(range(_BATCH), asked, strict=False)]:
            for photo, text in _described(batch, generator, failed):
                file.write(json.dumps({"photo": photo, "text": text}, ensure_ascii=False) + "\n")
            file.flush()
            told(len(batch))
    return failed


def _cut_half_a_line(path: Path) -> None:
    """Cut a file behind its last whole line: a run that was killed while it wrote leaves half of one."""
    data = path.read_bytes() if path.exists() else b""
    if data and not data.endswith(b"\n"):
        os.truncate(path, data.rfind(b"\n") + 1)


def read_descriptions(path: Path) -> dict[str, str]:
    """Descriptions by the id of their photo; the later of two counts."""
    return {record.text("photo"): record.text("text", empty=True) for record in records(path)}


def scored(
    bench: Bench,
    descriptions: Mapping[str, str],
    judge: Judge,
    *,
    told: Callable[[int], None] = lambda _: None,
) -> list[Described]:
    """The scores of descriptions against the gold contexts of their photos; all others have an error."""
    unknown = sorted(descriptions.keys() - bench.photos.keys())
    if unknown:
        raise BenchError(f"A description is of the photo '{unknown[0]}', which the bench does not have.")
    found = []
    for one in _asked(bench, list(bench.photos.values())):
        text = descriptions.get(one.told.id)
        found.append(_scored(one, text, judge))
        told(1)
    return found


def corruption_means(
    bench: Bench, judge: Judge, *, seed: int, told: Callable[[int], None] = lambda _: None
) -> dict[Corruption, dict[str, float | None]]:
    """The mean scores of faithful descriptions of all photos, corrupted in each way."""
    contexts = [one.request.context for one in _asked(bench, list(bench.photos.values()))]
    contexts = [context for context in contexts if len(context.entries) > 1]
    means = {}
    for corruption in Corruption:
        chance = random.Random(seed)
        means[corruption] = means_of(
            [rcid_score(_corrupted(context, corruption, chance), context, judge) for context in contexts]
        )
        told(1)
    return means


def _corrupted(context: Context, corruption: Corruption, chance: random.Random) -> str:
    return described(corrupted(faithful(context), corruption, chance))


def _asked(bench: Bench, photos: Sequence[BenchPhoto]) -> Iterator[_Asked]:
    matcher = GoldMatcher(bench)
    for told in photos:
        photo = Photo.open(bench.folder / told.file)
        context = Context.of(photo, matcher.matches(photo, told))
        yield _Asked(told, Request(photo, context, QUESTION))


def _described(
    batch: Sequence[_Asked], generator: Generator, failed: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Descriptions of a batch; of one that fails there is none, and the same command asks for it again."""
    try:
        found = answers(generator, [one.request for one in batch])
    except UserError as error:
        if len(batch) == 1:
            failed[batch[0].told.id] = str(error)
            return
        for one in batch:
            yield from _described([one], generator, failed)
        return
    for one, answer in zip(batch, found, strict=True):
        yield one.told.id, answer.text


def _scored(asked: _Asked, text: str | None, judge: Judge) -> Described:
    if text is None:
        return Described(asked.told.id, "", None, "there is no description")
    try:
        return Described(asked.told.id, text, rcid_score(text, asked.request.context, judge))
    except UserError as error:
        return Described(asked.told.id, text, None, str(error))
