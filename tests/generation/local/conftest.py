"""The small model, loaded once for all tests that do not change it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from generation.local.loading import load_model
from generation.local.model import LocalModel
from tests.generation.local.folders import copied, lightened
from vision.device import Device


@pytest.fixture(scope="session")
def loaded(tiny_model: Path) -> LocalModel:
    """The small random Qwen2-VL on the CPU."""
    torch.set_num_threads(1)  # more only get in each other's way in a model this small
    return load_model(tiny_model, device=Device.CPU)


@pytest.fixture
def model(loaded: LocalModel) -> LocalModel:
    """The same, with no picture kept from another test."""
    loaded.forget_pictures()
    return loaded


@pytest.fixture(scope="session")
def light(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same model with a small vocabulary, for tests that load it; never changed."""
    return lightened(copied(tiny_model, tmp_path_factory.mktemp("models") / "light"))


@pytest.fixture
def folder(light: Path, tmp_path: Path) -> Path:
    """A copy of the light model that a test may change."""
    return copied(light, tmp_path / "copy")
