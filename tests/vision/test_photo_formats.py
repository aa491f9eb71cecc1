"""Photos of all formats and modes become upright 8-bit RGB."""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.vision.pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    cornered,
    encoded,
    exif_entry,
    oriented,
    plain,
    ramp,
)
from vision.photo import Photo, UnreadablePhotoError


def middle(photo: Photo) -> list[int]:
    width, height = photo.size
    return [int(value) for value in photo.pixels[height // 2, width // 2]]


def is_near(seen: list[int], colour: tuple[int, int, int], tolerance: int) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(seen, colour, strict=True))


@pytest.mark.parametrize(
    ("form", "tolerance"),
    [("JPEG", 4), ("PNG", 0), ("WEBP", 6), ("BMP", 0), ("HEIF", 6), ("GIF", 0), ("TIFF", 0), ("MPO", 4)],
)
def test_every_format_is_read(form: str, tolerance: int) -> None:
    photo = Photo.open(encoded(plain(BLUE), form))
    assert photo.size == (32, 24)
    assert is_near(middle(photo), BLUE, tolerance)


@pytest.mark.parametrize("form", ["GIF", "TIFF", "MPO", "PNG", "WEBP", "HEIF"])
def test_the_first_frame_is_taken(form: str) -> None:
    others = [plain(GREEN), plain(BLUE)]
    photo = Photo.open(encoded(plain(RED), form, save_all=True, append_images=others))
    assert is_near(middle(photo), RED, 6)


# Where the red quarter of the stored picture is seen: (left, top) in quarters; and whether sides are swapped.
ORIENTED = [
    (1, (0, 0), False),
    (2, (1, 0), False),
    (3, (1, 1), False),
    (4, (0, 1), False),
    (5, (0, 0), True),
    (6, (1, 0), True),
    (7, (1, 1), True),
    (8, (0, 1), True),
]


def red_quarter(photo: Photo) -> tuple[int, int]:
    width, height = photo.size
    quarters = [(x, y) for x in (0, 1) for y in (0, 1)]
    red = [
        (x, y)
        for x, y in quarters
        if is_near(
            [int(v) for v in photo.pixels[height // 4 + y * height // 2, width // 4 + x * width // 2]],
            RED,
            12,
        )
    ]
    assert len(red) == 1
    return red[0]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "MPO"])
@pytest.mark.parametrize(("number", "corner", "swapped"), ORIENTED)
def test_exif_orientation_is_applied(form: str, number: int, corner: tuple[int, int], swapped: bool) -> None:
    photo = Photo.open(encoded(cornered(), form, exif=oriented(number)))
    assert photo.size == ((32, 48) if swapped else (48, 32))
    assert red_quarter(photo) == corner


@pytest.mark.parametrize(("number", "corner", "swapped"), ORIENTED)
def test_heic_is_turned_once_and_not_twice(number: int, corner: tuple[int, int], swapped: bool) -> None:
    photo = Photo.open(encoded(cornered((64, 48)), "HEIF", exif=oriented(number).tobytes()))
    assert photo.size == ((48, 64) if swapped else (64, 48))
    assert red_quarter(photo) == corner


def test_exif_orientation_is_applied_to_16_bits_and_to_transparency() -> None:
    grey = np.zeros((8, 16), dtype=np.uint16)
    grey[:4, :8] = 65535
    turned = Photo.open(encoded(Image.fromarray(grey), "PNG", exif=oriented(6)))
    assert turned.size == (8, 16)
    assert turned.pixels[0, 7].tolist() == [255] * 3
    clear = Image.new("RGBA", (16, 8), (*RED, 0))
    clear.paste((*RED, 255), (0, 0, 8, 4))
    turned = Photo.open(encoded(clear, "PNG", exif=oriented(6)))
    assert turned.pixels[0, 7].tolist() == list(RED)
    assert turned.pixels[15, 0].tolist() == list(WHITE)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0garbage and more garbage",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff",  # 65535 entries follow, it says
        exif_entry(3, b"\x63\0"),  # orientation 99
        exif_entry(3, b"\0\0"),
        exif_entry(2, b"6\0"),  # a text
        exif_entry(5, b"\xff\xff\0\0"),  # a fraction beyond the end
        exif_entry(99, b"\x06"),  # no such type
    ],
)
def test_a_damaged_exif_block_does_not_cost_the_photo(form: str, exif: bytes) -> None:
    photo = Photo.open(encoded(cornered(), form, exif=exif))
    assert photo.size == (48, 32)
    assert red_quarter(photo) == (0, 0)


