"""Painting figures and places with Pillow."""

from __future__ import annotations

from PIL import Image, ImageDraw

from training.drawn.look import Kind, Look
from training.drawn.words import COLOURS
from vision.box import Box

# Muted, so that no figure's colour is taken for the background's: (sky, ground).
_BACKGROUNDS = {
    "beach": ((176, 206, 222), (222, 208, 172)),
    "meadow": ((188, 212, 226), (168, 190, 148)),
    "street": ((198, 200, 206), (160, 160, 164)),
    "room": ((226, 214, 202), (190, 170, 152)),
    "snow field": ((206, 216, 232), (232, 236, 240)),
}
_SKIN, _HAIR = (236, 188, 150), (92, 66, 48)
_LINE, _EYE = (60, 60, 66), (10, 10, 10)
_Colour = tuple[int, int, int]


def background(place: str, side: int, horizon: int) -> Image.Image:
    """A picture of an empty place; the ground begins at `horizon`."""
    sky, ground = _BACKGROUNDS[place]
    image = Image.new("RGB", (side, side), sky)
    ImageDraw.Draw(image).rectangle((0, horizon, side, side), fill=ground)
    return image


def paint(image: Image.Image, look: Look, box: Box) -> None:
    """Draw a figure that fills its box."""
    brush = _Brush(ImageDraw.Draw(image), box)
    match look.kind:
        case Kind.PERSON:
            _person(brush, look)
        case Kind.PET:
            _pet(brush, look)
        case Kind.THING:
            _thing(brush, look)


class _Brush:
    """Draws in parts of a box: (0, 0) is its left top corner, (1, 1) its right bottom one."""

    def __init__(self, draw: ImageDraw.ImageDraw, box: Box) -> None:
        self._draw, self._box = draw, box

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point in pixels; the last row and column of the box are its own."""
        box = self._box
        return box.left + x * (box.width - 1), box.top + y * (box.height - 1)

    def block(self, left: float, top: float, right: float, bottom: float, fill: _Colour) -> None:
        """A rectangle."""
        self._draw.rectangle((*self.at(left, top), *self.at(right, bottom)), fill=fill, outline=_LINE)

    def band(self, left: float, top: float, right: float, bottom: float, fill: _Colour) -> None:
        """A rectangle without an outline, which would cover all of a narrow one."""
        self._draw.rectangle((*self.at(left, top), *self.at(right, bottom)), fill=fill)

    def round(self, left: float, top: float, right: float, bottom: float, fill: _Colour) -> None:
        """An ellipse."""
        self._draw.ellipse((*self.at(left, top), *self.at(right, bottom)), fill=fill, outline=_LINE)

    def shape(self, *points: tuple[float, float], fill: _Colour) -> None:
        """A polygon."""
        self._draw.polygon([self.at(x, y) for x, y in points], fill=fill, outline=_LINE)

    def dot(self, x: float, y: float, fill: _Colour = _EYE, share: float = 0.05) -> None:
        """A dot as wide as a share of the box's width."""
        radius = max(1.0, self._box.width * share / 2)
        centre = self.at(x, y)
        corners = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
        self._draw.ellipse(corners, fill=fill)


def _person(brush: _Brush, look: Look) -> None:
    child = look.noun in ("boy", "girl")
    neck, waist = (0.40, 0.70) if child else (0.28, 0.62)
    shirt, legs = COLOURS[look.main], COLOURS[look.second]
    if look.legs == "skirt":
        brush.block(0.32, 0.8, 0.44, 1.0, _SKIN)
        brush.block(0.56, 0.8, 0.68, 1.0, _SKIN)
        brush.shape((0.3, waist), (0.7, waist), (0.92, 0.9), (0.08, 0.9), fill=legs)
        brush.round(0.18, 0.02, 0.82, neck + 0.08, _HAIR)  # long; the shirt comes over it
    else:
        brush.block(0.24, waist, 0.49, 1.0, legs)
        brush.block(0.51, waist, 0.76, 1.0, legs)
    left_arm = (0.02 if look.waving else neck + 0.02, neck + 0.1 if look.waving else waist)
    brush.block(0.0, left_arm[0], 0.17, left_arm[1], shirt)
    brush.block(0.83, neck + 0.02, 1.0, waist, shirt)
    brush.block(0.15, neck, 0.85, waist + 0.02, shirt)
    _head(brush, look, neck)


def _head(brush: _Brush, look: Look, neck: float) -> None:
    """The head, and a hat where there is one."""
    brush.round(0.26, 0.03, 0.74, neck, _SKIN)
    brush.dot(0.42, neck * 0.6)
    brush.dot(0.58, neck * 0.6)
    if not look.hat:
        brush.shape((0.28, neck * 0.36), (0.5, 0.0), (0.72, neck * 0.36), fill=_HAIR)
        return
    colour, shape = look.hat.split(" ", 1)
    fill = COLOURS[colour]
    match shape:
        case "cap":
            brush.round(0.26, 0.0, 0.74, neck * 0.55, fill)
            brush.block(0.5, neck * 0.25, 0.98, neck * 0.36, fill)
        case "top hat":
            brush.block(0.32, 0.0, 0.68, neck * 0.36, fill)
            brush.block(0.16, neck * 0.28, 0.84, neck * 0.4, fill)
        case _:
            brush.shape((0.24, neck * 0.42), (0.5, 0.0), (0.76, neck * 0.42), fill=fill)
            brush.dot(0.5, 0.02, fill)


