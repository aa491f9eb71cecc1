"""Descriptions of a bench's photos, scored: figures, and what was found about each claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.provenance import Provenance
from evaluation.rcid.corruptions import Corruption
from evaluation.rcid.score import Judged, RcidScore
from evaluation.report import Card, Report, Section, Table, Text

MOST_CARDS = 40
DEFINITION = (
    "RCIDScore as we define it (the paper's formula was not available). Coverage: half the share of entries "
    "that are named or cited, half the share of their facts that are mentioned. Accuracy: of the claims that "
    "only a text can tell, those that the text of some entry entails. Consistency: of these, those that the "
    "cited entry itself entails, with its own name and place beside them. Total: the harmonic mean of the "
    "three for each description, 0 where nothing was claimed. Figures are means over descriptions."
)
_Figure = Callable[[RcidScore], float | None]
_FIGURES: dict[str, _Figure] = {
    "coverage": lambda score: score.coverage,
    "entries": lambda score: score.entries,
    "facts": lambda score: score.facts,
    "accuracy": lambda score: score.accuracy,
    "consistency": lambda score: score.consistency,
    "total": lambda score: score.total,
}


@dataclass(frozen=True, slots=True)
class Described:
    """A description and its score; a request that failed has an error only."""

    photo: str  # its id
    text: str
    score: RcidScore | None
    error: str | None = None


def means_of(scores: Sequence[RcidScore]) -> dict[str, float | None]:
    """The mean of each figure over the descriptions that have it."""
    return {name: _mean([figure(score) for score in scores]) for name, figure in _FIGURES.items()}


def report_of(described: Sequence[Described], provenance: Provenance, *, title: str) -> Report:
    """The report of the descriptions of one generator, the lowest scores first."""
    scores = [one.score for one in described if one.score is not None]
    means = means_of(scores)
    errors = Counter(one.error for one in described if one.error is not None)
    failed = errors.total()
    order = sorted(
        (one for one in described if one.score is not None),
        key=lambda one: (one.score and one.score.total) or 0.0,
    )
    return Report(
        title,
        provenance,
        {"means": means, "descriptions": len(scores), "failed": failed},
        (
            Section(
                "Scores",
                (
                    _means_table({"all": means}),
                    Text(DEFINITION),
                    Text(_counted(len(scores), failed)),
                    *_errors(errors),
                ),
            ),
            Section("Lowest first", tuple(map(_card, order[:MOST_CARDS]))),
        ),
    )


def corruption_report(
    means: Mapping[Corruption, Mapping[str, float | None]], provenance: Provenance
) -> Report:
    """What the score does with faithful descriptions that were corrupted in known ways."""
    figures = {corruption.value: dict(values) for corruption, values in means.items()}
    return Report(
        "RCIDScore of corrupted descriptions",
        provenance,
        figures,
        (Section("Scores", (_means_table(figures), Text(DEFINITION))),),
    )


def _means_table(rows: Mapping[str, Mapping[str, float | None]]) -> Table:
    return Table(
        ("descriptions", *_FIGURES),
        tuple((title, *(_shown(values[name]) for name in _FIGURES)) for title, values in rows.items()),
    )


def _card(described: Described) -> Card:
    score = described.score
    judged = score.judged if score is not None else ()
    total = _shown(score.total if score is not None else None)
    rows = [("description", described.text)]
    rows += [(_verdict(one), one.claim.text) for one in judged if one.contextual]
    return Card(f"{described.photo}: {total}", b"", tuple(rows))


def _verdict(judged: Judged) -> str:
    if not judged.entailed_by:
        return "told by no text"
    return "true" if judged.consistent else "true of another"


def _counted(scored: int, failed: int) -> str:
    return f"{scored} descriptions were scored; {failed} requests failed and count for nothing."


def _errors(errors: Counter[str]) -> list[Table]:
    """Why requests failed, the most frequent first."""
    rows = tuple((why, str(count)) for why, count in errors.most_common())
    return [Table(("failed", "times"), rows)] if rows else []


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
