"""Bytes that are no photo, or a damaged or dangerous one: always a photo or one clear error, at once."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.vision.pictures import (
    RED,
    bmp_of_size,
    cornered,
    encoded,
    gif_of_size,
    gif_with_frame,
    oriented,
    plain,
    png_of_size,
)
from vision.errors import UserError
from vision.photo import Photo, PhotoTooLargeError, UnreadablePhotoError

ROOT = Path(__file__).parents[2]


def noisy(size: tuple[int, int] = (32, 24)) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))


def seeds() -> dict[str, bytes]:
    grey = Image.fromarray(np.arange(32 * 24, dtype=np.uint16).reshape(24, 32) * 80)
    return {
        "jpeg": encoded(noisy(), "JPEG", exif=oriented(6)),
        "progressive": encoded(noisy(), "JPEG", progressive=True),
        "png": encoded(noisy(), "PNG", exif=oriented(6)),
        "palette": encoded(noisy().quantize(16), "PNG", transparency=0),
        "grey16": encoded(grey, "PNG"),
        "webp": encoded(noisy(), "WEBP", exif=oriented(6)),
        "bmp": encoded(noisy(), "BMP"),
        "gif": encoded(noisy(), "GIF", save_all=True, append_images=[cornered((32, 24))]),
        "tiff": encoded(noisy(), "TIFF", exif=oriented(6)),
        "float": encoded(Image.fromarray(np.ones((24, 32), dtype=np.float32)), "TIFF"),
        "mpo": encoded(noisy(), "MPO", save_all=True, append_images=[noisy()]),
        "heic": encoded(noisy((64, 48)), "HEIF", exif=oriented(6).tobytes()),
    }


SEEDS = seeds()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty"),
        (b"\0", "expected one of JPEG"),
        (b"Anna Schmidt, mayor of the town.\n" * 9, "expected one of JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "expected one of JPEG"),
        (b"%PDF-1.7\n", "expected one of JPEG"),
        (b"\xff\xd8\xff", r"expected one of JPEG|damaged"),
        (b"\x89PNG\r\n\x1a\n", r"expected one of JPEG|damaged"),
        (random.Random(0).randbytes(5000), "expected one of JPEG"),
    ],
)
def test_bytes_that_are_no_photo_are_refused_in_one_line(data: bytes, told: str) -> None:
    with pytest.raises(UnreadablePhotoError, match=told) as caught:
        Photo.open(data, name="holiday/beach.jpg")
    assert "holiday/beach.jpg" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_every_seed_is_a_photo_as_long_as_it_is_whole(name: str) -> None:
    assert Photo.open(SEEDS[name]).pixels.std() >= 0


@pytest.mark.parametrize(
    "name", sorted(set(SEEDS) - {"gif", "mpo"})
)  # their first frame ends before the half
def test_half_a_photo_is_damaged(name: str) -> None:
    data = SEEDS[name]
    with pytest.raises(UnreadablePhotoError):
        Photo.open(data[: len(data) // 2])


def test_formats_that_nobody_asked_for_are_refused() -> None:
    for form in ("PPM", "TGA", "ICO", "PCX"):
        with pytest.raises(UnreadablePhotoError, match=r"expected one of|damaged"):
            Photo.open(encoded(plain(RED), form))


@given(st.sampled_from(sorted(SEEDS)), st.data())
@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_file_with_flipped_bits_is_a_photo_or_one_error(name: str, data: st.DataObject) -> None:
    damaged = bytearray(SEEDS[name])
    # Most of what matters stands at the beginning.
    near = st.integers(0, min(200, len(damaged) - 1))
    for place in data.draw(st.lists(near | st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    open_or_refuse(bytes(damaged))


@given(st.sampled_from(sorted(SEEDS)), st.data())
@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_file_that_is_cut_or_has_bytes_put_in_is_a_photo_or_one_error(
    name: str, data: st.DataObject
) -> None:
    whole = SEEDS[name]
    place = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(place, min(place + 16, len(whole))))
    open_or_refuse(whole[:place] + data.draw(st.binary(max_size=8)) + whole[end:])
    open_or_refuse(whole[:place])


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"II*\0", b"GIF89a", b"BM", b"RIFF"])
)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_bytes_are_a_photo_or_one_error(data: bytes, beginning: bytes) -> None:
    open_or_refuse(beginning + data)


def open_or_refuse(data: bytes) -> None:
    try:
        photo = Photo.open(data, max_pixels=1_000_000)
    except UserError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert photo.pixels.shape[2] == 3


@pytest.mark.parametrize(
    "bomb",
    [
        png_of_size(7000, 7000),  # over our limit, under the one at which Pillow warns
        png_of_size(10_000, 10_000),  # Pillow warns
        png_of_size(20_000, 20_000),  # Pillow refuses
        png_of_size(2**31 - 1, 2**31 - 1),
        gif_of_size(10_000, 10_000),
        gif_of_size(65_535, 65_535),
        gif_with_frame(8000, 8000),
        gif_with_frame(65_535, 65_535),
        bmp_of_size(30_000, 30_000),
    ],
)
def test_a_decompression_bomb_is_refused_at_once_without_decoding(bomb: bytes) -> None:
    assert len(bomb) < 4000
    start = time.perf_counter()
    with pytest.raises(PhotoTooLargeError, match=r"pixels; at most 40,000,000 are decoded") as caught:
        Photo.open(bomb, name="bomb.png")
    assert time.perf_counter() - start < 1.0
    assert str(caught.value).startswith("bomb.png has ")
    assert "0 x 0" not in str(caught.value)


def test_a_heic_file_that_its_decoder_finds_too_large_is_damaged() -> None:
    data = SEEDS["heic"]
    start = data.index(b"ispe") + 8  # where width and height stand
    with pytest.raises(UnreadablePhotoError, match="Security limit") as caught:
        Photo.open(data[:start] + struct.pack(">II", 1, 2**31) + data[start + 8 :], max_pixels=2**40)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("max_pixels", "fits"), [(767, False), (768, True), (1, False)])
def test_the_limit_of_pixels_is_a_setting(max_pixels: int, fits: bool) -> None:
    data = encoded(plain(RED), "PNG")
    if fits:
        assert Photo.open(data, max_pixels=max_pixels).size == (32, 24)
        return
    with pytest.raises(PhotoTooLargeError, match=f"32 x 24 pixels; at most {max_pixels} are"):
        Photo.open(data, max_pixels=max_pixels)


def test_nothing_is_written_to_the_terminal_about_a_damaged_tag_or_a_bomb(tmp_path: Path) -> None:
    bomb, odd = tmp_path / "bomb.png", tmp_path / "odd.jpg"
    bomb.write_bytes(png_of_size(10_000, 10_000))
    odd.write_bytes(encoded(plain(RED), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff"))
    program = (
        "import sys; from vision.photo import Photo, PhotoTooLargeError\n"
        "Photo.open(sys.argv[2])\n"
        "try: Photo.open(sys.argv[1])\n"
        "except PhotoTooLargeError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(bomb), str(odd)], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.stdout, done.stderr) == ("refused\n", "")