def test_an_odd_tag_beside_the_orientation_does_not_cost_it() -> None:
    # The exposure time, a fraction, given as one where a text is expected: Pillow cannot write it again.
    entries = struct.pack("<HHI", 0x0112, 3, 1) + struct.pack("<HH", 6, 0)
    odd = struct.pack("<HHII", 0x010F, 5, 1, 38) + bytes(4) + struct.pack("<II", 1, 3)
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0" + entries + odd
    photo = Photo.open(encoded(cornered(), "JPEG", exif=exif))
    assert photo.size == (32, 48)
    assert red_quarter(photo) == (1, 0)


@pytest.mark.parametrize(
    ("mode", "form"), [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG"), ("YCbCr", "TIFF")]
)
def test_other_colour_models_become_rgb(mode: str, form: str) -> None:
    assert is_near(middle(Photo.open(encoded(plain(GREEN).convert(mode), form))), GREEN, 5)


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (ramp(np.uint16, 65535), "PNG"),
        (ramp(np.uint16, 65535), "TIFF"),
        (ramp(np.uint16, 65535).astype(">u2"), "TIFF"),
        (ramp(np.int32, 65535), "TIFF"),
        (ramp(np.int32, 2_000_000_000), "TIFF"),
        (ramp(np.float32, 1.0), "TIFF"),
        (ramp(np.float32, 255.0), "TIFF"),
        (ramp(np.float32, 1e30), "TIFF"),
        (ramp(np.uint8, 255), "PNG"),
    ],
)
def test_grey_of_any_depth_fills_eight_bits(values: np.ndarray, form: str) -> None:
    photo = Photo.open(encoded(Image.fromarray(values), form))
    row = photo.pixels[4].astype(int)
    assert photo.size == (16, 8)
    assert (row == row[:, :1]).all()
    np.testing.assert_allclose(row[:, 0], np.linspace(0, 255, 16), atol=1)


def test_a_dark_picture_of_16_bits_stays_dark() -> None:
    assert middle(Photo.open(encoded(Image.fromarray(ramp(np.uint16, 200)), "PNG")))[0] <= 2


@pytest.mark.parametrize("value", [-5.0, np.nan, np.inf, -np.inf, 1e-40])
def test_float_pictures_without_usable_values_are_black(value: float) -> None:
    data = encoded(Image.fromarray(np.full((4, 4), value, dtype=np.float32)), "TIFF")
    assert middle(Photo.open(data)) == [0, 0, 0]


def test_a_signalling_nan_gives_no_warning() -> None:
    pixels = np.full((4, 4), 0x7F800001, dtype=np.uint32).view(np.float32)
    data = encoded(Image.frombytes("F", (4, 4), pixels.tobytes()), "TIFF")
    assert middle(Photo.open(data)) == [0, 0, 0]


def test_one_bit_a_pixel_is_black_and_white() -> None:
    for form in ("PNG", "TIFF", "BMP"):
        photo = Photo.open(
            encoded(cornered().convert("L").point(lambda v: v > 200 and 255).convert("1"), form)
        )
        assert photo.pixels[4, 4].tolist() == [0, 0, 0]
        assert photo.pixels[30, 40].tolist() == [255, 255, 255]


def test_a_palette_is_looked_up() -> None:
    image = plain(GREEN).quantize(4)
    for form in ("PNG", "GIF", "TIFF", "BMP"):
        assert is_near(middle(Photo.open(encoded(image, form))), GREEN, 3)


