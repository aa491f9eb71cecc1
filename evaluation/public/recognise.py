"""Is a concept in a photo, as the product's recogniser says: no name in the question helps it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.provenance import digest_of
from evaluation.public.concepts import Recalls, Recognition, recalls
from generation.folding import folded
from retrieval.recogniser import Recogniser
from vision.errors import UserError
from vision.photo import Photo


@dataclass(frozen=True, slots=True)
class Recognised:
    """The recalls, and the photos that could not be looked at: their pairs count for nothing."""

    recalls: Recalls
    pairs: int
    photos: int
    failed: tuple[tuple[Path, str], ...]
    data: str  # SHA-256 over photos and pairs


def recognised(
    pairs: Sequence[Recognition], recogniser: Recogniser, *, told: Callable[[int], None] = lambda _: None
) -> Recognised:
    """Look at each photo once; a concept is in it if somebody or something of that name is accepted there.

    `told` hears how many photos more were looked at. Raise `BenchError` without pairs of both kinds.
    """
    names: dict[Path, frozenset[str]] = {}
    hashes: dict[Path, str] = {}
    failed: dict[Path, str] = {}
    for path in dict.fromkeys(pair.photo for pair in pairs):
        try:
            photo = Photo.open(path)
            matches = recogniser.recognise(photo)
        except UserError as error:
            failed[path] = str(error)
        else:
            hashes[path] = photo.sha256
            names[path] = frozenset(
                folded(match.entity.name) for match in matches if match.entity is not None
            )
        told(1)
    seen = [pair for pair in pairs if pair.photo in names]
    said = [folded(pair.concept) in names[pair.photo] for pair in seen]
    data = digest_of(part for pair in seen for part in (hashes[pair.photo], pair.concept, str(pair.present)))
    return Recognised(recalls(seen, said), len(seen), len(names), tuple(failed.items()), data)
