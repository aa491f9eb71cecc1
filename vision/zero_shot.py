"""Open-vocabulary detectors of transformers: OWLv2, Grounding DINO, MM-Grounding-DINO."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

from vision.box import Box
from vision.crops import batches
from vision.detector import Found, distinct, noun_key, pixel_box, pixels_of
from vision.device import Device
from vision.photo import Photo
from vision.pretrained import Pretrained

# Networks of 300 to 900 million multiplications a pixel column: few photos fill a processor.
BATCH = 4
# So many nouns fit into the 256 tokens of a prompt of Grounding DINO.
NOUNS = 20
# Customary for these models, not measured here: their trained weights were not at hand.
OWL_CONFIDENCE = 0.2
DINO_CONFIDENCE = 0.3


def zero_shot_detector(
    kind: str, folder: Path, device: Device, confidence: float | None
) -> OwlDetector | DinoDetector:
    """The detector of a model type."""
    if kind.startswith("owl"):
        return OwlDetector(folder, device, OWL_CONFIDENCE if confidence is None else confidence)
    return DinoDetector(folder, device, DINO_CONFIDENCE if confidence is None else confidence)


class _ZeroShot:
    """What both kinds share: batches, and one box for each thing."""

    def __init__(self, folder: Path, device: Device, confidence: float) -> None:
        classes = AutoModelForZeroShotObjectDetection, AutoProcessor
        self._model = Pretrained(folder, device, "the detector", classes)
        self.name, self.device = self._model.name, self._model.device
        self._confidence = confidence

    def find(self, photos: Sequence[Photo], nouns: Sequence[str]) -> list[list[Found]]:
        """The things of each photo that one of the nouns fits, surest first."""
        asked = {noun_key(noun): noun for noun in nouns}
        asked.pop("", None)
        if not photos or not asked:
            return [[] for _ in photos]
        network, processor = self._model.parts
        keys = list(asked)
        results: list[list[Found]] = []
        for part in batches(len(photos), BATCH):
            found: list[list[Found]] = [[] for _ in photos[part]]
            for some in batches(len(keys), NOUNS):
                inputs = self._inputs(processor, photos[part], keys[some]).to(self._model.place)
                with torch.inference_mode():
                    outputs = network(**inputs)
                for kept, more in zip(found, self._read(outputs, inputs, photos[part]), strict=True):
                    kept.extend(Found(box, asked[keys[some][noun]], sure) for box, noun, sure in more)
            results += map(distinct, found)
        return results

    @abstractmethod
    def _inputs(self, processor: Any, photos: Sequence[Photo], nouns: Sequence[str]) -> Any:
        """What the network is given."""

    @abstractmethod
    def _scores(self, outputs: Any, inputs: Any) -> torch.Tensor:
        """How well each noun fits each box: (photos, boxes, nouns), [0, 1]."""

    @abstractmethod
    def _scale(self, size: tuple[int, int]) -> tuple[int, int]:
        """The pixels that a box from 0 to 1 spans in a photo of a size (width, height)."""

    def _read(
        self, outputs: Any, inputs: Any, photos: Sequence[Photo]
    ) -> Iterator[list[tuple[Box, int, float]]]:
        """Box, number of the noun and confidence of what is sure enough in each photo."""
        best = self._scores(outputs, inputs).max(dim=-1)
        for photo, boxes, sure, noun in zip(
            photos, outputs.pred_boxes, best.values, best.indices, strict=True
        ):
            keep = sure >= self._confidence
            corners = _corners(boxes[keep], self._scale(photo.size))
            rows = zip(corners, noun[keep].tolist(), sure[keep].tolist(), strict=True)
            placed = ((pixel_box(corner, photo.size), number, value) for corner, number, value in rows)
            yield [(box, number, value) for box, number, value in placed if box is not None]


class OwlDetector(_ZeroShot):
    """OWLv2 and OWL-ViT: each noun is a query of its own."""

    def _inputs(self, processor: Any, photos: Sequence[Photo], nouns: Sequence[str]) -> Any:
        queries = [f"a photo of a {noun}" for noun in nouns]
        return processor(
            images=pixels_of(photos),
            text=[queries] * len(photos),
            truncation=True,  # of a noun that is longer than the 16 tokens of a query
            return_tensors="pt",
        )

    def _scores(self, outputs: Any, inputs: Any) -> torch.Tensor:  # noqa: ARG002  # as the other kind's
        return torch.as_tensor(outputs.logits).sigmoid()

    def _scale(self, size: tuple[int, int]) -> tuple[int, int]:
        """OWLv2 pads a photo to a square on the right or below; OWL-ViT stretches it to one."""
        return (max(size), max(size)) if self._padded else size

    @cached_property
    def _padded(self) -> bool:
        return bool(getattr(self._model.parts[1].image_processor, "do_pad", False))


class DinoDetector(_ZeroShot):
    """Grounding DINO and MM-Grounding-DINO: all nouns are one text, and each of its tokens is scored."""

    def _inputs(self, processor: Any, photos: Sequence[Photo], nouns: Sequence[str]) -> Any:
        text = " ".join(f"{noun}." for noun in nouns)
        return processor(
            images=pixels_of(photos),
            text=[text] * len(photos),
            truncation=True,
            max_length=256,
            return_tensors="pt",
        )

    def _scores(self, outputs: Any, inputs: Any) -> torch.Tensor:
        """A noun fits as well as the best of its tokens."""
        tokens = torch.as_tensor(outputs.logits).sigmoid()  # (photos, boxes, tokens)
        spans = noun_spans(inputs["input_ids"][0].tolist(), self._model.parts[1].tokenizer)
        return torch.stack([tokens[..., span].amax(dim=-1) for span in spans], dim=-1)

    def _scale(self, size: tuple[int, int]) -> tuple[int, int]:
        """A photo keeps its form; the padding of a batch lies outside of 0 to 1."""
        return size


def noun_spans(ids: Sequence[int], tokenizer: Any) -> list[list[int]]:
    """The places of each noun's tokens in a text in which every noun ends with a full stop."""
    stop, special = tokenizer.convert_tokens_to_ids("."), set(tokenizer.all_special_ids)
    spans: list[list[int]] = [[]]
    for place, token in enumerate(ids):
        if token == stop:
            spans.append([])
        elif token not in special or token == tokenizer.unk_token_id:
            spans[-1].append(place)
    return [span for span in spans if span]


def _corners(boxes: torch.Tensor, scale: tuple[int, int]) -> list[list[float]]:
    """Pixels (left, top, right, bottom) of boxes (n, 4) that are centre, width and height from 0 to 1."""
    centre, half = boxes[:, :2], boxes[:, 2:] / 2
    pixels = torch.tensor([*scale, *scale], device=boxes.device)
    corners: list[list[float]] = (torch.cat([centre - half, centre + half], dim=1) * pixels).tolist()
    return corners
