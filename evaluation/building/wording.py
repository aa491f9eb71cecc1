"""How somebody or something in a photo is meant."""

from __future__ import annotations


def by_place(place: int, count: int, noun: str) -> str:
    """How somebody is meant by where they stand, from 0.

    >>> [by_place(place, 3, "person") for place in range(3)]
    ['the person on the far left', 'the person in the middle', 'the person on the far right']
    """
    if place == 0:
        return f"the {noun} on the far left"
    if place == count - 1:
        return f"the {noun} on the far right"
    if count % 2 and place == count // 2:
        return f"the {noun} in the middle"
    side = "left" if place < count / 2 else "right"
    steps = place if side == "left" else count - 1 - place
    return f"the {('second', 'third')[steps - 1]} {noun} from the {side}"


def by_colour(colour: str, noun: str) -> str:
    """How somebody is meant by the frame around them."""
    return f"the {noun} in the {colour} frame"


def capitalised(text: str) -> str:
    """The text as an option begins."""
    return text[:1].upper() + text[1:]
