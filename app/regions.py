"""The option --region: a box of a photo and what is in it."""

from __future__ import annotations

import re

from app.forms import printable
from generation.given import Given
from vision.box import Box
from vision.errors import UserError

_FORM = "left,top,right,bottom|noun|text or left,top,right,bottom|noun|name|text"


def given_of(region: str) -> Given:
    """What an option says; raise `UserError` where it cannot be read.

    >>> given_of("10,20,30,40|dog|Bella|afraid of thunder").name
    'Bella'
    """
    box, *texts = (part.strip() for part in region.split("|"))
    if len(texts) not in (2, 3):
        why = "a text cannot hold a |" if len(texts) > 3 else "it must have 3 or 4 parts with | between them"
        raise _mistake(region, why)
    noun, name, text = (texts[0], "", texts[1]) if len(texts) == 2 else texts
    try:
        return Given(_box(box), noun, name, text)
    except ValueError as error:
        raise _mistake(region, str(error)) from error


def box_of(text: str) -> Box:
    """The box of an option; raise `UserError` where it is none.

    >>> box_of("10,20,30,40")
    Box(left=10, top=20, right=30, bottom=40)
    """
    try:
        return _box(text)
    except ValueError as error:
        raise UserError(f"--box '{printable(text[:60])}': {error}.") from error


def _box(text: str) -> Box:
    edges = [edge.strip() for edge in text.split(",")]
    if len(edges) != 4 or not all(re.fullmatch(r"-?[0-9]{1,9}", edge) for edge in edges):
        raise ValueError("a box is four whole numbers of pixels with commas between them")
    left, top, right, bottom = map(int, edges)
    return Box(left, top, right, bottom)


def _mistake(region: str, why: str) -> UserError:
    shown = printable(region if len(region) <= 60 else f"{region[:59]}…")
    return UserError(f"--region '{shown}': {why}. Expected {_FORM}.")