def _pet(brush: _Brush, look: Look) -> None:
    fur, collar = COLOURS[look.main], COLOURS[look.second]
    if look.noun == "bird":
        brush.block(0.45, 0.8, 0.5, 1.0, _LINE)
        brush.shape((0.0, 0.45), (0.35, 0.4), (0.3, 0.8), fill=fur)
        brush.round(0.12, 0.3, 0.8, 0.85, fur)
        brush.round(0.55, 0.0, 0.9, 0.45, fur)
        brush.shape((0.86, 0.16), (1.0, 0.24), (0.86, 0.32), fill=(240, 170, 40))
        brush.dot(0.74, 0.17, _SKIN)
        return brush.band(0.54, 0.36, 0.84, 0.52, collar)
    for left in (0.14, 0.34, 0.52, 0.68):
        brush.block(left, 0.65, left + 0.1, 1.0, fur)
    brush.shape((0.0, 0.3), (0.06, 0.28), (0.2, 0.55), (0.14, 0.6), fill=fur)
    brush.round(0.08, 0.42, 0.82, 0.82, fur)
    _ears(brush, look.noun, fur)
    brush.round(0.6, 0.16, 1.0, 0.56, fur)
    brush.dot(0.84, 0.3, _SKIN)
    return brush.band(0.56, 0.48, 0.9, 0.64, collar)


def _ears(brush: _Brush, noun: str, fur: _Colour) -> None:
    match noun:
        case "rabbit":
            brush.round(0.66, 0.0, 0.76, 0.3, fur)
            brush.round(0.8, 0.0, 0.9, 0.3, fur)
        case "cat":
            brush.shape((0.64, 0.26), (0.68, 0.0), (0.8, 0.2), fill=fur)
            brush.shape((0.8, 0.2), (0.92, 0.0), (0.96, 0.26), fill=fur)
        case _:
            brush.round(0.56, 0.0, 0.72, 0.44, fur)
            brush.round(0.86, 0.0, 1.0, 0.3, fur)


def _thing(brush: _Brush, look: Look) -> None:
    fill = COLOURS[look.main]
    match look.noun:
        case "mug":
            brush.round(0.6, 0.2, 1.0, 0.75, (205, 205, 205))
            brush.block(0.0, 0.0, 0.78, 1.0, fill)
        case "lamp":
            brush.block(0.45, 0.5, 0.55, 0.95, _LINE)
            brush.block(0.2, 0.92, 0.8, 1.0, _LINE)
            brush.shape((0.25, 0.0), (0.75, 0.0), (1.0, 0.58), (0.0, 0.58), fill=fill)
        case "ball":
            brush.round(0.0, 0.0, 1.0, 1.0, fill)
        case "book":
            brush.block(0.0, 0.0, 1.0, 1.0, fill)
            brush.block(0.0, 0.0, 0.12, 1.0, (230, 226, 214))
        case "umbrella":
            brush.block(0.47, 0.4, 0.53, 1.0, _LINE)
            brush.shape((0.0, 0.55), (0.2, 0.15), (0.5, 0.0), (0.8, 0.15), (1.0, 0.55), fill=fill)
        case "car":
            brush.block(0.2, 0.0, 0.8, 0.5, fill)
            brush.block(0.0, 0.35, 1.0, 0.82, fill)
            brush.round(0.1, 0.62, 0.36, 1.0, _LINE)
            brush.round(0.64, 0.62, 0.9, 1.0, _LINE)
        case "vase":
            brush.block(0.3, 0.0, 0.7, 0.3, fill)
            brush.round(0.0, 0.2, 1.0, 1.0, fill)
        case _:  # a chair
            brush.block(0.0, 0.0, 0.2, 1.0, fill)
            brush.block(0.0, 0.5, 1.0, 0.68, fill)
            brush.block(0.8, 0.6, 1.0, 1.0, fill)
    _pattern(brush, look)


def _pattern(brush: _Brush, look: Look) -> None:
    """Marks over the middle of a thing, light on dark colours and dark on light ones."""
    mark = (250, 250, 250) if sum(COLOURS[look.main]) < 420 else (25, 25, 25)
    middle = {"umbrella": 0.3, "lamp": 0.3, "chair": 0.58, "vase": 0.6}.get(look.noun, 0.5)
    match look.second:
        case "striped":
            for x in (0.24, 0.45, 0.66):
                brush.band(x, middle - 0.16, x + 0.1, middle + 0.16, mark)
        case "dotted":
            for x in (0.28, 0.5, 0.72):
                brush.dot(x, middle, mark, share=0.14)
