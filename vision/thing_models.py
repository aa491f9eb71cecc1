"""Models of things that can be fetched: where from, how large, and under which licence."""

from __future__ import annotations

from dataclasses import dataclass

_CLIP = ("open_clip_config.json", "open_clip_model.safetensors")
_ENCODER = ("config.json", "preprocessor_config.json", "model.safetensors")
_DETECTOR = (
    *_ENCODER,
    *("processor_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"),
    *("vocab.json", "vocab.txt", "merges.txt", "added_tokens.json"),
)


@dataclass(frozen=True, slots=True)
class ThingCard:
    """An image encoder or a detector on the hub."""

    name: str
    repository: str  # organisation/name
    files: tuple[str, ...]  # what is fetched of it, where it is there
    gigabytes: float  # of 10^9 bytes, about
    licence: str
    does: str  # in a few words
    commercial: bool = True  # whether the licence allows commercial use

    @property
    def folder(self) -> str:
        """What the folder of this model is called, below the root of all of them."""
        return self.name

    @property
    def weights(self) -> str:
        """The file without which it is nothing."""
        return next(name for name in self.files if name.endswith(".safetensors"))


THINGS = (
    ThingCard(
        "clip-vit-b-32",
        "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
        _CLIP,
        0.6,
        "MIT",
        "tells things apart, and finds photos by text",
    ),
    ThingCard(
        "dinov2-small",
        "facebook/dinov2-small",
        _ENCODER,
        0.1,
        "Apache-2.0",
        "tells things apart, instances best",
    ),
    ThingCard(
        "dinov2-base",
        "facebook/dinov2-base",
        _ENCODER,
        0.35,
        "Apache-2.0",
        "tells things apart, instances best",
    ),
    ThingCard(
        "owlv2",
        "google/owlv2-base-patch16-ensemble",
        _DETECTOR,
        0.6,
        "Apache-2.0",
        "finds what it is asked for",
    ),
    ThingCard(
        "grounding-dino",
        "IDEA-Research/grounding-dino-tiny",
        _DETECTOR,
        0.7,
        "Apache-2.0",
        "finds what it is asked for",
    ),
    ThingCard(
        "mm-grounding-dino",
        "openmmlab-community/mm_grounding_dino_tiny_o365v1_goldg_v3det",
        _DETECTOR,
        0.7,
        "Apache-2.0",
        "finds what it is asked for",
    ),
    ThingCard("rt-detr", "PekingU/rtdetr_r50vd", _ENCODER, 0.2, "Apache-2.0", "finds the 80 classes of COCO"),
    ThingCard(
        "d-fine",
        "ustc-community/dfine-small-coco",
        _ENCODER,
        0.05,
        "Apache-2.0",
        "finds the 80 classes of COCO",
    ),
)


def thing_card(name: str) -> ThingCard | None:
    """The card of a model by its short name or hub id, however they are capitalised."""
    return next((card for card in THINGS if name.lower() in (card.name, card.repository.lower())), None)
