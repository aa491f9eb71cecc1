"""Rates and what chance leaves of them."""

from __future__ import annotations

import pytest

from evaluation.intervals import Interval, Rate, rate, smallest_measurable


def test_nothing_tried_has_no_rate() -> None:
    assert rate({}, seed=1) == Rate(0, 0, 0, None)
    assert rate({"anna": (0, 0)}, seed=1).value is None


@pytest.mark.parametrize(("hits", "interval"), [(0, Interval(0.0, 0.03)), (1, Interval(0.97, 1.0))])
def test_where_all_came_out_alike_the_interval_is_the_rule_of_three(hits: int, interval: Interval) -> None:
    assert rate({str(person): (hits, 1) for person in range(100)}, seed=1).interval == interval


def test_the_interval_of_independent_trials_is_the_binomial_one() -> None:
    found = rate({str(person): (int(person < 200), 1) for person in range(1000)}, seed=1)
    assert found.value == 0.2 and found.interval is not None
    assert found.interval.low == pytest.approx(0.2 - 1.96 * 0.01265, abs=0.003)
    assert found.interval.high == pytest.approx(0.2 + 1.96 * 0.01265, abs=0.003)


def test_photos_of_one_person_are_no_independent_trials() -> None:
    alone = rate({str(person): (int(person < 200), 1) for person in range(1000)}, seed=1).interval
    tens = rate({str(person): (10 * int(person < 20), 10) for person in range(100)}, seed=1).interval
    assert alone is not None and tens is not None
    assert tens.high - tens.low > 2.5 * (alone.high - alone.low)


def test_the_same_seed_gives_the_same_interval_whatever_the_order() -> None:
    trials = {"anna": (3, 5), "bert": (1, 9), "carl": (2, 2)}
    assert rate(trials, seed=7) == rate(dict(reversed(trials.items())), seed=7)
    assert rate(trials, seed=7).interval != rate(trials, seed=8).interval


def test_three_hundred_strangers_show_one_per_cent_and_nobody_shows_nothing() -> None:
    assert smallest_measurable(300) == 0.01
    assert smallest_measurable(0) == 1.0