def see_through() -> list[tuple[str, Image.Image, dict[str, object]]]:
    palette = Image.new("P", (8, 6), 0)
    palette.putpalette([*RED, *GREEN])
    palette.paste(1, (0, 0, 4, 6))
    grey = Image.new("LA", (8, 6), (30, 0))
    grey.paste((30, 255), (0, 0, 4, 6))
    colour = Image.new("RGBA", (8, 6), (*RED, 0))
    colour.paste((*GREEN, 255), (0, 0, 4, 6))
    return [
        ("PNG", palette, {"transparency": 0}),
        ("PNG", palette, {"transparency": b"\x00\xff"}),
        ("GIF", palette, {"transparency": 0}),
        ("PNG", grey, {}),
        ("TIFF", grey, {}),
        ("PNG", colour, {}),
        ("WEBP", colour, {"lossless": True}),
        ("TIFF", colour, {}),
        ("HEIF", colour, {"quality": -1}),
        ("PNG", plain(RED, (8, 6)), {"transparency": RED}),
    ]


@pytest.mark.parametrize(("form", "image", "options"), see_through())
def test_what_is_transparent_becomes_white(form: str, image: Image.Image, options: dict[str, object]) -> None:
    photo = Photo.open(encoded(image, form, **options))
    assert is_near([int(v) for v in photo.pixels[3, 7]], WHITE, 3)
    if image.mode != "RGB":
        solid = (30, 30, 30) if image.mode == "LA" else GREEN
        assert is_near([int(v) for v in photo.pixels[3, 0]], solid, 3)


def test_half_transparent_is_mixed_with_white() -> None:
    photo = Photo.open(encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 128)), "PNG"))
    assert is_near(middle(photo), (255, 127, 127), 1)


def test_the_hash_is_of_the_original_bytes(tmp_path: Path) -> None:
    data = encoded(cornered(), "JPEG", exif=oriented(6))
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    assert [Photo.open(source).sha256 for source in (data, path, str(path))] == [digest] * 3


def test_the_suffix_is_not_what_decides(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(plain(RED), "PNG"))
    assert middle(Photo.open(path)) == list(RED)


@pytest.mark.parametrize("name", ["Zoë Müller.png", "写真 一.png", "фото.png", "a'b\"c;%d.png", "😀.png"])
def test_a_path_may_have_any_characters(tmp_path: Path, name: str) -> None:
    for form in ("NFC", "NFD"):
        path = tmp_path / unicodedata.normalize(form, name)
        path.write_bytes(encoded(plain(RED), "PNG"))
        assert middle(Photo.open(path)) == list(RED)


def test_pixels_without_a_file_have_an_identity() -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    photo = Photo.from_pixels(pixels)
    assert photo.size == (3, 2)
    assert photo.sha256 == Photo.from_pixels(np.asfortranarray(pixels)).sha256
    others = [pixels.reshape(3, 2, 3), pixels[:, ::-1], pixels + 1]
    assert len({photo.sha256, *(Photo.from_pixels(other).sha256 for other in others)}) == 4


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=np.float32),
        np.zeros((1, 4, 4, 3), dtype=np.uint8),
        np.zeros((0, 4, 3), dtype=np.uint8),
        np.zeros((4, 0, 3), dtype=np.uint8),
    ],
)
def test_pixels_that_are_no_photo_are_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="pixels"):
        Photo.from_pixels(pixels)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda folder: folder, "is a directory"),
        (lambda folder: folder / "absent.jpg", "no such file"),
        (lambda folder: folder / "a\0b.jpg", "null"),
        (lambda folder: folder / ("x" * 300), "too long"),
        (lambda folder: folder / "\udcff.jpg", "no such file"),
    ],
)
def test_a_path_that_cannot_be_read_is_one_line(tmp_path: Path, make: object, told: str) -> None:
    assert callable(make)
    with pytest.raises(UnreadablePhotoError, match=told) as caught:
        Photo.open(make(tmp_path))
    assert len(str(caught.value).splitlines()) == 1
