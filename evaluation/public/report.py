"""The report of public recognition."""

from __future__ import annotations

from evaluation.provenance import Provenance
from evaluation.public.naming import Naming
from evaluation.public.recognise import Recognised
from evaluation.report import Report, Section, Table, Text

_MEANINGS = (
    "Positive recall: of the pairs of a photo and a concept that is in it, those where the recogniser alone "
    "accepts something of that name. Negative recall: of the other pairs, those where it does not. Weighted: "
    "the plain mean of both. Photos that could not be read are left out."
)


def recognition_report(
    found: Recognised, naming: Naming | None, provenance: Provenance, *, title: str
) -> Report:
    """Recognition, and where descriptions were written how many name their concept."""
    rows = recognition_lines(found, naming)
    failed = [*found.failed, *(naming.failed if naming is not None else ())]
    figures = {
        "positive_recall": found.recalls.positive.form(),
        "negative_recall": found.recalls.negative.form(),
        "weighted": found.recalls.weighted,
        "pairs": found.pairs,
        "photos": found.photos,
        "named_in_descriptions": None if naming is None else naming.rate.form(),
        "failed": [[path.name, why] for path, why in failed],
    }
    sections = [Section("Recognition", (Table(("what", "figure"), tuple(rows)), Text(_MEANINGS)))]
    if failed:
        table = Table(("photo", "why"), tuple((path.name, why) for path, why in failed))
        sections.append(Section("Failed", (table,)))
    return Report(title, provenance, figures, tuple(sections))


def recognition_lines(found: Recognised, naming: Naming | None) -> list[tuple[str, str]]:
    """The figures by name."""
    rows = [
        ("positive recall", str(found.recalls.positive)),
        ("negative recall", str(found.recalls.negative)),
        ("weighted", f"{100 * found.recalls.weighted:.1f} %"),
    ]
    if naming is not None:
        rows.append(("named in descriptions", str(naming.rate)))
    failed = len(found.failed) + (0 if naming is None else len(naming.failed))
    return [*rows, ("failed", str(failed))] if failed else rows
