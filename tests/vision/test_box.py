"""Boxes in pixels."""

from __future__ import annotations

import pytest

from vision.box import Box


@pytest.mark.parametrize(
    "sides", [(0, 0, 0, 0), (0, 0, 0, 5), (0, 0, 5, 0), (5, 0, 4, 5), (0, 5, 5, 4), (-3, -3, -3, -1)]
)
def test_a_box_is_never_empty(sides: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="right > left"):
        Box(*sides)


def test_a_box_tells_its_measures() -> None:
    box = Box(-2, 3, 5, 7)
    assert (box.width, box.height, box.area, box.centre) == (7, 4, 28, (1.5, 5.0))
    assert box.as_list() == [-2, 3, 5, 7]


@pytest.mark.parametrize(
    ("one", "other", "iou"),
    [
        (Box(0, 0, 10, 10), Box(10, 0, 20, 10), 0.0),  # touching shares nothing
        (Box(0, 0, 10, 10), Box(0, 10, 10, 20), 0.0),
        (Box(0, 0, 10, 10), Box(50, 50, 60, 60), 0.0),
        (Box(0, 0, 10, 10), Box(0, 0, 10, 10), 1.0),
        (Box(0, 0, 1, 1), Box(0, 0, 1, 1), 1.0),
        (Box(0, 0, 10, 10), Box(2, 2, 7, 7), 0.25),
        (Box(0, 0, 2, 2), Box(1, 1, 3, 3), 1 / 7),
        (Box(-2, -2, 0, 0), Box(-1, -1, 1, 1), 1 / 7),
    ],
)
def test_iou_is_the_shared_part_of_both(one: Box, other: Box, iou: float) -> None:
    assert one.iou(other) == pytest.approx(iou)
    assert other.iou(one) == pytest.approx(iou)


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(0, 0, 10, 8), Box(0, 0, 10, 8)),
        (Box(2, 2, 5, 5), Box(2, 2, 5, 5)),
        (Box(-1, -1, 1, 1), Box(0, 0, 1, 1)),
        (Box(9, 7, 11, 9), Box(9, 7, 10, 8)),
        (Box(-9, -9, 99, 99), Box(0, 0, 10, 8)),
        (Box(10, 0, 11, 8), None),
        (Box(0, 8, 10, 9), None),
        (Box(-5, 0, 0, 8), None),
        (Box(0, -5, 10, 0), None),
    ],
)
def test_a_box_is_clipped_to_the_photo(box: Box, inside: Box | None) -> None:
    assert box.clipped((10, 8)) == inside


@pytest.mark.parametrize(
    ("box", "factor", "grown"),
    [
        (Box(10, 10, 20, 20), 1, Box(10, 10, 20, 20)),
        (Box(10, 10, 20, 30), 1.5, Box(8, 5, 22, 35)),
        (Box(0, 0, 4, 4), 2, Box(-2, -2, 6, 6)),
        (Box(0, 0, 1, 1), 0.1, Box(0, 0, 1, 1)),  # shrunk to nothing it still has one pixel
        (Box(7, 7, 9, 9), 0, Box(8, 8, 9, 9)),
    ],
)
def test_a_box_grows_about_its_centre(box: Box, factor: float, grown: Box) -> None:
    assert box.grown(factor) == grown
