"""Working through an uploaded archive as `placard ingest` does."""

from __future__ import annotations

import base64
import io
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from app.web.portrait import ingest_options
from app.web.resources import Workshop
from app.web.roles import ensure_editor
from ingest.outcome import Outcome, Status
from ingest.run import ingest
from ingest.sources.opening import open_source
from ingest.sources.row import Labelled, Row
from ingest.sources.source import SourceOptions
from vision.errors import UserError
from vision.photo import Photo

_MOST_PICTURES = 200  # of refused photos; they are kept as long as the report
_SIDE = 96  # pixels


@dataclass(slots=True, eq=False)
class Report:
    """What became of the photos of an archive, or would; it grows while the archive is worked through."""

    upload: str  # what tells this upload from others
    name: str  # of the archive's file
    trial: bool  # whether nothing is written
    total: int = 0  # photos and rows
    outcomes: list[Outcome] = field(default_factory=list)
    pictures: dict[int, str] = field(default_factory=dict)  # data URIs of what was refused, by outcome

    @property
    def complete(self) -> bool:
        """Whether every photo was looked at."""
        return len(self.outcomes) == self.total

    @property
    def counted(self) -> Counter[Status]:
        """How many photos had each outcome."""
        return Counter(outcome.status for outcome in self.outcomes)


def run_archive(shop: Workshop, data: memoryview, report: Report) -> Generator[float, None, None]:
    """Enrol an archive, or a copy of the gallery in memory for a trial; yield the share that is done.

    Raise `UserError` for an archive that cannot be read at all. The archive is on disk only meanwhile.
    """
    ensure_editor()
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "upload.zip"
        path.write_bytes(data)
        options = SourceOptions(name=Path(report.name).stem)
        source = stack.enter_context(open_source(path, options))
        report.total = source.total
        gallery = stack.enter_context(shop.gallery.sketch()) if report.trial else shop.gallery
        recogniser, _ = shop.recogniser()
        outcomes = ingest(gallery, recogniser.faces, source.rows(), ingest_options(shop))
        for number, (row, outcome) in enumerate(zip(source.rows(), outcomes, strict=True)):
            report.outcomes.append(outcome)
            if outcome.status is Status.SKIPPED and len(report.pictures) < _MOST_PICTURES:
                report.pictures[number] = _picture(row, max_pixels=shop.settings.max_pixels)
            yield len(report.outcomes) / report.total


def _picture(row: Row, *, max_pixels: int) -> str:
    """A small picture of a refused photo; empty where there is none to show."""
    if not isinstance(row, Labelled):
        return ""
    try:
        photo = Photo.open(row.read(), name=row.where, max_pixels=max_pixels)
    except (UserError, OSError):  # that is why it was refused
        return ""
    image = Image.fromarray(photo.pixels)
    image.thumbnail((_SIDE, _SIDE))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
