"""Exact search: the same answers as numpy, before and after changes, on a processor and on a GPU."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from retrieval.vectors import CpuIndex, GpuIndex, VectorIndex, empty_index
from vision.device import Device, DeviceUnavailableError
from vision.region import unit

NOTHING = np.zeros(0, dtype=np.int64)
HAS_GPU = hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0
gpu = pytest.mark.skipif(not HAS_GPU, reason="FAISS sees no GPU here")


def vectors(count: int, dimension: int, seed: int) -> np.ndarray:
    """Unit vectors (n, d) as the gallery stores them."""
    return unit(np.random.default_rng(seed).normal(size=(count, dimension))).astype(np.float16)


def assert_same_as_numpy(index: VectorIndex, rows: np.ndarray, k: int) -> None:
    queries = unit(np.random.default_rng(99).normal(size=(7, rows.shape[1])))
    similarities, positions = index.search(queries, k)
    assert similarities.shape == positions.shape == (7, k)
    exact = queries @ rows.astype(np.float32).T
    for query in range(7):
        order = np.argsort(-exact[query], kind="stable")[:k]
        np.testing.assert_allclose(similarities[query], exact[query][order], atol=2e-5)
        np.testing.assert_allclose(exact[query][positions[query]], exact[query][order], atol=2e-5)


def changes_agree_with_numpy(index: VectorIndex) -> None:
    numbers = np.random.default_rng(5)
    rows = np.zeros((0, 16), dtype=np.float16)
    for step in range(12):
        removed = np.flatnonzero(numbers.random(len(rows)) < 0.3)
        added = vectors(int(numbers.integers(0, 60)), 16, seed=step)
        index = index.changed(removed, added)
        rows = np.concatenate([np.delete(rows, removed, axis=0), added])
        assert index.size == len(rows)
        if len(rows):
            assert_same_as_numpy(index, rows, k=min(10, len(rows)))


def test_changes_give_what_numpy_gives() -> None:
    changes_agree_with_numpy(CpuIndex(16))


@pytest.mark.parametrize("removed", [[0], [4], [0, 1, 2], [1, 3], [0, 1, 2, 3, 4]])
def test_removing_closes_up_in_order(removed: list[int]) -> None:
    rows = np.eye(5, dtype=np.float16)
    index = CpuIndex(5).changed(NOTHING, rows).changed(np.array(removed), rows[:0])
    left = np.delete(np.arange(5), removed)
    assert index.size == len(left)
    for position, row in enumerate(left):
        _, found = index.search(np.eye(5, dtype=np.float32)[[row]], 1)
        assert found[0, 0] == position


def test_a_change_leaves_the_index_before_it_as_it_was() -> None:
    rows = np.eye(3, dtype=np.float16)
    before = CpuIndex(3).changed(NOTHING, rows)
    before.changed(np.array([0]), rows[:1])
    assert before.size == 3
    _, found = before.search(np.eye(3, dtype=np.float32), 1)
    assert found[:, 0].tolist() == [0, 1, 2]


def test_a_vector_is_as_similar_to_itself_as_float16_allows() -> None:
    rows = vectors(200, 512, seed=1)
    index = CpuIndex(512).changed(NOTHING, rows)
    similarities, positions = index.search(unit(rows.astype(np.float32)), 1)
    assert positions[:, 0].tolist() == list(range(200))
    np.testing.assert_allclose(similarities[:, 0], 1.0, atol=1e-3)


@pytest.mark.parametrize("device", [Device.CPU, Device.AUTO])
def test_an_empty_index_holds_nothing(device: Device) -> None:
    assert empty_index(8, device).size == 0


@pytest.mark.skipif(HAS_GPU, reason="FAISS sees a GPU here")
def test_a_gpu_that_was_asked_for_and_is_missing_is_an_error() -> None:
    with pytest.raises(DeviceUnavailableError, match=r"FAISS: (it sees no GPU|faiss-cpu is installed)"):
        empty_index(8, Device.CUDA)


@pytest.mark.gpu
@gpu
def test_the_gpu_is_taken_where_it_can_be() -> None:
    assert isinstance(empty_index(8, Device.CUDA), GpuIndex)
    assert isinstance(empty_index(8, Device.AUTO), GpuIndex)
    assert isinstance(empty_index(8, Device.CPU), CpuIndex)


@pytest.mark.gpu
@gpu
def test_changes_on_a_gpu_give_what_numpy_gives() -> None:
    changes_agree_with_numpy(GpuIndex(16))


@pytest.mark.gpu
@gpu
def test_a_gpu_gives_what_a_processor_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, queries = vectors(5000, 128, seed=2), unit(np.random.default_rng(3).normal(size=(50, 128)))
    monkeypatch.setattr(GpuIndex, "_rows_per_step", lambda self, rows: 777)  # several steps
    removed = np.arange(0, 5000, 7)
    on_gpu = GpuIndex(128).changed(NOTHING, rows).changed(removed, rows[:10])
    on_cpu = CpuIndex(128).changed(NOTHING, rows).changed(removed, rows[:10])
    assert on_gpu.size == on_cpu.size
    for k in (1, 8, 64):
        np.testing.assert_allclose(on_gpu.search(queries, k)[0], on_cpu.search(queries, k)[0], atol=2e-3)
    assert (on_gpu.search(queries, 1)[1] == on_cpu.search(queries, 1)[1]).mean() > 0.95
