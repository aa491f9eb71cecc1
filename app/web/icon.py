"""The site's icon, drawn here: Streamlit would fetch one of its own icons from elsewhere."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw


@cache
def site_icon() -> Image.Image:
    """A label with two lines of text, 64 x 64 pixels."""
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((4, 12, 59, 51), 8, fill="#1d6fa5")
    draw.rounded_rectangle((13, 22, 50, 27), 2, fill="white")
    draw.rounded_rectangle((13, 35, 38, 40), 2, fill="white")
    return image
