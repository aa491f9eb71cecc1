"""What a model sees: the visual features of pictures, computed once and kept for later turns."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from transformers import PreTrainedModel, ProcessorMixin
from transformers.utils import ModelOutput

from generation.picture import Picture

# Pictures of which features are kept; of 1280 tokens each they take some 10 MB in a 7B model.
KEPT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One picture as a model takes it: its grid, and its features or else its patches."""

    grid: torch.Tensor  # (1, 3): frames (1), rows and columns of patches
    tokens: int  # places that it takes in the prompt
    features: ModelOutput | None  # what the vision part made of it; None where the library cannot be given it
    patches: torch.Tensor | None  # (rows * columns, values), normalised; None where features are there


class Sight:
    """The vision part of a model. Not for several threads at once."""

    def __init__(self, network: PreTrainedModel, processor: ProcessorMixin) -> None:
        self._network = network
        self._images = processor.image_processor
        self._kept: OrderedDict[tuple[str, tuple[int, int]], Seen] = OrderedDict()
        # Not every release of transformers takes features that were made before.
        self.reuses = "mm_encoder_outputs" in inspect.signature(network.forward).parameters

    def see(self, picture: Picture) -> Seen:
        """What the model sees of a picture; a picture of the same photo and size is not looked at again."""
        key = (picture.photo, picture.size)
        if key not in self._kept:
            self._kept[key] = self._look(picture)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def forget(self) -> None:
        """Keep nothing of any picture."""
        self._kept.clear()

    def _look(self, picture: Picture) -> Seen:
        # The picture has its final size; boxes in the prompt depend on that.
        looked = self._images(images=[Image.fromarray(picture.pixels)], do_resize=False, return_tensors="pt")
        grid: torch.Tensor = looked["image_grid_thw"]
        tokens = int(grid.prod()) // self._images.merge_size**2
        patches = looked["pixel_values"].to(self._network.device, self._network.dtype)
        if not self.reuses:
            return Seen(grid, tokens, None, patches)
        with torch.no_grad():
            features = self._network.get_image_features(
                patches, grid.to(self._network.device), return_dict=True
            )
        return Seen(grid, tokens, features, None)


def arguments(seen: Sequence[Seen], device: torch.device) -> dict[str, object]:
    """What `generate` is told about the pictures of its prompts, in the order of the prompts."""
    if not seen:
        return {}
    grids = {"image_grid_thw": torch.cat([one.grid for one in seen]).to(device)}
    patches = [one.patches for one in seen if one.patches is not None]
    if patches:
        return {**grids, "pixel_values": torch.cat(patches)}
    return {**grids, "mm_encoder_outputs": {"image": _joined([one.features for one in seen])}}


def _joined(features: Sequence[ModelOutput]) -> ModelOutput:
    """The features of several pictures as the model itself would make them of all at once."""
    first = features[0]
    joined = type(first)(pooler_output=tuple(part for one in features for part in one.pooler_output))
    if getattr(first, "deepstack_features", None) is not None:  # of Qwen3-VL: per layer, per picture
        layers = zip(*(one.deepstack_features for one in features), strict=True)
        joined.deepstack_features = [tuple(part for one in layer for part in one) for layer in layers]
    return joined
