"""Decisions about the regions of one photo."""

from __future__ import annotations

import pytest

from retrieval.assign import decide
from retrieval.index import Hit
from retrieval.match import Decision
from retrieval.rules import MatchRules

RULES = MatchRules(threshold=0.5, margin=0.1, band=0.2)
ACCEPTED, UNCERTAIN, UNKNOWN = Decision.ACCEPTED, Decision.UNCERTAIN, Decision.UNKNOWN


def hits(*pairs: tuple[int, float]) -> list[Hit]:
    return [Hit(entity, similarity, reference_id=entity) for entity, similarity in pairs]


@pytest.mark.parametrize(
    ("near", "decision"),
    [
        ([], UNKNOWN),
        (hits((1, 0.5)), ACCEPTED),
        (hits((1, 0.4999)), UNCERTAIN),
        (hits((1, 0.3)), UNCERTAIN),
        (hits((1, 0.2999)), UNKNOWN),
        (hits((1, 0.9), (2, 0.85)), UNCERTAIN),
        (hits((1, 0.9), (2, 0.79)), ACCEPTED),
        (hits((1, 0.35), (2, 0.0)), UNCERTAIN),
    ],
)
def test_one_region_is_judged_by_threshold_margin_and_band(near: list[Hit], decision: Decision) -> None:
    assert decide([near], RULES) == [decision]


def test_no_region_gives_no_decision() -> None:
    assert decide([], RULES) == []


def test_two_regions_of_one_entity_leave_it_to_the_more_similar_one() -> None:
    weaker, stronger = hits((1, 0.7), (2, 0.55)), hits((1, 0.8), (2, 0.1))
    assert decide([weaker, stronger], RULES) == [UNCERTAIN, ACCEPTED]
    assert decide([stronger, weaker], RULES) == [ACCEPTED, UNCERTAIN]


def test_the_loser_never_falls_to_its_second_choice() -> None:
    # The first region would be entity 2 by elimination; it must not be named at all.
    first, second = hits((1, 0.75), (2, 0.64)), hits((1, 0.9))
    assert decide([first, second], RULES)[0] is UNCERTAIN


def test_three_regions_of_one_entity_leave_one() -> None:
    near = [hits((1, 0.6)), hits((1, 0.8)), hits((1, 0.7))]
    assert decide(near, RULES) == [UNCERTAIN, ACCEPTED, UNCERTAIN]


def test_mirrors_and_collages_may_show_an_entity_twice() -> None:
    rules = MatchRules(threshold=0.5, margin=0.1, band=0.2, one_each=False)
    assert decide([hits((1, 0.6)), hits((1, 0.8))], rules) == [ACCEPTED, ACCEPTED]


@pytest.mark.parametrize("numbers", [(1.5, 0.1, 0.1), (0.5, -0.1, 0.1), (0.5, 0.1, -0.1)])
def test_rules_that_make_no_sense_are_refused(numbers: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"cosine|negative"):
        MatchRules(*numbers)
