"""A drawn scene: figures at places, drawn from the back to the front."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from PIL import Image

from training.drawn.look import NOUNS, Kind, Look
from training.drawn.painting import background, paint
from training.drawn.words import PLACES, Vocabulary
from vision.box import Box

_HORIZON = 0.45  # of the height
# Heights as shares of the picture, and widths as shares of the height.
_HEIGHTS = {Kind.PERSON: (0.34, 0.62), Kind.PET: (0.2, 0.34), Kind.THING: (0.18, 0.32)}
_WIDTHS = {Kind.PERSON: 0.46, Kind.PET: 1.1, Kind.THING: 0.9}
# Of each ninth of a figure, by others: a hat or a collar that is asked for can be seen.
_MOST_COVERED = 0.5
_APART = 0.18  # of the picture's width, between two that only their places tell apart
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """Somebody or something in a scene."""

    look: Look
    box: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """A square picture before it is painted; the first figures are the farthest."""

    side: int  # in pixels
    place: str
    figures: tuple[Figure, ...]

    def png(self) -> bytes:
        """The painted scene."""
        buffer = io.BytesIO()
        self.image().save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    def image(self) -> Image.Image:
        """The painted scene as an image."""
        image = background(self.place, self.side, round(self.side * _HORIZON))
        for figure in self.figures:
            paint(image, figure.look, figure.box)
        return image

    def position(self, figure: Figure) -> str:
        """How a figure is told from the one other of its look; empty where there is none."""
        alike = [other for other in self.figures if other.look == figure.look and other is not figure]
        if not alike:
            return ""
        return "on the left" if figure.box.centre[0] < alike[0].box.centre[0] else "on the right"


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a scene is drawn on."""

    side: int  # of the square picture, in pixels
    grid: int = 0  # boxes begin and end at so many steps of the side; 0 is every pixel
    zoom: float = 1.0  # figures are so many times as large

    @property
    def step(self) -> int:
        """Pixels between two places where boxes may begin or end."""
        return max(1, self.side // self.grid) if self.grid else 1

    def snapped(self, length: float) -> int:
        """The nearest length of whole steps, and at least one."""
        return max(1, round(length / self.step)) * self.step

    def place(self, least: int, most: int, chance: Random) -> int:
        """A place by chance from `least` to `most` pixels."""
        return chance.randint(-(-least // self.step), most // self.step) * self.step


def made_scene(
    words: Vocabulary,
    canvas: Canvas,
    *,
    figures: int,
    twins: bool,
    one_noun: float,
    kinds: Sequence[Kind],
) -> Scene:
    """A scene with up to so many figures, and at least one; with `twins` two of them look alike.

    Each is of one and the same noun with the chance `one_noun`: scenes where it does not decide are common.
    """
    chance, side = words.chance, canvas.side
    looks = _looks(words, kinds, figures, twins, one_noun)
    boxes: list[Box] = []
    placed: list[Figure] = []
    for look in looks:
        box = _room(look, boxes, canvas, chance)
        if box is not None and _told_apart(look, box, placed, side):
            boxes.append(box)
            placed.append(Figure(look, box))
    return Scene(side, chance.choice(PLACES), tuple(sorted(placed, key=lambda one: one.box.bottom)))


def _looks(
    words: Vocabulary, kinds: Sequence[Kind], figures: int, twins: bool, one_noun: float
) -> list[Look]:
    """Looks of which no two are the same but for twins."""
    nouns = [noun for kind in kinds for noun in NOUNS[kind]]
    weights = [{Kind.PERSON: 4, Kind.PET: 2, Kind.THING: 1}[kind] for kind in kinds for _ in NOUNS[kind]]
    looks: list[Look] = []
    repeat = words.chance.choices(nouns, weights)[0]
    while len(looks) < max(1, figures - twins):
        noun = repeat if words.chance.random() < one_noun else words.chance.choices(nouns, weights)[0]
        look = Look.made(noun, words)
        if look not in looks:
            looks.append(look)
    return [looks[0], *looks] if twins and figures > 1 else looks


def some_box(kind: Kind, canvas: Canvas, chance: Random) -> Box:
    """A place by chance that a figure of a kind could have."""
    side, (low, high) = canvas.side, _HEIGHTS[kind]
    height = canvas.snapped(side * chance.uniform(low, high) * canvas.zoom)
    width = min(canvas.snapped(height * _WIDTHS[kind]), side)
    left = canvas.place(0, side - width, chance)
    top = canvas.place(max(0, round(side * 0.55) - height), side - height, chance)
    return Box(left, top, left + width, top + height)


def _room(look: Look, taken: Sequence[Box], canvas: Canvas, chance: Random) -> Box | None:
    """A place where neither covers too much of another; None where none is found."""
    for _ in range(_TRIES):
        box = some_box(look.kind, canvas, chance)
        if all(
            _visible(one, [other for other in (*taken, box) if other is not one]) for one in (*taken, box)
        ):
            return box
    return None


def _visible(box: Box, others: Sequence[Box]) -> bool:
    """Whether every part of a figure can be seen, whichever of the others are in front of it."""
    near = [other for other in others if box.share_in(other) > 0]
    columns = [round(box.left + box.width * part / 3) for part in range(4)]
    rows = [round(box.top + box.height * part / 3) for part in range(4)]
    return not near or all(
        sum(Box(left, top, right, bottom).share_in(other) for other in near) <= _MOST_COVERED
        for left, right in pairwise(columns)
        for top, bottom in pairwise(rows)
    )


def _told_apart(look: Look, box: Box, placed: Sequence[Figure], side: int) -> bool:
    """Whether somebody of the same look stands clearly to the left or right."""
    return all(
        abs(box.centre[0] - other.box.centre[0]) >= _APART * side for other in placed if other.look == look
    )
