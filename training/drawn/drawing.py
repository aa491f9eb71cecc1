"""Drawing a data set: shards by several processes, those that are there already left as they are."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.dataset.folder import Split, shard_folder, write_shard
from training.dataset.record import Record
from training.drawn.world import World

SHARD = 500  # scenes


@dataclass(frozen=True, slots=True)
class _Shard:
    world: World
    folder: Path
    split: Split
    number: int
    scenes: int


def draw(
    world: World,
    folder: Path,
    scenes: Mapping[Split, int],
    *,
    jobs: int = 1,
    report: Callable[[int], None] = lambda _: None,
) -> None:
    """Draw so many scenes of each split into a folder; `report` is told how many are done.

    A shard that is whole already is not drawn again, so that a run which was stopped goes on.
    """
    work = list(_shards(world, folder, scenes))
    done = sum(shard.scenes for shard in work if _place(shard).is_dir())
    report(done)
    left = [shard for shard in work if not _place(shard).is_dir()]
    for drawn in _drawn(left, min(jobs, len(left))):
        done += drawn
        report(done)


def _drawn(shards: Sequence[_Shard], jobs: int) -> Iterator[int]:
    """Draw shards, and say of each how many scenes it has."""
    if jobs <= 1:  # no process for what this one can do
        yield from map(_draw_shard, shards)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(_draw_shard, shards)


def _shards(world: World, folder: Path, scenes: Mapping[Split, int]) -> Iterator[_Shard]:
    for split, count in scenes.items():
        for start in range(0, count, SHARD):
            yield _Shard(world, folder, split, start // SHARD, min(SHARD, count - start))


def _place(shard: _Shard) -> Path:
    return shard_folder(shard.folder, shard.split, shard.number)


def _draw_shard(shard: _Shard) -> int:
    records: list[Record] = []
    images: dict[str, bytes] = {}
    for place in range(shard.scenes):
        staged, made = shard.world.scene(shard.split, shard.number * SHARD + place)
        records += made
        images |= {record.image: staged.scene.png() for record in made[:1]}
    write_shard(_place(shard), records, images)
    return shard.scenes
