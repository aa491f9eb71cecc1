"""Drawing boxes and names into a photo, legible at any size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from app.forms import caption
from generation.given import Given
from generation.placing import placed
from retrieval.match import Decision, Match
from vision.box import Box
from vision.errors import UserError
from vision.photo import Photo

_COLOURS = {
    Decision.ACCEPTED: (22, 135, 63),
    Decision.UNCERTAIN: (176, 98, 0),
    Decision.UNKNOWN: (90, 90, 100),
}
# Photos whose longer side is shorter than this many pixels have no room for names.
_LEGIBLE = 400
_GIVEN = (36, 90, 190)
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}


def annotated(photo: Photo, matches: Sequence[Match], given: Sequence[Given] = ()) -> Image.Image:
    """A copy of the photo with a box and a label for each region; accepted and given ones carry their number.

    A photo that is too small for letters is enlarged.
    """
    scale = 1 if max(photo.size) >= _LEGIBLE else math.ceil(2 * _LEGIBLE / max(photo.size))
    image = Image.fromarray(photo.pixels).resize((photo.size[0] * scale, photo.size[1] * scale))
    draw = ImageDraw.Draw(image)
    side = max(image.size)
    labels = _Labels(draw, ImageFont.load_default(size=max(12, round(side / 45))), max(4, side // 160))
    places = placed(matches, given)
    boxes = [_scaled(place.box, scale) for place in places]
    line = max(2, side // 300)
    for place, box in zip(places, boxes, strict=True):
        if place.body is not None:  # thinner: the face is what was recognised
            _outline(draw, _scaled(place.body, scale), _colour(place.shows), max(1, line // 2))
        _outline(draw, box, _colour(place.shows), line)
    for place, box in zip(places, boxes, strict=True):
        name = caption(place.shows)
        texts = [name, "?"] if place.k is None else [f"[{place.k}] {name}", f"[{place.k}]"]
        labels.put(texts, box, [other for other in boxes if other is not box], _colour(place.shows))
    return image


def _scaled(box: Box, scale: int) -> Box:
    return Box(*(scale * edge for edge in box.as_list()))


def _outline(draw: ImageDraw.ImageDraw, box: Box, colour: tuple[int, int, int], width: int) -> None:
    draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), outline=colour, width=width)


def _colour(shows: Match | Given) -> tuple[int, int, int]:
    return _GIVEN if isinstance(shows, Given) else _COLOURS[shows.decision]


def check_place(path: Path, original: Path) -> None:
    """Raise `UserError` where an annotated photo cannot be saved; asked before the work that it shows."""
    _form(path)
    if path.resolve() == original.resolve():
        raise UserError(f"{path} is the photo itself; save the annotated one under another name.")
    if not path.parent.is_dir():
        raise UserError(f"Cannot write {path}: there is no folder {path.parent}.")


def save_annotated(
    photo: Photo, matches: Sequence[Match], path: Path, *, given: Sequence[Given] = ()
) -> None:
    """Write the annotated photo; raise `UserError` for an unknown suffix."""
    form = _form(path)
    try:
        annotated(photo, matches, given).save(path, form, **({} if form == "PNG" else {"quality": 92}))
    except OSError as error:
        raise UserError(f"Cannot write {path}: {error.strerror or error}.") from error


def _form(path: Path) -> str:
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise UserError(f"Cannot save as '{path.name}': expected a name ending in {', '.join(_FORMATS)}.")
    return form


class _Labels:
    """Labels of one picture, which keep off each other and, where they can, off faces."""

    def __init__(self, draw: ImageDraw.ImageDraw, font: _Font, padding: int) -> None:
        self._draw = draw
        self._font = font
        self._padding = padding  # pixels between a text and the edge of its label
        self._taken: list[Box] = []

    def put(self, texts: Sequence[str], box: Box, faces: Sequence[Box], colour: tuple[int, int, int]) -> None:
        """Draw the first text that finds a place off other labels; else the last one where it fits at all."""
        for text in map(self._fitted, texts):
            places = self._places(text, box)
            free = [place for place in places if _clear(place, self._taken)]
            if free:
                break
        label = next((place for place in free if _clear(place, faces)), (free or places)[0])
        self._taken.append(label)
        self._draw.rectangle((label.left, label.top, label.right - 1, label.bottom - 1), fill=colour)
        self._draw.text((label.left + self._padding, label.top), text, font=self._font, fill="white")

    def _places(self, text: str, box: Box) -> list[Box]:
        """Where a label can go: above its box, else below it, else inside, else further off."""
        right, bottom = self._draw.im.size
        _, _, text_right, text_bottom = self._draw.textbbox((0, 0), text, font=self._font)
        width = min(round(text_right) + 2 * self._padding, right)
        height = min(round(text_bottom) + self._padding, bottom)
        x = max(0, min(box.left, right - width))
        tops = [box.top - height, box.bottom, box.top, box.bottom - height]
        tops += [
            y for step in range(1, 6) for y in (box.top - (step + 1) * height, box.bottom + step * height)
        ]
        inside = [y for y in tops if 0 <= y <= bottom - height] or [0]
        return [Box(x, y, x + width, y + height) for y in inside]

    def _fitted(self, text: str) -> str:
        """The text, shortened where even the whole width of the photo is too narrow for it."""
        room = self._draw.im.size[0] - 2 * self._padding
        while len(text) > 4 and self._draw.textlength(text, font=self._font) > room:
            text = text[:-2].rstrip() + "…"
        return text


def _clear(place: Box, others: Sequence[Box]) -> bool:
    return all(place.iou(other) == 0 for other in others)
