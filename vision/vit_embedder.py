"""DINOv2 through transformers: an encoder that tells instances apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoImageProcessor, AutoModel

from vision.crops import batches
from vision.device import Device
from vision.embedder import CONFIG, ENCODERS, ThingsUnavailableError, identity_of, read_json
from vision.pretrained import Pretrained
from vision.region import unit

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
        self._model = Pretrained(folder, device, "the image encoder", (AutoModel, AutoImageProcessor))
        self.name, self.device = self._model.name, self._model.device
        self.identity = identity_of(folder)
        self.dimension = int(config["hidden_size"])

    def embed(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Unit embeddings (n, d) of square crops."""
        network, processor = self._model.parts
        side = _side(processor)
        found = [np.zeros((0, self.dimension), dtype=np.float32)]
        for part in batches(len(crops), BATCH):
            # A crop is all thing: it is scaled as it is, and nothing is cut off its edges.
            pixels = processor(
                images=list(crops[part]), do_center_crop=False, size=side, return_tensors="pt"
            )["pixel_values"].to(self._model.place)
            with torch.inference_mode():
                found.append(unit(network(pixel_values=pixels).pooler_output.float().cpu().numpy()))
        return np.concatenate(found)


def _side(processor: Any) -> dict[str, int]:
    """The size that the network was trained on."""
    crop = processor.crop_size
    return {"height": int(crop["height"]), "width": int(crop["width"])}
