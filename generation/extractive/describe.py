"""Saying who is in a photo."""

from __future__ import annotations

from itertools import groupby

from gallery.entity import EntityKind
from generation.context import Context
from generation.extractive.positions import Spot, ordinal, spots_of
from generation.extractive.quoting import first_fact, listed, name_of


def described(context: Context) -> str:
    """Everybody from left to right: the known with a first fact and its mark, the others as unknown."""
    spots = [spot for spot in spots_of(context) if spot.entry or spot.kind is EntityKind.PERSON]
    if not context.entries:
        return nobody_known(context)
    groups = groupby(spots, key=lambda spot: spot.entry is not None)
    parts = [part for known, group in groups for part in _parts(known, list(group))]
    if len(parts) == 1:
        return f"{parts[0]}."
    return f"From left to right: {'; '.join(parts[:-1])}; and {parts[-1]}."


def nobody_known(context: Context) -> str:
    """Why there is nothing to tell about a photo in which nobody was recognised."""
    if not context.unknown_people:
        return _nothing_found(context)
    unknown = strangers(len(context.unknown_people))
    return f"Nobody in this photo has a sure match in the gallery: {unknown}."


def counted(context: Context) -> str:
    """How many people were found, and who of them is known."""
    spots = spots_of(context, things=False)
    known = [f"{name_of(spot.entry)} [{spot.entry.k}]" for spot in spots if spot.entry]
    parts = [f"{len(known)} known ({listed(known)})"] if known else []
    if context.unknown_people:
        parts.append(f"{len(context.unknown_people)} unknown")
    people = "1 person" if len(spots) == 1 else f"{len(spots)} people"
    return f"{people}: {' and '.join(parts)}." if parts else _nothing_found(context)


def unknown_people(context: Context) -> str:
    """Where those stand whom nobody recognised; if all are known, that they are and who they are."""
    if not context.unknown_people:
        return f"Nobody in this photo is unknown. {counted(context)}"
    spots = spots_of(context, things=False)
    places = [ordinal(nth) for nth, spot in enumerate(spots, start=1) if spot.entry is None]
    people = "1 person is" if len(places) == 1 else f"{len(places)} people are"
    return f"{people} unknown, without a sure match in the gallery: {listed(places)} from the left."


def strangers(count: int) -> str:
    """People whom nobody recognised, counted."""
    return "an unknown person" if count == 1 else f"{count} unknown people"


def _nothing_found(context: Context) -> str:
    if context.things and not context.entries:
        return "Nobody and nothing known was found in this photo."
    return "No face was found in this photo."


def _parts(known: bool, group: list[Spot]) -> list[str]:
    if not known:
        return [strangers(len(group))]
    return [first_fact(spot.entry) for spot in group if spot.entry is not None]
