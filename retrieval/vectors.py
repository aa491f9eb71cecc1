"""Exact inner-product search in FAISS, on a processor or a GPU."""

from __future__ import annotations

import ctypes
import threading
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from vision.device import Device, DeviceUnavailableError


class VectorIndex(Protocol):
    """Vectors by position. It never changes: a change makes another one, so that searches go on meanwhile."""

    @property
    def size(self) -> int:
        """How many vectors it holds."""

    def search(self, queries: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The `k` nearest of each query (q, d): falling similarities (q, k) and positions (q, k)."""

    def changed(self, removed: NDArray[np.int64], added: NDArray[np.float16]) -> VectorIndex:
        """A copy without the positions `removed`, the rest closing up, and with `added` (m, d) behind."""


class CpuIndex:
    """Vectors as float16, the form that the gallery stores: half the memory and time of float32."""

    def __init__(self, dimension: int, index: Any = None) -> None:
        self._dimension = dimension
        self._index = index or faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )

    @property
    def size(self) -> int:
        """How many vectors it holds."""
        return int(self._index.ntotal)

    def search(self, queries: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The `k` nearest of each query."""
        similarities, positions = self._index.search(np.ascontiguousarray(queries), k)
        return similarities, positions

    def changed(self, removed: NDArray[np.int64], added: NDArray[np.float16]) -> CpuIndex:
        """A copy without some and with other vectors."""
        index = faiss.clone_index(self._index)
        if len(removed):
            index.remove_ids(faiss.IDSelectorBatch(removed))
        if len(added):
            index.add(added.astype(np.float32))
        return CpuIndex(self._dimension, index)


class GpuIndex:
    """Vectors as float16 on a CUDA GPU."""

    # A part of the free memory that one step of adding may use for its float32 copy.
    _STAGING = 0.1

    def __init__(self, dimension: int, resources: Any = None, index: Any = None) -> None:
        self._dimension = dimension
        self._resources = resources or faiss.StandardGpuResources()
        self._index = index if index is not None else self._empty()
        self._lock = threading.Lock()  # GPU resources serve one thread at a time

    def _empty(self) -> Any:
        config = faiss.GpuIndexFlatConfig()
        config.useFloat16 = True
        return faiss.GpuIndexFlatIP(self._resources, self._dimension, config)

    @property
    def size(self) -> int:
        """How many vectors it holds."""
        return int(self._index.ntotal)

    def search(self, queries: NDArray[np.float32], k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The `k` nearest of each query; FAISS answers up to 2048 on a GPU."""
        with self._lock:
            similarities, positions = self._index.search(np.ascontiguousarray(queries), min(k, 2048))
        return similarities, positions

    def changed(self, removed: NDArray[np.int64], added: NDArray[np.float16]) -> GpuIndex:
        """A copy without some and with other vectors, built in steps that fit the free memory."""
        keep = np.ones(self.size, dtype=bool)
        keep[removed] = False
        index, step = self._empty(), self._rows_per_step(int(keep.sum()) + len(added))
        with self._lock:
            for start in range(0, self.size, step):
                block = self._index.reconstruct_n(start, min(step, self.size - start))
                index.add(np.ascontiguousarray(block[keep[start : start + step]]))
            for start in range(0, len(added), step):
                index.add(added[start : start + step].astype(np.float32))
        return GpuIndex(self._dimension, self._resources, index)

    def _rows_per_step(self, rows: int) -> int:
        free = _free_memory()
        if free is None:
            return 1 << 16
        needed = rows * self._dimension * 2
        if needed > free:
            raise DeviceUnavailableError(
                "the index",
                f"{needed / 2**30:.1f} GiB are needed for {rows} vectors, {free / 2**30:.1f} are free",
            )
        return max(1024, int(free * self._STAGING) // (self._dimension * 4))


def _free_memory() -> int | None:
    """Free bytes of the current GPU; None where the CUDA runtime that FAISS brings does not answer."""
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    try:
        runtime = ctypes.CDLL("libcudart.so.12")
    except OSError:
        return None
    failed = runtime.cudaMemGetInfo(ctypes.byref(free), ctypes.byref(total))
    return None if failed else free.value


def empty_index(dimension: int, device: Device) -> VectorIndex:
    """An index on `device`; raise `DeviceUnavailableError` for a GPU that cannot be used."""
    usable = hasattr(faiss, "StandardGpuResources") and faiss.get_num_gpus() > 0
    if device is Device.CUDA and not usable:
        missing = (
            "it sees no GPU (driver missing?)"
            if hasattr(faiss, "StandardGpuResources")
            else "faiss-cpu is installed (pip uninstall -y faiss-cpu && pip install faiss-gpu)"
        )
        raise DeviceUnavailableError("FAISS", missing)
    if usable and device is not Device.CPU:
        return GpuIndex(dimension)
    return CpuIndex(dimension)
