"""The numbers of a space."""

from __future__ import annotations

import pytest

from retrieval.rules import rules_for
from vision.faces import DLIB_SPACE, FaceModel


@pytest.mark.parametrize(
    ("space", "threshold"),
    [
        (DLIB_SPACE, 0.60),
        ("insightface-w_mbf", 0.445),
        ("insightface-w_mbf-0123456789ab", 0.445),
        ("insightface-w600k_r50-4c06341c33c2", 0.45),
        ("insightface-w_mbf2-0123456789ab", 0.50),
        ("colour", 0.50),
        ("", 0.50),
    ],
)
def test_a_space_has_its_own_threshold_and_an_unknown_one_the_cautious_one(
    space: str, threshold: float
) -> None:
    rules = rules_for(space)
    assert rules.threshold == threshold
    assert ("nothing is known" in rules.reason) == (threshold == 0.50)
    assert rules.margin == 0.15  # a smaller one let more strangers through, with both models measured


def test_the_models_that_come_with_tests_have_measured_rules(mini: FaceModel, dlib_faces: FaceModel) -> None:
    for model in (mini, dlib_faces):
        assert rules_for(model.space).reason.startswith("measured")
