"""Drawing boxes and names into a photo, legible at any size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from app.forms import caption
from retrieval.match import Decision, Match
from vision.box import Box
from vision.errors import UserError
from vision.photo import Photo

_COLOURS = {
    Decision.ACCEPTED: (22, 135, 63),
    Decision.UNCERTAIN: (176, 98, 0),
    Decision.UNKNOWN: (90, 90, 100),
}
_PADDING = 5  # pixels between a label's text and its edge
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}


def annotated(photo: Photo, matches: Sequence[Match]) -> Image.Image:
    """A copy of the photo with a box and a label for each region; accepted ones carry their number."""
    image = Image.fromarray(photo.pixels)
    draw = ImageDraw.Draw(image)
    side = max(image.size)
    width = max(2, round(side / 300))
    font = ImageFont.load_default(size=max(12, round(side / 45)))
    taken: list[Box] = []
    number = 0
    for match in sorted(matches, key=lambda match: match.region.box.centre):
        texts = [caption(match), "?"]
        if match.entity is not None:
            number += 1
            texts = [f"[{number}] {texts[0]}", f"[{number}]"]
        colour = _COLOURS[match.decision]
        box = match.region.box
        draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), outline=colour, width=width)
        text, label = _placed(draw, font, texts, box, taken)
        taken.append(label)
        draw.rectangle((label.left, label.top, label.right - 1, label.bottom - 1), fill=colour)
        draw.text((label.left + _PADDING, label.top), text, font=font, fill="white")
    return image


def save_annotated(photo: Photo, matches: Sequence[Match], path: Path, original: Path | None = None) -> None:
    """Write the annotated photo; raise `UserError` for an unknown suffix or the original's own path."""
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise UserError(f"Cannot save as '{path.name}': expected a name ending in {', '.join(_FORMATS)}.")
    if original is not None and path.resolve() == original.resolve():
        raise UserError(f"{path} is the photo itself; save the annotated one under another name.")
    try:
        annotated(photo, matches).save(path, form, **({} if form == "PNG" else {"quality": 92}))
    except OSError as error:
        raise UserError(f"Cannot write {path}: {error.strerror or error}.") from error


def _placed(
    draw: ImageDraw.ImageDraw, font: _Font, texts: Sequence[str], box: Box, taken: Sequence[Box]
) -> tuple[str, Box]:
    """The first text that finds a place off other labels, and that place; else the last text anywhere."""
    for text in texts:
        fitted = _fitted(draw, text, font)
        places = _places(draw, fitted, font, box)
        free = [place for place in places if all(place.iou(other) == 0 for other in taken)]
        if free:
            break
    return fitted, (free or places)[0]


def _places(draw: ImageDraw.ImageDraw, text: str, font: _Font, box: Box) -> list[Box]:
    """Where a label can go within the photo: above its box, else below it, else inside, else further off."""
    right, bottom = draw.im.size
    _, _, text_right, text_bottom = draw.textbbox((0, 0), text, font=font)
    width, height = min(round(text_right) + 2 * _PADDING, right), min(round(text_bottom) + _PADDING, bottom)
    x = max(0, min(box.left, right - width))
    tops = [box.top - height, box.bottom, box.top, box.bottom - height]
    tops += [y for step in range(1, 6) for y in (box.top - (step + 1) * height, box.bottom + step * height)]
    inside = [y for y in tops if 0 <= y <= bottom - height] or [0]
    return [Box(x, y, x + width, y + height) for y in inside]


def _fitted(draw: ImageDraw.ImageDraw, text: str, font: _Font) -> str:
    """The text, shortened where even the whole width of the photo is too narrow for it."""
    while len(text) > 4 and draw.textlength(text, font=font) + 2 * _PADDING > draw.im.size[0]:
        text = text[:-2].rstrip() + "…"
    return text
