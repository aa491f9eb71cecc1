"""open_clip: image and text encoders in open_clip's own folders."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from PIL import Image

from vision.crops import batches
from vision.device import Device
from vision.embedder import (
    OPEN_CLIP_CONFIG,
    OPEN_CLIP_WEIGHTS,
    ThingsUnavailableError,
    identity_of,
    read_json,
    weights_in,
)
from vision.pretrained import FAULTS, in_words, line, place_for, quietly
from vision.region import unit

_log = logging.getLogger(__name__)
BATCH = 32
# A small convolutional encoder on two cores: 32 crops take twice as long in one batch as in pairs.
CPU_BATCH = 2


@contextmanager
def _unspoken() -> Iterator[None]:
    """The library logs on the root logger, which would set up logging for the whole process."""
    root, silent = logging.getLogger(), logging.NullHandler()
    root.addHandler(silent)
    try:
        yield
    finally:
        root.removeHandler(silent)


class ClipEmbedder:
    """Both towers of a CLIP model; no weights but those in its folder are read."""

    def __init__(self, folder: Path, device: Device = Device.AUTO) -> None:
        self.name = str(folder)
        self.identity = identity_of(folder)
        self._folder = folder
        self._place = place_for(device, "the image encoder")
        self.device = in_words(device, self._place)
        self._lock = threading.Lock()
        config = read_json(folder / OPEN_CLIP_CONFIG).get("model_cfg", {})
        if "hf_model_name" in config.get("text_cfg", {}):
            raise ThingsUnavailableError(
                f"The text tower of {folder.name} would be downloaded; take a model whose folder is whole."
            )
        self.dimension = int(config["embed_dim"])

    @cached_property
    def _loaded(self) -> tuple[Any, Any, Any]:
        weights_in(self._folder, OPEN_CLIP_WEIGHTS)  # else it would take another file, or random numbers
        _log.info("Loading the image encoder %s on %s", self._folder.name, self.device)
        source = f"local-dir:{self._folder}"
        try:
            with quietly(), _unspoken():
                model, _, prepare = open_clip.create_model_and_transforms(source, device=self._place)
                tokenizer = open_clip.get_tokenizer(source)
        except FAULTS as error:
            raise ThingsUnavailableError(
                f"Cannot load the encoder in {self._folder.name}: {line(error)}."
            ) from error
        # Without it batch norms would use the batch's own statistics and ruin the features.
        return model.eval(), prepare, tokenizer

    @property
    def _parts(self) -> tuple[Any, Any, Any]:
        with self._lock:
            return self._loaded

    def embed(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Unit embeddings (n, d) of square crops."""
        model, prepare, _ = self._parts
        return self._run(crops, lambda part: model.encode_image(self._stacked(part, prepare)))

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit embeddings (n, d) of texts."""
        model, _, tokenizer = self._parts
        return self._run(texts, lambda part: model.encode_text(tokenizer(list(part)).to(self._place)))

    def _stacked(self, crops: Sequence[NDArray[np.uint8]], prepare: Any) -> torch.Tensor:
        return torch.stack([prepare(Image.fromarray(crop)) for crop in crops]).to(self._place)

    def _run(self, items: Sequence[Any], encode: Any) -> NDArray[np.float32]:
        found = [np.zeros((0, self.dimension), dtype=np.float32)]
        size = CPU_BATCH if self._place.type == "cpu" else BATCH
        with torch.inference_mode():
            found += [unit(encode(items[part]).float().cpu().numpy()) for part in batches(len(items), size)]
        return np.concatenate(found)
