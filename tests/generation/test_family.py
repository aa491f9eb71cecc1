"""Places as each family of models reads them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.family import Family, UnknownFamilyError
from vision.box import Box

LANDSCAPE, LANDSCAPE_PICTURE = (4000, 3000), (1148, 840)
PORTRAIT, PORTRAIT_PICTURE = (3000, 4000), (840, 1148)


@pytest.mark.parametrize("family", [Family.QWEN2_VL, Family.QWEN3_VL])
@pytest.mark.parametrize(
    ("box", "photo", "expected"),
    [
        (Box(0, 0, 4000, 3000), LANDSCAPE, "(0,0),(1000,1000)"),
        (Box(1000, 750, 3000, 2250), LANDSCAPE, "(250,250),(750,750)"),
        (Box(1000, 750, 3000, 2250), PORTRAIT, "(333,188),(1000,562)"),
        (Box(0, 0, 1, 1), LANDSCAPE, "(0,0),(0,0)"),
        (Box(3999, 2999, 4000, 3000), LANDSCAPE, "(1000,1000),(1000,1000)"),
        (Box(7, 5, 8, 6), (10, 10), "(700,500),(800,600)"),
        (Box(-50, -1, 5000, 3001), LANDSCAPE, "(0,0),(1000,1000)"),
        (Box(-90, -90, -50, -50), LANDSCAPE, "(0,0),(0,0)"),
        (Box(4001, 10, 4100, 3200), LANDSCAPE, "(1000,3),(1000,1000)"),
    ],
)
def test_thousandths_of_the_photo(family: Family, box: Box, photo: tuple[int, int], expected: str) -> None:
    assert family.place(box, photo, (28, 28)) == expected


@pytest.mark.parametrize(
    ("box", "photo", "picture", "expected"),
    [
        (Box(0, 0, 4000, 3000), LANDSCAPE, LANDSCAPE_PICTURE, "(0,0),(1148,840)"),
        (Box(1000, 750, 3000, 2250), LANDSCAPE, LANDSCAPE_PICTURE, "(287,210),(861,630)"),
        (Box(1000, 750, 3000, 2250), PORTRAIT, PORTRAIT_PICTURE, "(280,215),(840,646)"),
        (Box(0, 0, 1, 1), LANDSCAPE, LANDSCAPE_PICTURE, "(0,0),(0,0)"),
        (Box(7, 5, 8, 6), (10, 10), (280, 280), "(196,140),(224,168)"),
        (Box(-50, -1, 5000, 3001), LANDSCAPE, LANDSCAPE_PICTURE, "(0,0),(1148,840)"),
        (Box(5000, 5000, 5001, 5001), LANDSCAPE, LANDSCAPE_PICTURE, "(1148,840),(1148,840)"),
    ],
)
def test_pixels_of_the_picture(
    box: Box, photo: tuple[int, int], picture: tuple[int, int], expected: str
) -> None:
    assert Family.QWEN2_5_VL.place(box, photo, picture) == expected


@pytest.mark.parametrize("model_type", ["llava", "qwen2_5_omni", "", "Qwen2_VL"])
def test_an_unknown_family_is_an_error_that_lists_the_known(model_type: str) -> None:
    with pytest.raises(UnknownFamilyError) as error:
        Family.of(model_type)
    assert str(error.value) == (
        f"The model is a '{model_type}', whose box format is not known; "
        "known are qwen2_vl, qwen2_5_vl, qwen3_vl."
    )


@pytest.mark.parametrize("family", Family)
def test_a_family_is_found_by_its_model_type(family: Family) -> None:
    assert Family.of(family.value) is family


sides = st.integers(1, 9000)
corners = st.integers(-10_000, 10_000)


@given(
    st.sampled_from(list(Family)),
    st.tuples(sides, sides),
    st.tuples(sides, sides),
    st.lists(corners, min_size=3, max_size=3, unique=True).map(sorted),
)
def test_places_are_inside_the_grid_and_keep_their_order(
    family: Family, photo: tuple[int, int], picture: tuple[int, int], edges: list[int]
) -> None:
    left, middle, right = edges
    place = family.place(Box(left, left, middle, middle), photo, picture)
    other = family.place(Box(middle, middle, right, right), photo, picture)
    x1, y1, x2, y2 = map(int, re.findall(r"\d+", place))
    x3, y3, x4, y4 = map(int, re.findall(r"\d+", other))
    assert re.fullmatch(r"\(\d+,\d+\),\(\d+,\d+\)", place)
    width, height = picture if family is Family.QWEN2_5_VL else (1000, 1000)
    assert 0 <= x1 <= x2 == x3 <= x4 <= width
    assert 0 <= y1 <= y2 == y3 <= y4 <= height
