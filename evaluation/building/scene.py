"""Query photos: portraits in coloured frames on a drawn background, with known boxes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from evaluation.building.subjects import Portrait
from vision.box import Box

COLOURS = {
    "red": (200, 36, 44),
    "blue": (38, 84, 190),
    "green": (34, 140, 70),
    "yellow": (240, 200, 40),
    "purple": (120, 60, 160),
    "orange": (236, 128, 30),
    "white": (244, 244, 240),
    "black": (24, 24, 28),
}
_WALLS = ((196, 186, 170), (168, 182, 190), (150, 160, 150), (206, 196, 204))
_CELL, _TALL, _FLOOR = 300, 480, 90  # pixels: the width for each person, the height, the floor's height
_FRAME = 16  # pixels of a frame's breadth
_WIDTHS = (170, 215)  # of a portrait within its frame


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture and where everybody is in it, from left to right."""

    image: Image.Image
    places: tuple[Box, ...]  # of faces, or of things
    colours: tuple[str, ...]  # of the frames


def composed(portraits: Sequence[Portrait], chance: random.Random) -> Scene:
    """Portraits side by side, each in a frame of its own colour; mirrored, lit and scaled by chance."""
    size = _CELL * len(portraits) + 40, _TALL
    image = _room(size, chance)
    colours = tuple(chance.sample(sorted(COLOURS), len(portraits)))
    places = tuple(
        _hung(image, portrait, colour, 20 + _CELL * place, chance)
        for place, (portrait, colour) in enumerate(zip(portraits, colours, strict=True))
    )
    return Scene(image, places, colours)


def save(scene: Scene, path: Path) -> None:
    """Write a scene as the JPEG that a camera might make."""
    scene.image.save(path, "JPEG", quality=88)


def _room(size: tuple[int, int], chance: random.Random) -> Image.Image:
    """A wall with stripes and a floor."""
    wall = chance.choice(_WALLS)
    image = Image.new("RGB", size, wall)
    draw = ImageDraw.Draw(image)
    step = chance.randint(36, 90)
    for x in range(0, size[0], step):
        draw.line((x, 0, x, size[1]), fill=_lit(wall, 0.94), width=chance.randint(2, 7))
    floor = size[1] - chance.randint(_FLOOR // 2, _FLOOR)
    draw.rectangle((0, floor, *size), fill=_lit(wall, 0.55))
    draw.line((0, floor, size[0], floor), fill=_lit(wall, 0.4), width=5)
    return image


def _hung(image: Image.Image, portrait: Portrait, colour: str, left: int, chance: random.Random) -> Box:
    """Paste a portrait in its frame somewhere in its cell; the box of who or what it shows."""
    shown = Image.fromarray(portrait.photo.pixels)
    place = portrait.place
    if chance.random() < 0.5:
        shown = ImageOps.mirror(shown)
        place = Box(shown.width - place.right, place.top, shown.width - place.left, place.bottom)
    scale = chance.randint(*_WIDTHS) / shown.width
    scale = min(scale, (_TALL - 2 * _FRAME - 20) / shown.height)
    small = shown.resize((round(shown.width * scale), round(shown.height * scale)), Image.Resampling.LANCZOS)
    small = ImageEnhance.Brightness(small).enhance(chance.uniform(0.8, 1.15))
    small = ImageEnhance.Contrast(small).enhance(chance.uniform(0.85, 1.1))
    x = left + _FRAME + chance.randint(0, max(0, _CELL - small.width - 2 * _FRAME))
    y = _FRAME + 10 + chance.randint(0, max(0, _TALL - small.height - 2 * _FRAME - 20))
    around = (x - _FRAME, y - _FRAME, x + small.width + _FRAME, y + small.height + _FRAME)
    ImageDraw.Draw(image).rectangle(around, fill=COLOURS[colour])
    image.paste(small, (x, y))
    return Box(
        *(round(edge * scale) + shift for edge, shift in zip(place.as_list(), (x, y, x, y), strict=True))
    )


def _lit(colour: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(part * share) for part in colour)
    return red, green, blue
