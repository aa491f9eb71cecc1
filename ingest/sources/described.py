"""What a record says about an entity and where in the photo it is."""

from __future__ import annotations

import math

from gallery.entity import EntityKind, NewEntity
from gallery.nouns import kind_of_noun
from ingest.sources.columns import Columns, Target
from ingest.sources.paths import nfc
from ingest.sources.row import RowError, SourceProblem
from ingest.sources.table import Record
from vision.box import Box

SIDES = (Target.LEFT, Target.TOP, Target.RIGHT, Target.BOTTOM)
# No photo has this many pixels a side.
MAX_COORDINATE = 1_000_000


def display_name(label: str) -> str:
    """The name that a label stands for: underscores are spaces.

    >>> display_name("Ada_Lovelace")
    'Ada Lovelace'
    """
    return label.replace("_", " ").strip() or label


def entity_of(record: Record, columns: Columns, source: str) -> NewEntity:
    """The entity of a record; raise `RowError` where it names none."""
    label = nfc(columns.text(record, Target.LABEL))
    name = nfc(columns.text(record, Target.NAME)) or display_name(label)
    if not name:
        raise RowError(SourceProblem.NO_LABEL, "expected a name, but the cell is empty; fill it in")
    noun = columns.text(record, Target.NOUN)
    return NewEntity(
        name=name,
        kind=kind_of(columns.text(record, Target.KIND)) or kind_called(noun),
        noun=noun,
        biography=columns.text(record, Target.BIOGRAPHY),
        source=nfc(columns.text(record, Target.SOURCE)) or source,
        label=label or name,
        external_id=columns.text(record, Target.EXTERNAL_ID) or None,
    )


def kind_of(text: str) -> EntityKind | None:
    """The kind that a cell names, None where it is empty; raise `RowError` for any other text."""
    if not text:
        return None
    try:
        return EntityKind(text.lower())
    except ValueError as error:
        kinds = " or ".join(EntityKind)
        raise RowError(
            SourceProblem.BAD_ROW, f"expected {kinds} as kind, but got {text[:60]}; correct it"
        ) from error


def kind_called(noun: str) -> EntityKind:
    """The kind of what a record gives a noun and no kind; raise `RowError` where that could be either.

    Without a noun it is a person: most galleries hold no things.
    """
    if noun and kind_of_noun(noun) is not EntityKind.PERSON:
        raise RowError(
            SourceProblem.BAD_ROW,
            f"expected a kind, for '{noun[:60]}' may be a person or a thing; say which in a column kind",
        )
    return EntityKind.PERSON


def box_of(record: Record, columns: Columns) -> Box | None:
    """The box of a record, None where its cells are empty; raise `RowError` where they are no box."""
    cells = [columns.text(record, side) for side in SIDES]
    if not any(cells):
        return None
    try:
        left, top, right, bottom = (float(cell) for cell in cells)
    except ValueError as error:
        raise _bad_box(cells) from error
    sides = (left, top, right, bottom)
    if not all(math.isfinite(side) and abs(side) <= MAX_COORDINATE for side in sides):
        raise _bad_box(cells)
    if max(sides) <= 1 and any(side != round(side) for side in sides):
        raise RowError(
            SourceProblem.BAD_BOX,
            f"expected pixels, but got fractions ({', '.join(cells)}); use the photo's size",
        )
    try:
        return Box(round(left), round(top), round(right), round(bottom))
    except ValueError as error:
        raise _bad_box(cells) from error


def _bad_box(cells: list[str]) -> RowError:
    got = ", ".join(cell[:20] or "nothing" for cell in cells)
    return RowError(
        SourceProblem.BAD_BOX,
        "expected left, top, right and bottom in pixels, right > left and "
        f"bottom > top, but got {got}; correct or clear them",
    )
