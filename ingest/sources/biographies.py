"""One biography per entity, whichever rows and files of a source give it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gallery.entity import NewEntity
from ingest.sources.paths import nfc
from ingest.sources.row import Labelled, Row, SourceProblem, Unusable


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    where: str


class Biographies:
    """The different texts that a source gives for each entity."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[str, _Text]] = {}

    def add(self, entity: NewEntity, text: str, where: str) -> None:
        """Note a text for an entity; an empty one says nothing."""
        if text:
            self._texts.setdefault(entity.identity, {}).setdefault(nfc(text), _Text(text, where))

    def settle(self, rows: Iterable[Row]) -> list[Row]:
        """The rows with the biography of their entity; where there are two, nothing is enrolled."""
        settled: dict[NewEntity, NewEntity] = {}  # rows of one entity share it
        return [self._settled(row, settled) if isinstance(row, Labelled) else row for row in rows]

    def _settled(self, row: Labelled, settled: dict[NewEntity, NewEntity]) -> Row:
        texts = list(self._texts.get(row.entity.identity, {}).values())
        if len(texts) > 1:
            return Unusable(
                row.where,
                SourceProblem.TWO_BIOGRAPHIES,
                f"expected one biography of {row.entity.name}, but {texts[0].where} and "
                f"{texts[1].where} differ; keep one",
            )
        if not texts:
            return row
        if row.entity not in settled:
            settled[row.entity] = replace(row.entity, biography=texts[0].text)
        return replace(row, entity=settled[row.entity], biography_given=True)
