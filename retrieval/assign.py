"""Decisions: which regions are near enough to be named, each entity at most once in a photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.index import Hit
from retrieval.match import Decision
from retrieval.rules import MatchRules


def decide(
    hits: Sequence[Sequence[Hit]], rules: MatchRules, called: Sequence[bool] | None = None
) -> list[Decision]:
    """The decision for each region of one photo from its nearest entities, most similar first.

    `called` says of each region whether it is called as its nearest entity is; by default it is.
    """
    strict = replace(rules, threshold=min(1.0, rules.threshold + rules.noun_gap))
    agree = called or [True] * len(hits)
    decisions = [_alone(region, rules if fits else strict) for region, fits in zip(hits, agree, strict=True)]
    if not rules.one_each:
        return decisions
    best: dict[int, int] = {}  # entity to the region that keeps it
    for region, decision in enumerate(decisions):
        if decision is not Decision.ACCEPTED:
            continue
        entity_id = hits[region][0].entity_id
        rival = best.setdefault(entity_id, region)
        if rival == region:
            continue
        winner, loser = sorted((rival, region), key=lambda index: -hits[index][0].similarity)
        best[entity_id] = winner
        # The loser does not fall to its second choice: that would name somebody by elimination.
        decisions[loser] = Decision.UNCERTAIN
    return decisions


def _alone(hits: Sequence[Hit], rules: MatchRules) -> Decision:
    if not hits or hits[0].similarity < rules.threshold - rules.band:
        return Decision.UNKNOWN
    if hits[0].similarity < rules.threshold:
        return Decision.UNCERTAIN
    if len(hits) > 1 and hits[0].similarity - hits[1].similarity < rules.margin:
        return Decision.UNCERTAIN
    return Decision.ACCEPTED
