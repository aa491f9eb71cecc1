"""How many calls a build takes, before it is begun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from training.building.building import Order, contexts_asked
from training.building.choosing import Chosen

_PER_CONTEXT = 6  # the text, its facts, questions, expressions, topics left out, questions about these
_PER_REGION = 2  # facts of looks, questions about them
_PER_PHOTO = 2  # the description, and the one with citations


def plan(photos: Sequence[Chosen], order: Order) -> list[tuple[str, ...]]:
    """Photos, regions and calls by what they are for, as a table whose head comes first."""
    splits = Counter(one.split.value for one in photos)
    regions = sum(len(one.pictured.spots) for one in photos)
    contexts = len(contexts_asked(photos, order))
    told = ", ".join(f"{count:,} {split}" for split, count in splits.items())
    calls = (contexts * _PER_CONTEXT, regions * _PER_REGION, len(photos) * _PER_PHOTO)
    return [
        ("for", "number", "calls at most"),
        ("contexts", f"{contexts:,}", f"{calls[0]:,}"),
        ("regions", f"{regions:,}", f"{calls[1]:,}"),
        (f"photos ({told})", f"{len(photos):,}", f"{calls[2]:,}"),
        ("all", "", f"{sum(calls):,}"),
    ]
