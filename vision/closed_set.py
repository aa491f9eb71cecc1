"""Detectors of transformers that know a fixed list of classes: RT-DETR, D-FINE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from transformers import AutoImageProcessor, AutoModelForObjectDetection

from vision.crops import batches
from vision.detector import PERSON, Found, distinct, noun_key, pixel_box, pixels_of
from vision.device import Device
from vision.photo import Photo
from vision.pretrained import Pretrained

BATCH = 8
# Customary for these models, not measured here: their trained weights were not at hand.
CONFIDENCE = 0.4


class ClosedSetDetector:
    """Finds what it was trained on. What it calls otherwise than the gallery does is found without a noun."""

    def __init__(self, folder: Path, device: Device = Device.AUTO, confidence: float | None = None) -> None:
        classes = AutoModelForObjectDetection, AutoImageProcessor
        self._model = Pretrained(folder, device, "the detector", classes)
        self.name, self.device = self._model.name, self._model.device
        self._confidence = CONFIDENCE if confidence is None else confidence

    def find(self, photos: Sequence[Photo], nouns: Sequence[str]) -> list[list[Found]]:
        """The things of each photo, surest first; people only where they are asked for."""
        if not photos:
            return []
        asked = {noun_key(noun): noun for noun in nouns}
        return [
            distinct(self._called(found, asked))
            for part in batches(len(photos), BATCH)
            for found in self._read(photos[part])
        ]

    def _read(self, photos: Sequence[Photo]) -> Iterator[list[Found]]:
        """What is sure enough in each photo, by the network's own names."""
        network, processor = self._model.parts
        pixels = processor(images=pixels_of(photos), return_tensors="pt").to(self._model.place)
        with torch.inference_mode():
            outputs = network(**pixels)
        heights = [(photo.size[1], photo.size[0]) for photo in photos]
        found = processor.post_process_object_detection(
            outputs, threshold=self._confidence, target_sizes=heights
        )
        names = network.config.id2label
        for photo, one in zip(photos, found, strict=True):
            rows = zip(*(one[key].tolist() for key in ("boxes", "labels", "scores")), strict=True)
            placed = ((pixel_box(corners, photo.size), label, sure) for corners, label, sure in rows)
            yield [Found(box, names[label], sure) for box, label, sure in placed if box is not None]

    @staticmethod
    def _called(found: Sequence[Found], asked: dict[str, str]) -> Iterator[Found]:
        for one in found:
            key = noun_key(one.noun)
            if key in asked or key != PERSON:
                yield Found(one.box, asked.get(key, ""), one.confidence)
