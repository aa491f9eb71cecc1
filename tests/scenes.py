"""Photos of things, and scenes made of them whose boxes are known."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.box import Box
from vision.photo import Photo

SIZE = (1280, 960)
# A cell of three by two, each with at most one thing.
_CELL = (426, 480)
# What a person would call them.
NOUNS = {
    "backpack": "backpack",
    "bear_plushie": "plushie",
    "can": "can",
    "cat": "cat",
    "clock": "clock",
    "colorful_sneaker": "sneaker",
    "dog": "dog",
    "dog2": "dog",
    "duck_toy": "toy",
    "grey_sloth_plushie": "plushie",
    "monster_toy": "toy",
    "red_cartoon": "figurine",
    "robot_toy": "toy",
    "teapot": "teapot",
    "vase": "vase",
}


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One photo of one thing."""

    thing: str
    path: Path
    photo: Photo


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Several things on one background."""

    photo: Photo
    shots: tuple[int, ...]  # the photos that were pasted, by position
    boxes: tuple[Box, ...]  # where, in the same order


def shots_in(folder: Path) -> list[Shot]:
    """All photos, by thing."""
    return [Shot(path.parent.name, path, Photo.open(path)) for path in sorted(folder.glob("*/*.jpg"))]


def scene(shots: Sequence[Shot], chance: random.Random, things: int) -> Scene:
    """Different things, scaled to 180 to 340 pixels and rotated by up to 25 degrees, side by side."""
    names = chance.sample(sorted({shot.thing for shot in shots}), things)
    chosen = [chance.choice([n for n, shot in enumerate(shots) if shot.thing == name]) for name in names]
    cells = chance.sample([(x, y) for x in range(3) for y in range(2)], things)
    canvas, boxes = background(chance), []
    for number, (column, row) in zip(chosen, cells, strict=True):
        side = chance.randrange(180, 340)
        piece = Image.fromarray(shots[number].photo.pixels).resize((side, side), Image.Resampling.LANCZOS)
        turned = piece.convert("RGBA").rotate(
            chance.uniform(-25, 25), expand=True, resample=Image.Resampling.BICUBIC
        )
        left = column * _CELL[0] + chance.randrange(0, max(1, _CELL[0] - turned.width))
        top = row * _CELL[1] + chance.randrange(0, max(1, _CELL[1] - turned.height))
        canvas.paste(turned, (left, top), turned)
        box = Box(left, top, left + turned.width, top + turned.height).clipped(SIZE)
        boxes.append(box or Box(0, 0, *SIZE))
    return Scene(Photo.from_pixels(np.asarray(canvas)), tuple(chosen), tuple(boxes))


def background(chance: random.Random) -> Image.Image:
    """Plain, a gradient, soft blots, or noisy stripes."""
    draw = np.random.default_rng(chance.randrange(10**9))
    first, second = draw.integers(40, 220, (2, 3)).astype(float)
    width, height = SIZE
    match chance.randrange(4):
        case 0:
            return _image(np.broadcast_to(first, (height, width, 3)))
        case 1:
            along = np.linspace(0, 1, width)[None, :, None]
            return _image(np.broadcast_to(first * (1 - along) + second * along, (height, width, 3)))
        case 2:
            blots = Image.fromarray(draw.integers(0, 255, (12, 16, 3), dtype=np.uint8))
            return blots.resize(SIZE, Image.Resampling.BICUBIC)
        case _:
            stripes = (np.arange(width) // chance.randrange(20, 80) % 2)[None, :, None] == 1
            return _image(np.where(stripes, first, second) + draw.normal(0, 12, (height, width, 3)))


def _image(pixels: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
