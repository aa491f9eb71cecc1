"""DINOv2 through transformers: an encoder that tells instances apart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoImageProcessor, AutoModel

from vision.crops import batches
from vision.device import Device
from vision.embedder import CONFIG, ENCODERS, ThingsUnavailableError, identity_of, read_json
from vision.pretrained import in_words, load_network, load_processor, place_for
from vision.region import unit

_log = logging.getLogger(__name__)
BATCH = 32


class VitEmbedder:
    """The pooled output of a vision transformer of transformers."""

    def __init__(self, folder: Path, device: Device = Device.AUTO) -> None:
        config = read_json(folder / CONFIG)
        kind = config.get("model_type")
        if kind not in ENCODERS:
            raise ThingsUnavailableError(
                f"{folder.name} is a {kind}; expected open_clip's format or {' or '.join(sorted(ENCODERS))}."
            )
        self.name = str(folder)
        self.identity = identity_of(folder)
        self.dimension = int(config["hidden_size"])
        self._folder = folder
        self._place = place_for(device, "the image encoder")
        self.device = in_words(device, self._place)
        self._lock = threading.Lock()

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        _log.info("Loading the image encoder %s on %s", self._folder.name, self.device)
        processor = load_processor(AutoImageProcessor, self._folder)
        return load_network(AutoModel, self._folder, self._place), processor

    def embed(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Unit embeddings (n, d) of square crops."""
        with self._lock:
            network, processor = self._loaded
        side = _side(processor)
        found = [np.zeros((0, self.dimension), dtype=np.float32)]
        for part in batches(len(crops), BATCH):
            # A crop is all thing: it is scaled as it is, and nothing is cut off its edges.
            pixels = processor(
                images=list(crops[part]), do_center_crop=False, size=side, return_tensors="pt"
            )["pixel_values"].to(self._place)
            with torch.inference_mode():
                found.append(unit(network(pixel_values=pixels).pooler_output.float().cpu().numpy()))
        return np.concatenate(found)


def _side(processor: Any) -> dict[str, int]:
    """The size that the network was trained on."""
    crop = processor.crop_size
    return {"height": int(crop["height"]), "width": int(crop["width"])}
