"""A model that knows nothing and a drawn set, made once for all tests of tuning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from training.dataset.folder import Split
from training.drawn.drawing import draw
from training.drawn.stages import Stage, difficulty
from training.drawn.world import World
from training.tuning.nano import save_nano


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """More threads only get in each other's way in models this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def nano(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a very small model; never changed."""
    return save_nano(tmp_path_factory.mktemp("nano") / "nano", width=64, layers=2, scenes=15)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn set of every task: some 50 records to learn from; never changed."""
    folder = tmp_path_factory.mktemp("drawn") / "set"
    world = World(difficulty(Stage.FULL), seed=9, side=56)
    draw(world, folder, {Split.TRAIN: 6, Split.VALIDATION: 2, Split.TEST: 1})
    return folder
