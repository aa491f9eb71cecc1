"""Is a concept in a photo, as the product's recogniser says: no name in the question helps it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.public.concepts import Recalls, Recognition, recalls
from retrieval.recogniser import Recogniser
from vision.errors import UserError
from vision.photo import Photo


@dataclass(frozen=True, slots=True)
class Recognised:
    """The recalls, and the photos that could not be looked at: their pairs count for nothing."""

    recalls: Recalls
    pairs: int
    failed: tuple[tuple[Path, str], ...]


def recognised(
    pairs: Sequence[Recognition], recogniser: Recogniser, *, told: Callable[[int], None] = lambda _: None
) -> Recognised:
    """Look at each photo once; a concept is in it if somebody of that name is accepted there."""
    names: dict[Path, frozenset[str]] = {}
    failed: dict[Path, str] = {}
    for path in dict.fromkeys(pair.photo for pair in pairs):
        try:
            matches = recogniser.recognise(Photo.open(path))
        except UserError as error:
            failed[path] = str(error)
            continue
        names[path] = frozenset(match.entity.name for match in matches if match.entity is not None)
        told(1)
    seen = [pair for pair in pairs if pair.photo in names]
    said = [pair.concept in names[pair.photo] for pair in seen]
    return Recognised(recalls(seen, said), len(seen), tuple(failed.items()))
