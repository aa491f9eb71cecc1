"""Loading from folders with transformers: whole, from safetensors only, without code, without the network."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers.utils import logging as library_logging

from vision.device import Device, DeviceUnavailableError
from vision.embedder import ThingsUnavailableError

_log = logging.getLogger(__name__)
_SHOWN = 3  # weights that an error names
# The library's verbosity is the whole process's; it is changed while a model is loaded.
_quiet_lock = threading.Lock()
# What transformers raises for folders that are wrong in some way, found by trying.
FAULTS = (
    OSError,
    ValueError,
    RuntimeError,
    KeyError,
    TypeError,
    AttributeError,
    ImportError,
    SafetensorError,
    StrictDataclassError,
)
NOTHING_ELSE = {"local_files_only": True, "trust_remote_code": False}


class Pretrained:
    """A network and its processor in a folder, loaded at the first use. Safe to share between threads."""

    def __init__(self, folder: Path, device: Device, user: str, classes: tuple[Any, Any]) -> None:
        """`user` says in words what it is, `classes` are those of transformers for network and processor."""
        self.name = str(folder)
        self.place = place_for(device, user)
        self.device = in_words(device, self.place)
        self._folder, self._user, self._classes = folder, user, classes
        self._lock = threading.Lock()

    @property
    def parts(self) -> tuple[Any, Any]:
        """The network and the processor; raise `ThingsUnavailableError` unless both are whole."""
        with self._lock:
            return self._parts

    @cached_property
    def _parts(self) -> tuple[Any, Any]:
        _log.info("Loading %s %s on %s", self._user, self._folder.name, self.device)
        network_class, processor_class = self._classes
        processor = load_processor(processor_class, self._folder)
        return load_network(network_class, self._folder, self.place), processor


def place_for(device: Device, user: str) -> torch.device:
    """Where to run; raise `DeviceUnavailableError` for a GPU that is asked for and not there."""
    ready = torch.cuda.is_available()
    if device is Device.CUDA and not ready:
        raise DeviceUnavailableError(user, "torch finds no CUDA GPU")
    return torch.device("cuda" if device is not Device.CPU and ready else "cpu")


def in_words(device: Device, place: torch.device) -> str:
    """A place and why."""
    if device is not Device.AUTO:
        return f"{place.type} (asked for)"
    return "cuda (torch sees a GPU)" if place.type == "cuda" else "cpu (torch sees no GPU)"


def load_network(auto_class: Any, folder: Path, place: torch.device) -> Any:
    """The model in a folder, in evaluation mode; raise `ThingsUnavailableError` unless it is whole."""
    try:
        with quietly():
            network, report = auto_class.from_pretrained(
                folder,
                **NOTHING_ELSE,
                use_safetensors=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are reported, and refused below with all the others
            )
    except FAULTS as error:
        raise ThingsUnavailableError(f"Cannot load the model in {folder.name}: {line(error)}.") from error
    if fault := weights_fault(report):
        raise ThingsUnavailableError(
            f"The weights in {folder.name} are not whole: {fault}. Fetch the model again."
        )
    return network.to(place).eval()


def load_processor(auto_class: Any, folder: Path) -> Any:
    """The processor in a folder; raise `ThingsUnavailableError`."""
    try:
        with quietly():
            return auto_class.from_pretrained(folder, **NOTHING_ELSE)
    except FAULTS as error:
        raise ThingsUnavailableError(f"Cannot load the processor in {folder.name}: {line(error)}.") from error


def weights_fault(report: Mapping[str, Any]) -> str:
    """What keeps the weights of a folder from being those of the model; empty where nothing does."""
    mismatched = (key[0] if isinstance(key, tuple) else key for key in report["mismatched_keys"])
    faults = {
        "missing": sorted(map(str, report["missing_keys"])),
        "not of this model": sorted(map(str, report["unexpected_keys"])),
        "of another shape": sorted(map(str, mismatched)),
    }
    return "; ".join(f"{len(keys)} {fault} ({_some(keys)})" for fault, keys in faults.items() if keys)


@contextmanager
def quietly() -> Iterator[None]:
    """No bars and no messages of the library; what is wrong becomes an error of ours."""
    with _quiet_lock:
        verbosity, bars = library_logging.get_verbosity(), library_logging.is_progress_bar_enabled()
        library_logging.set_verbosity(library_logging.CRITICAL)
        library_logging.disable_progress_bar()
        try:
            yield
        finally:
            library_logging.set_verbosity(verbosity)
            if bars:
                library_logging.enable_progress_bar()


def line(error: Exception) -> str:
    """What the library says, in one line: the first of many, but all of a field that is wrong."""
    lines = (str(error).strip() or type(error).__name__).splitlines()
    said = " ".join(one.strip() for one in lines) if isinstance(error, StrictDataclassError) else lines[0]
    return said.rstrip(".")


def _some(keys: list[str]) -> str:
    more = ", ..." if len(keys) > _SHOWN else ""
    return ", ".join(keys[:_SHOWN]) + more
