"""Opening photos: any common format in, upright RGB pixels out."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from vision.box import Box
from vision.errors import UserError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "HEIF", "GIF", "TIFF")
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jfif", ".mpo", ".png", ".webp", ".bmp", ".heic", ".heif", ".gif", ".tif", ".tiff"}
)
# Decoded pixels: phone panoramas and 8K frames fit, a bomb does not.
MAX_PIXELS = 40_000_000
# A file of that many pixels fits even where it is not compressed at all; a disk image does not.
MAX_PHOTO_BYTES = 256 * 1024 * 1024
# What the decoders of Pillow and pillow_heif raise on damaged files, found by reading and by fuzzing.
DECODE_ERRORS = (
    OSError,
    RuntimeError,
    ValueError,
    SyntaxError,
    EOFError,
    AttributeError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
    zlib.error,
)
# What brings a picture of each EXIF orientation upright; 1 is upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pillow_heif.register_heif_opener()


class UnreadablePhotoError(UserError):
    """Bytes that are not a photo, or a damaged one."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"Cannot read {name} as a photo: {why}")


class PhotoTooLargeError(UserError):
    """A photo with more pixels than the limit."""

    def __init__(self, name: str, size: tuple[int, int] | None, max_pixels: int) -> None:
        declared = f"{size[0]} x {size[1]}" if size else "far too many"  # None where Pillow refuses to say
        super().__init__(f"{name} has {declared} pixels; at most {max_pixels:,} are decoded. Scale it down.")


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """An upright photo and the identity of the bytes that it came from."""

    pixels: NDArray[np.uint8]  # (height, width, 3), RGB, upright
    sha256: str  # of the original bytes, hexadecimal

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or self.pixels.dtype != np.uint8:
            raise ValueError(
                f"pixels must be (height, width, 3) uint8, but got {self.pixels.shape} {self.pixels.dtype}"
            )
        if self.pixels.size == 0:
            raise ValueError(f"A photo must not be empty, but its pixels are {self.pixels.shape}")

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @classmethod
    def open(cls, source: Path | str | bytes, *, name: str = "", max_pixels: int = MAX_PIXELS) -> Photo:
        """Decode a file or its bytes; raise `UnreadablePhotoError` or `PhotoTooLargeError`.

        The first frame of an animation is taken, EXIF orientation is applied and transparency becomes white.
        `name` is what errors call the photo; by default its path.
        """
        if isinstance(source, bytes):
            return cls._decode(source, name or "the given bytes", max_pixels)
        path = Path(source)
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
                raise UnreadablePhotoError(name or str(path), "it is not a file")
            if status.st_size > MAX_PHOTO_BYTES:
                raise UnreadablePhotoError(
                    name or str(path),
                    f"it has {status.st_size:,} bytes; at most {MAX_PHOTO_BYTES:,} are read",
                )
            data = path.read_bytes()
        except (OSError, ValueError) as error:  # a path with a null character is a ValueError
            why = getattr(error, "strerror", None) or str(error)
            raise UnreadablePhotoError(name or str(path), why.lower()) from error
        return cls._decode(data, name or str(path), max_pixels)

    @classmethod
    def from_pixels(cls, pixels: NDArray[np.uint8]) -> Photo:
        """A photo that never was a file: its identity is the hash of its size and pixels."""
        digest = hashlib.sha256(f"{pixels.shape}".encode() + np.ascontiguousarray(pixels).tobytes())
        return cls(pixels, digest.hexdigest())

    @classmethod
    def _decode(cls, data: bytes, name: str, max_pixels: int) -> Photo:
        if not data:
            raise UnreadablePhotoError(name, "the file is empty")
        try:
            with warnings.catch_warnings():
                # A damaged tag costs nothing and a large size is judged here: neither is worth a warning.
                warnings.filterwarnings("ignore", module=r"PIL\.")
                with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                    if image.width * image.height > max_pixels:
                        raise PhotoTooLargeError(name, image.size, max_pixels)
                    pixels = np.asarray(_upright_rgb(image))
        except Image.DecompressionBombError as error:
            raise PhotoTooLargeError(name, None, max_pixels) from error
        except UnidentifiedImageError as error:
            raise UnreadablePhotoError(name, f"expected one of {', '.join(FORMATS)}") from error
        except DECODE_ERRORS as error:
            raise UnreadablePhotoError(name, f"the file is damaged ({str(error)[:100]})") from error
        return cls(pixels, hashlib.sha256(data).hexdigest())


def _upright_rgb(image: Image.Image) -> Image.Image:
    """Eight-bit RGB in viewing orientation."""
    image.seek(0)
    image.load()
    upright = _turned(image)
    if upright.mode.startswith(("I", "F")):
        return _eight_bit(upright).convert("RGB")
    if upright.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in upright.info:
        rgba = upright.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return upright if upright.mode == "RGB" else upright.convert("RGB")  # which would be a copy


def _turned(image: Image.Image) -> Image.Image:
    """The picture as its EXIF orientation says; as stored where that cannot be read.

    Pillow's own function writes the remaining EXIF block anew, and fails where any tag of it is odd.
    """
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except DECODE_ERRORS:
        return image
    return image if turn is None else image.transpose(turn)


def _eight_bit(image: Image.Image) -> Image.Image:
    """A grey picture of 16 or 32 bits a pixel brought to 0..255, from the range that its values use."""
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
        values = np.asarray(image, dtype=np.float64)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    full = 1.0 if top <= 1.0 else 255.0 if top <= 255.0 else 65535.0 if top <= 65535.0 else top
    if image.mode.startswith("I;16"):
        full = 65535.0
    return Image.fromarray(np.clip(values / full * 255.0, 0, 255).round().astype(np.uint8))


# A face with its surroundings: enough to find it again with another detector, small enough to keep.
CROP_GROWTH = 1.5
CROP_SIDE = 256


def place_in_crop(box: Box, size: tuple[int, int], crop: tuple[int, int]) -> Box:
    """Where `box` of a photo of `size` is in what `crop_of` made of it, which is `crop` pixels large.

    >>> place_in_crop(Box(100, 100, 300, 200), (1000, 1000), (256, 128))
    Box(left=43, top=21, right=213, bottom=107)
    """
    area = box.grown(CROP_GROWTH).clipped(size) or box
    across, down = crop[0] / area.width, crop[1] / area.height
    left, top = round((box.left - area.left) * across), round((box.top - area.top) * down)
    right, bottom = round((box.right - area.left) * across), round((box.bottom - area.top) * down)
    return Box(left, top, max(right, left + 1), max(bottom, top + 1))


def crop_of(photo: Photo, box: Box) -> bytes:
    """The JPEG of `box` grown by `CROP_GROWTH`, clipped to the photo, at most `CROP_SIDE` pixels a side."""
    area = box.grown(CROP_GROWTH).clipped(photo.size)
    if area is None:
        raise ValueError(f"The box {box.as_list()} lies outside the photo of {photo.size}")
    return small_jpeg(photo.pixels[area.top : area.bottom, area.left : area.right], CROP_SIDE, quality=92)


def small_jpeg(pixels: NDArray[np.uint8], side: int, *, quality: int) -> bytes:
    """The JPEG of RGB pixels (height, width, 3), scaled down to at most `side` pixels a side."""
    height, width = pixels.shape[:2]
    scale = side / max(width, height)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
