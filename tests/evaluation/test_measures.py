"""Open-set figures from scores that can be worked out by hand."""

from __future__ import annotations

import math
import random
import xml.etree.ElementTree

import pytest

from evaluation.identification.account import point_text
from evaluation.identification.halves import chosen_on_halves
from evaluation.identification.measures import Scored
from evaluation.identification.plot import Line, det_plot
from evaluation.identification.probes import Near, Probe
from retrieval.assign import decide
from retrieval.index import Hit
from retrieval.match import Decision
from retrieval.rules import MatchRules


def known(person: str, *similarities: float) -> list[Probe]:
    return [Probe(person, True, "", (Near(True, s, math.inf),), True) for s in similarities]


def strange(person: str, *similarities: float) -> list[Probe]:
    return [Probe(person, False, "", (Near(False, s, math.inf),), False) for s in similarities]


def strangers(*similarities: float) -> list[Probe]:
    return [probe for number, s in enumerate(similarities) for probe in strange(f"stranger {number}", s)]


def test_what_is_found_at_a_rate_is_counted_above_the_strangers_it_lets_through() -> None:
    falling = [0.60, 0.55, *(0.4 - number / 1000 for number in range(98))]
    scored = Scored([*strangers(*falling), *known("anna", 0.7, 0.58, 0.5, 0.3)], 0.05)
    assert scored.smallest == 0.03
    assert scored.point(0.02, seed=0).tpir is None
    point = scored.point(0.03, seed=0)
    assert point.threshold is not None and point.threshold == pytest.approx(0.399, abs=1e-9)
    assert point.threshold > 0.399
    assert point.tpir is not None and (point.tpir.hits, point.tpir.total) == (3, 4)
    assert scored.named(point.threshold, seed=0).hits == 3


def test_equal_scores_of_strangers_are_let_through_together_or_not_at_all() -> None:
    scored = Scored([*strangers(*[0.5] * 10, *[0.2] * 90), *known("anna", 0.5, 0.51)], 0.0)
    point = scored.point(0.05, seed=0)
    assert point.threshold is not None and point.threshold > 0.5
    assert point.tpir is not None and point.tpir.hits == 1


def test_nobody_tried_is_nothing_measured() -> None:
    assert Scored([], 0.0).point(0.1, seed=0).tpir is None
    assert Scored([], 0.0).curve() == []
    assert Scored(known("anna", 0.5), 0.0).named(0.1, seed=0).value is None


def test_many_photos_of_one_stranger_measure_no_small_rate() -> None:
    assert Scored(strange("carl", *[0.1] * 1000), 0.0).smallest == 3.0


def test_a_small_lead_keeps_a_name_away() -> None:
    probe = Probe("anna", True, "", (Near(True, 0.9, 0.04),), True)
    assert probe.scores(0.05).right == -math.inf
    assert probe.scores(0.04).right == 0.9


def test_a_margin_that_keeps_out_more_strangers_than_asked_for_needs_no_threshold() -> None:
    near = [Probe(f"stranger {number}", False, "", (Near(False, 0.5, 0.01),), False) for number in range(40)]
    point = Scored([*near, *known("anna", 0.3, 0.5)], 0.05).point(0.1, seed=0)
    assert point.threshold == -1.0
    assert point_text(point).startswith("100.0 %") and point_text(point).endswith(", whatever the threshold")


def test_the_curve_falls_and_ends_where_all_are_let_through() -> None:
    scored = Scored([*strangers(0.1, 0.4), *known("anna", 0.3, 0.5)], 0.0)
    assert scored.curve() == [(0.0, 0.5), (0.5, 0.5), (0.5, 0.0), (1.0, 0.0)]


@pytest.mark.parametrize("one_each", [True, False])
def test_scores_say_what_the_product_decides_at_every_threshold(one_each: bool) -> None:
    chance = random.Random(3)
    for _ in range(2000):
        hits = [
            [
                Hit(entity, similarity, 0)
                for entity, similarity in zip(
                    chance.sample([1, 2, 3], chance.randint(0, 2)),
                    sorted((chance.random() for _ in range(2)), reverse=True),
                    strict=False,
                )
            ]
            for _ in range(chance.randint(0, 3))
        ]
        regions = tuple(
            Near(found[0].entity_id == 1, found[0].similarity, lead(found)) for found in hits if found
        )
        threshold = chance.random()
        rules = MatchRules(threshold, margin=0.1, band=0.0, one_each=one_each)
        accepted = [
            found[0].entity_id
            for found, decision in zip(hits, decide(hits, rules), strict=True)
            if decision is Decision.ACCEPTED
        ]
        scores = Probe("anna", True, "", regions, True).scores(0.1, one_each=one_each)
        assert (scores.right >= threshold) == (1 in accepted)
        wrongly = any(entity != 1 for entity in accepted) or accepted.count(1) > 1
        assert (scores.wrong >= threshold) == wrongly


def lead(hits: list[Hit]) -> float:
    return hits[0].similarity - hits[1].similarity if len(hits) > 1 else math.inf


def test_a_plot_is_whole_svg_and_labels_are_text() -> None:
    line = Line("<b>one & two", [(0.0, 0.5), (0.01, 0.2), (1.0, 0.0)], [(0.01, 0.2)])
    root = xml.etree.ElementTree.fromstring(det_plot([line], smallest=0.005, mark="in use"))
    texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"<b>one & two", "in use", "too few strangers to say", "0.1 %"} <= set(texts)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 2


def test_a_margin_is_chosen_on_one_half_and_tried_on_the_other() -> None:
    # Of 40 strangers 20 lead by 0.055 and 20 by 0.005; ten known people lead by 0.3, two by 0.02.
    leads = [(f"s{n}", False, 0.055 if n % 2 else 0.005) for n in range(40)]
    leads += [(f"k{n}", True, 0.02 if n < 2 else 0.3) for n in range(12)]
    probes = [
        Probe(person, known, "", (Near(known, 0.8, lead),), first=known) for person, known, lead in leads
    ]
    halves = chosen_on_halves(probes, 0.6, seed=1)
    assert len(halves) == 10
    assert {one.margin for one in halves} == {0.06}
    assert {(one.named_there, one.named) for one in halves} == {(0.0, 0.0)}
    assert {round(6 * one.found) for one in halves} <= {4, 5, 6} and min(one.found for one in halves) < 1
    assert chosen_on_halves(probes, 0.9, seed=1)[0].margin == 0.0  # nobody is named at all
    assert chosen_on_halves(probes[:40], 0.6, seed=1) == []  # without known people
