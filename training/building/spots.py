"""Regions that can be used: a box of some size inside the photo, and expressions of their own."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from generation.folding import folded
from training.building.nouns import distinct, noun_of, pointing
from training.building.source import LeftOut, Spot, Tally
from vision.box import Box

_SMALLEST = 1 / 200  # of the photo: less shows too little to ask about


Sides = tuple[float, float, float, float]  # left, top, width, height in pixels


@dataclass(slots=True)
class Marked:
    """A region as a set has it."""

    name: str  # its class
    sides: Sides
    where: str  # in the set's files
    expressions: list[str] = field(default_factory=list)


def spots_of(regions: Sequence[Marked], size: tuple[int, int], tally: Tally) -> tuple[Spot, ...]:
    """The regions of a photo that can be used, largest first; `tally` counts the others."""
    spots = [spot for one in regions if (spot := _spot(one, size, tally)) is not None]
    uses = Counter(folded(text) for spot in spots for text in spot.expressions)
    told = [_alone(spot, uses, tally) for spot in spots]
    kept = [spot for spot in told if spot.expressions]
    for spot in told:
        if not spot.expressions:
            tally.add(LeftOut.NO_EXPRESSION, f"{spot.noun} at {spot.box.as_list()}")
    return tuple(sorted(kept, key=lambda spot: (-spot.box.area, spot.box.as_list())))


def _spot(region: Marked, size: tuple[int, int], tally: Tally) -> Spot | None:
    whole = box_of(region.sides)
    box = whole and _inside(whole, size)
    if box is None:
        tally.add(LeftOut.BAD_BOX, region.where)
        return None
    if box.area < _SMALLEST * size[0] * size[1]:
        tally.add(LeftOut.SMALL_BOX, region.where)
        return None
    noun = noun_of(region.name, region.expressions)
    told = {text: pointing(text, noun) for text in region.expressions}
    for text, plain in told.items():
        if plain is None:
            tally.add(LeftOut.WITHOUT_NOUN, f"{region.where}: {text}"[:200])
    return Spot(noun, box, distinct(filter(None, told.values())))


def sides_of(values: object) -> Sides | None:
    """Four finite numbers; None for anything else."""
    if not isinstance(values, list | tuple) or len(values) != 4:
        return None
    for one in values:
        if not isinstance(one, int | float) or isinstance(one, bool) or not math.isfinite(one):
            return None
    left, top, width, height = values
    return float(left), float(top), float(width), float(height)


def box_of(sides: Sides) -> Box | None:
    """The box in whole pixels; None where it is empty."""
    left, top, width, height = sides
    try:
        return Box(round(left), round(top), round(left + width), round(top + height))
    except ValueError:
        return None


def _inside(box: Box, size: tuple[int, int]) -> Box | None:
    # A pixel beyond the edge is rounding; a box that hangs out further is wrong.
    clipped = box.clipped(size)
    return clipped if clipped is not None and clipped.area >= 0.95 * box.area else None


def _alone(spot: Spot, uses: Counter[str], tally: Tally) -> Spot:
    """The region with the expressions that no other region of its photo has."""
    own = tuple(text for text in spot.expressions if uses[folded(text)] == 1)
    for text in spot.expressions:
        if text not in own:
            tally.add(LeftOut.SHARED_EXPRESSION, text)
    return Spot(spot.noun, spot.box, own)
