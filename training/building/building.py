"""The whole pipeline: a pool of contexts, what each gives, entries for photos, questions and descriptions."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from training.building.asking import Answered, Learnt, learn, see
from training.building.assembling import Known, Scene, records_of
from training.building.calls import Asker
from training.building.choosing import Chosen
from training.building.contexts import Wanted, apart, wanted, write_context
from training.building.describing import Described, describe
from training.building.entering import Entered, Entering, Pool
from training.building.replies import Steps
from training.building.source import LeftOut, Spot, Tally
from training.dataset.folder import Split, shard_folder, write_shard
from training.dataset.record import Record

SHARD = 500  # photos
_GENERAL = 8  # questions about looks that are shown to a photo for those who are not in it
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")
Report = Callable[[str, int, int], None]  # what is being done, how many of how many


@dataclass(frozen=True, slots=True)
class Order:
    """What is built."""

    contexts: int = 200  # written for a class and split, at most
    questions: int = 12  # about a photo, at most, beside its descriptions
    known: float = 0.8  # the share of regions that have an entry; the largest of a photo always has
    wrong: float = 0.25  # the share of photos with an entry about somebody who is not in them
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.contexts, self.questions) < 1:
            raise ValueError(f"Expected contexts and questions of at least 1, but got {self}")
        for name, share in {"known": self.known, "wrong": self.wrong}.items():
            if not 0 <= share <= 1:
                raise ValueError(f"Expected {name} between 0 and 1, but got {share}")


@dataclass(frozen=True, slots=True, eq=False)
class Builder:
    """Builds one data set."""

    order: Order
    asker: Asker
    steps: Steps
    tally: Tally
    report: Report = lambda *_: None
    jobs: int = 4  # calls at a time

    def build(self, photos: Sequence[Chosen], folder: Path) -> None:
        """Ask everything, then write the data set anew; raise `GenerationError` where the model is gone."""
        entering = Entering(self._pool(photos), self.order.known, self.order.wrong, self.order.seed)
        entered = [one for one in map(entering.enter, photos) if self._has_entries(one)]
        looks = self._looks(entered)
        told = self._each("descriptions", entered, self._described)
        self._write(_Scenes(entered, looks, told, self.order.seed), folder)

    def _pool(self, photos: Sequence[Chosen]) -> Pool:
        """The contexts of every split and class, with what each gives."""
        asked = contexts_asked(photos, self.order)
        written = self._each("contexts", asked, lambda one: write_context(self.steps, one))
        pool = apart(self.steps, zip(asked, written, strict=True))
        documents = [(key, document) for key, found in pool.items() for document in found]
        learnt = self._each("facts and questions", documents, lambda one: learn(self.steps, one[1]))
        found: dict[tuple[Split, str], list[Learnt]] = {}
        for (key, _), one in zip(documents, learnt, strict=True):
            found.setdefault(key, []).append(one)
        return found

    def _has_entries(self, one: Entered) -> bool:
        if not one.entries:
            self.tally.add(LeftOut.NOTHING_ASKED, one.chosen.pictured.key)
        return bool(one.entries)

    def _looks(self, entered: Sequence[Entered]) -> dict[Spot, tuple[Answered, ...]]:
        spots = list(dict.fromkeys(spot for one in entered for spot, _ in one.present))
        seen = self._each("looks", spots, lambda spot: see(self.steps, spot.noun, spot.expressions))
        return dict(zip(spots, seen, strict=True))

    def _described(self, one: Entered) -> Described | None:
        return describe(self.steps, one.present, one.chosen.pictured.size)

    def _each(self, what: str, items: Sequence[_Item], work: Callable[[_Item], _Made]) -> list[_Made]:
        """The work on every item, in their order, some at a time; the first error stops all of it."""
        made: list[_Made] = []
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                for one in pool.map(work, items):
                    made.append(one)
                    self.report(what, len(made), len(items))
            except BaseException:  # an interrupt too: nobody waits for what is under way
                self.asker.stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return made

    def _write(self, scenes: _Scenes, folder: Path) -> None:
        """Write the records by split and shard, over what a build before has written."""
        for split in Split:
            shutil.rmtree(folder / split.value, ignore_errors=True)
            numbers = [n for n, one in enumerate(scenes.entered) if one.chosen.split is split]
            for shard, start in enumerate(range(0, len(numbers), SHARD)):
                records: list[Record] = []
                images: dict[str, bytes] = {}
                for number in numbers[start : start + SHARD]:
                    self._add(scenes, number, records, images)
                if records:
                    write_shard(shard_folder(folder, split, shard), records, images)

    def _add(self, scenes: _Scenes, number: int, records: list[Record], images: dict[str, bytes]) -> None:
        scene, pictured = scenes.scene(number), scenes.entered[number].chosen.pictured
        chance = Random(f"{self.order.seed}/questions/{scene.key}")
        made = records_of(scene, self.steps, chance, questions=self.order.questions)
        if not made:
            self.tally.add(LeftOut.NOTHING_ASKED, scene.key)
            return
        records += made
        images[scene.image] = pictured.file.read_bytes()


def contexts_asked(photos: Sequence[Chosen], order: Order) -> list[Wanted]:
    """Every context that is to be written."""
    spots = Counter((one.split, spot.noun) for one in photos for spot in one.pictured.spots)
    return [
        wanted(split, noun, Random(f"{order.seed}/{split}/{noun}/{number}"))
        for (split, noun), count in sorted(spots.items())
        # One more than there are regions: somebody of each class is in no photo.
        for number in range(min(count + 1, order.contexts))
    ]


class _Scenes:
    """Photos with everything that was asked about them."""

    def __init__(
        self,
        entered: Sequence[Entered],
        looks: Mapping[Spot, tuple[Answered, ...]],
        described: Sequence[Described | None],
        seed: int,
    ) -> None:
        self.entered, self._looks, self._described, self._seed = entered, looks, described, seed
        self._general: dict[tuple[Split, str], list[Answered]] = {}  # about looks, by split and noun
        for one in entered:
            for spot, _ in one.present:
                self._general.setdefault((one.chosen.split, spot.noun), []).extend(looks[spot])

    def scene(self, number: int) -> Scene:
        """One photo."""
        one = self.entered[number]
        key = one.chosen.pictured.key
        chance = Random(f"{self._seed}/general/{key}")
        nouns = {entry.learnt.document.noun for entry in one.entries}
        general = [(noun, asked) for noun in sorted(nouns) for asked in self._drawn(one, noun, chance)]
        known = tuple(
            Known(entry.learnt, entry.box, entry.spot, self._looks[entry.spot] if entry.spot else ())
            for entry in one.entries
        )
        return Scene(
            key,
            one.chosen.image,
            one.chosen.pictured.size,
            known,
            one.strangers,
            one.absent,
            tuple(general),
            self._described[number],
        )

    def _drawn(self, one: Entered, noun: str, chance: Random) -> list[Answered]:
        found = self._general.get((one.chosen.split, noun), [])
        return chance.sample(found, min(_GENERAL, len(found)))
