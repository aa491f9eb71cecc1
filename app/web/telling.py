"""What is said about regions of a photo on the page Personal: added, changed, taken back, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.forms import Json
from app.web import editing
from app.web.desk import Desk, Table
from app.web.enrolling import by_hand, enrol_seen
from app.web.resources import Workshop
from gallery.entity import EntityKind
from generation.given import Given
from generation.placing import placed
from ingest.outcome import Outcome, Status
from vision.box import Box
from vision.errors import UserError
from vision.region import RegionKind


@dataclass(frozen=True, slots=True)
class Drawing:
    """A box that is being drawn, and what is changed by it."""

    number: int  # names its widgets
    changes: Given | None = None  # None: something new


@dataclass(frozen=True, slots=True)
class Texts:
    """What a user writes about a box."""

    noun: str
    name: str
    text: str


def box_of(fractions: Sequence[float] | None, size: tuple[int, int]) -> Box:
    """A drawn box in pixels; raise `UserError` where nothing was drawn.

    >>> box_of([0.1, 0.25, 0.5, 1.0], (200, 100))
    Box(left=20, top=25, right=100, bottom=100)
    """
    if fractions is None or len(fractions) != 4:
        raise UserError("Draw a box on the photo first.")
    left, top, right, bottom = (
        min(max(round(edge * side), 0), side)
        for edge, side in zip(fractions, (size[0], size[1], size[0], size[1]), strict=True)
    )
    if right <= left or bottom <= top:
        raise UserError("The box is too small; draw a larger one.")
    return Box(left, top, right, bottom)


def tell(desk: Desk, drawing: Drawing, box: Box, texts: Texts) -> list[Given]:
    """What is said about the photo with this too; raise `UserError` where a text is missing."""
    try:
        new = Given(box, texts.noun.strip(), texts.name.strip(), texts.text.strip())
    except ValueError as error:
        raise UserError(f"{error}.") from error
    if drawing.changes is None:
        return [*desk.given, new]
    return [new if one is drawing.changes else one for one in desk.given]


def put(table: Table, desk: Desk, given: Sequence[Given], shop: Workshop) -> None:
    """Put a desk in whose conversation this is said in the place of another one."""
    if desk.writing is not None:
        desk.writing.cancel()
    table.replace(desk, desk.told(given, shop))


def keep(table: Table, desk: Desk, given: Given, shop: Workshop) -> Outcome:
    """Add a person or a thing to the gallery, through the gate that every photo goes through.

    A person is recognised from then on, and no longer only said. Raise `UserError` where that cannot be.
    """
    if not given.name.strip():
        raise UserError(f"Give the {given.noun} a name first: the gallery knows everything by its name.")
    box = _enrolled_box(desk, given)
    texts = editing.Texts(given.name, given.noun, given.text)
    entity = by_hand(shop.gallery, texts, photo=desk.photo.sha256, box=box)
    outcome = enrol_seen(shop, replace(entity, kind=given.kind), desk.photo, box)
    if given.kind is EntityKind.PERSON and outcome.status is not Status.SKIPPED:
        put(table, desk, [one for one in desk.given if one is not given], shop)
    return outcome


def _enrolled_box(desk: Desk, given: Given) -> Box:
    """The face that a box around a person is about, where one was found there; else the box itself."""
    found = next(place.instead_of for place in placed(desk.matches, desk.given) if place.shows is given)
    if given.kind is EntityKind.PERSON and found is not None and found.region.kind is RegionKind.FACE:
        return found.region.box
    return given.box


def drawing_view(desk: Desk, drawing: Drawing) -> Json:
    """What the component for drawing is sent: the photo, what is known in it, the box that is changed."""
    cards = desk.view["cards"]
    changed = [
        card["box"]
        for card, place in zip(cards, placed(desk.matches, desk.given), strict=True)
        if place.shows is drawing.changes
    ]
    return {
        **{key: desk.view[key] for key in ("photo", "uri", "width", "height", "label")},
        "drawing": f"{desk.photo.sha256} {drawing.number}",
        "draft": changed[0] if changed else None,
        "others": [
            {key: card[key] for key in ("box", "title", "decision")}
            for card in cards
            if card["box"] not in changed
        ],
    }
