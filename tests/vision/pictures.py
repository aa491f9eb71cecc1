"""Small pictures as bytes of every format, and files that are damaged on purpose."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import ExifTags, Image

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (255, 255, 255)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """The bytes of a picture in a format of Pillow."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (32, 24)) -> Image.Image:
    """A picture of one colour."""
    return Image.new("RGB", size, colour)


def cornered(size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A white picture whose upper left quarter is red."""
    image = plain(WHITE, size)
    image.paste(RED, (0, 0, size[0] // 2, size[1] // 2))
    return image


def oriented(number: int) -> Image.Exif:
    """An EXIF block with an orientation."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = number
    return exif


def exif_entry(kind: int, value: bytes, *, tag: int = 0x0112, count: int = 1) -> bytes:
    """An EXIF block with one raw entry, orientation by default."""
    header = b"Exif\0\0II*\0\x08\0\0\0\x01\0"
    return header + struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0") + bytes(4)


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of under 100 bytes that declares a size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0"))


def gif_of_size(width: int, height: int) -> bytes:
    """A small GIF that declares the size of its screen."""
    data = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def gif_with_frame(width: int, height: int) -> bytes:
    """A GIF with a screen of 8 x 8 and a frame that declares more."""
    data = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    start = bytes(data).index(b",\0\0\0\0\x08\0\x08\0")
    data[start + 5 : start + 9] = struct.pack("<HH", width, height)
    return bytes(data)


def bmp_of_size(width: int, height: int) -> bytes:
    """A small BMP that declares a size."""
    data = bytearray(encoded(plain(RED), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def ramp(dtype: type[np.generic], top: float, size: tuple[int, int] = (16, 8)) -> np.ndarray:
    """Grey values from 0 to `top`, from left to right."""
    return np.tile(np.linspace(0, top, size[0]), (size[1], 1)).astype(dtype)
