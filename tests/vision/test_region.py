"""Regions check themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.fakes import GOOD
from vision.box import Box
from vision.region import Region, RegionKind, unit

FINE: dict[str, Any] = {
    "box": Box(0, 0, 1, 1),
    "kind": RegionKind.FACE,
    "confidence": 0.5,
    "embedding": np.array([0.6, 0.8], dtype=np.float32),
    "space": "colour",
    "quality": GOOD,
}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"embedding": np.zeros(0, dtype=np.float32)}, "unit length"),
        ({"embedding": np.array([0.6, 0.7], dtype=np.float32)}, "unit length"),
        ({"embedding": np.array([np.nan, 1], dtype=np.float32)}, "unit length"),
        ({"embedding": np.array([0.6, 0.8])}, "float32"),
        ({"embedding": np.array([[0.6, 0.8]], dtype=np.float32)}, r"\(d,\)"),
        ({"confidence": -0.01}, "confidence"),
        ({"confidence": 1.01}, "confidence"),
        ({"confidence": float("nan")}, "confidence"),
        ({"landmarks": np.zeros((4, 2), dtype=np.float32)}, r"\(5, 2\)"),
    ],
)
def test_a_region_that_makes_no_sense_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Region(**{**FINE, **wrong})


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_both_ends_of_confidence_are_allowed(confidence: float) -> None:
    assert Region(**{**FINE, "confidence": confidence}).landmarks is None


@pytest.mark.parametrize(
    "vector",
    [np.zeros(3), np.array([np.inf, 1]), np.array([np.nan, 1]), np.array([[1.0, 0.0], [0.0, 0.0]])],
)
def test_a_vector_without_direction_has_no_unit(vector: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no direction"):
        unit(vector)


def test_unit_scales_the_last_axis_to_length_one_as_float32() -> None:
    assert unit(np.array([3.0, 4.0])).tolist() == pytest.approx([0.6, 0.8])
    rows = unit(np.array([[3.0, 4.0], [0.0, -2.0]]))
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, -1.0]])
