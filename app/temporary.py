"""The option --reference: a photo of somebody or something, and what is said about it."""

from __future__ import annotations

from pathlib import Path

from app.forms import printable
from gallery.entity import NewEntity
from gallery.nouns import kind_of_noun
from ingest.sources.row import Labelled
from vision.errors import UserError

_FORM = "file|noun|name|text"


def reference_of(option: str) -> Labelled:
    """The row that an option means; raise `UserError` where it cannot be read.

    >>> reference_of("bella.jpg|dog|Bella|Afraid of thunder.").entity.kind.value
    'thing'
    """
    parts = [part.strip() for part in option.split("|", maxsplit=3)]
    if len(parts) != 4 or not all(parts):
        shown = printable(option if len(option) <= 60 else f"{option[:59]}…")
        raise UserError(f"--reference '{shown}': expected {_FORM}, none of them empty.")
    file, noun, name, text = parts
    entity = NewEntity(name, kind_of_noun(noun), noun, text, source="given", label=name)
    return Labelled(printable(file), entity, None, True, Path(file).expanduser().read_bytes)
