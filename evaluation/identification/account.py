"""The report of a run: figures for programs, and sections for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evaluation.identification.figures import Calibrated, Figures, Variant, figures_of
from evaluation.identification.halves import WANTED, Chosen
from evaluation.identification.measures import Point, Scored
from evaluation.identification.plot import Line, det_plot
from evaluation.identification.run import Findings
from evaluation.intervals import Rate
from evaluation.provenance import Provenance
from evaluation.report import Picture, Report, Section, Table, Text

_HOW = (
    "Every person is left out of the gallery once; the photos of those left out are strangers' photos. Of "
    "all others up to {references} photos are enrolled, through the gate of 'placard ingest', and the rest "
    "is tried. A photo counts as found if its person is named anywhere in it, as wrong if anybody else is, "
    "bystanders included. No face found, or a person refused by the gate, is a miss. Intervals hold 95 % "
    "when people are drawn anew."
)


def report_of(findings: Findings, unusable: Mapping[str, int], provenance: Provenance) -> Report:
    """The report of a run; `unusable` counts photos that could not be looked at."""
    figures = figures_of(findings)
    return Report(
        "Open-set identification",
        provenance,
        _forms(findings, figures, unusable),
        tuple(_sections(findings, figures, unusable)),
    )


def summary(findings: Findings, figures: Figures) -> list[tuple[str, str]]:
    """The figures that a terminal shows."""
    names = figures.product.names
    return [
        ("people, photos", f"{findings.people}, {findings.photos}"),
        ("rank 1", str(figures.rank_one)),
        *((f"TPIR at FPIR {_percent(point.fpir)}", point_text(point)) for point in figures.product.points),
        (f"threshold {names.threshold:.3f}, margin {names.margin:.2f}", ""),
        ("  strangers named", str(names.named)),
        ("  known people found", str(names.found)),
        ("  known people named wrongly", str(names.confused)),
        *_calibrated_lines(figures.calibrated),
    ]


def _calibrated_lines(calibrated: Sequence[Calibrated]) -> Iterator[tuple[str, str]]:
    for one in calibrated:
        yield f"calibrated for {_percent(one.fpir)}", f"threshold {one.names.threshold:.3f}"
        yield "  strangers named", str(one.names.named)
        yield "  known people found", str(one.names.found)
        yield "  known people named wrongly", str(one.names.confused)


def point_text(point: Point) -> str:
    """A point in words."""
    if point.threshold is None or point.tpir is None:
        return f"not measurable: these strangers show rates from {_percent(point.smallest)} on"
    return f"{point.tpir}, {_threshold(point.threshold)}"


def _threshold(threshold: float) -> str:
    """A threshold in words; at some margins even the lowest one names fewer strangers than the rate."""
    return f"threshold {threshold:.3f}" if threshold > -1.0 else "whatever the threshold"


def _sections(findings: Findings, figures: Figures, unusable: Mapping[str, int]) -> Iterator[Section]:
    protocol, names = findings.protocol, figures.product.names
    yield Section(
        "What was tried",
        (Text(_HOW.format(references=protocol.references)), _tried(findings, figures, unusable)),
    )
    yield Section(
        "Found at a rate of strangers named", (_points(figures.product.points), _picture(findings, figures))
    )
    yield Section(
        "Names at the thresholds in use",
        (
            Text(f"These thresholds: {findings.rules.reason}."),
            _names((figures.product,), "threshold", [f"{names.threshold:.3f}"]),
        ),
    )
    yield Section(
        "Calibrated thresholds on people who were left out",
        (
            Text(
                "For each fold thresholds were calibrated on its gallery alone, as 'placard calibrate' does, "
                "and tried on the people who were left out of it; then the same from a quarter of the "
                "gallery's people, for the size of the whole."
            ),
            _calibrations(figures),
        ),
    )
    if figures.sizes:
        yield Section(
            "By people in the gallery, at the thresholds in use", (_names(figures.sizes, "people"),)
        )
    if figures.groups:
        yield Section("By group, at the thresholds in use", (_names(figures.groups, "group"),))
    yield Section(
        "Best of references or averaged template, one-to-one or not",
        (_names(figures.ways, "way", rate=protocol.rates[-1]),),
    )
    yield Section("By margin, at the threshold in use", (_names(figures.margins, "margin"),))
    if figures.halves:
        yield Section("A margin chosen on one half of the people", _on_halves(figures.halves))


def _tried(findings: Findings, figures: Figures, unusable: Mapping[str, int]) -> Table:
    sizes = findings.gallery_sizes
    rows = [
        ("people", f"{findings.people}, {findings.several} of them with two photos or more"),
        ("photos", f"{findings.photos}"),
        ("folds", f"{len(sizes)}"),
        ("people in the gallery", f"{min(sizes)} to {max(sizes)}"),
        (
            "strangers tried",
            f"{figures.product.names.named.total} photos of {figures.product.names.named.groups} people",
        ),
        (
            "known people tried",
            f"{figures.product.names.found.total} trials of {figures.product.names.found.groups} people",
        ),
        ("no face found", str(figures.undetected)),
        ("rank 1: the main face resembles its own person most", str(figures.rank_one)),
        *(
            (f"not enrolled: {reason}", f"{count} in all folds")
            for reason, count in sorted(findings.refused.items())
        ),
        *(
            (f"error: {reason}", f"{count} photos or rows, not counted")
            for reason, count in sorted(unusable.items())
        ),
    ]
    return Table(("what", "figure"), tuple(rows))


def _points(points: Sequence[Point]) -> Table:
    rows = tuple((_percent(point.fpir), *_point_cells(point)) for point in points)
    return Table(("strangers named (FPIR)", "known people found (TPIR)", "95 %", "threshold"), rows)


def _point_cells(point: Point) -> tuple[str, str, str]:
    if point.threshold is None or point.tpir is None:
        return f"not measurable under {_percent(point.smallest)}", "", ""
    return (*_cells(point.tpir), _threshold(point.threshold).removeprefix("threshold "))


def _picture(findings: Findings, figures: Figures) -> Picture:
    lines = []
    smallest = 1.0
    for label, probes in (("best of references", findings.best), ("averaged template", findings.averaged)):
        scored = Scored(probes, findings.rules.margin)
        smallest = min(smallest, scored.smallest)
        names = scored.named(findings.rules.threshold, seed=0), scored.found(findings.rules.threshold, seed=0)
        named, found = (rate.value for rate in names)
        marks = [] if named is None or found is None else [(named, 1 - found)]
        lines.append(Line(label, scored.curve(), marks))
    lines.append(Line("best of references, no margin", Scored(findings.best, 0.0).curve()))
    caption = (
        f"DET curve: {figures.product.names.named.total} photos of strangers, "
        f"{figures.product.names.found.total} trials of known people"
    )
    return Picture("det", det_plot(lines, smallest=smallest, mark="threshold in use"), caption)


def _names(
    variants: Sequence[Variant], what: str, labels: Sequence[str] | None = None, *, rate: float | None = None
) -> Table:
    head = (what, "strangers named", "95 %", "known found", "95 %", "known named wrongly", "95 %")
    rows = []
    for variant, label in zip(variants, labels or [variant.title for variant in variants], strict=True):
        names = variant.names
        cells = (*_cells(names.named), *_cells(names.found), *_cells(names.confused))
        point = next((point for point in variant.points if point.fpir == rate), None)
        rows.append((label, *cells, *(() if point is None else (_point_cells(point)[0],))))
    return Table((*head, *(() if rate is None else (f"found at FPIR {_percent(rate)}",))), tuple(rows))


def _calibrations(figures: Figures) -> Table:
    head = (
        "from",
        "wanted",
        "thresholds",
        "strangers named",
        "95 %",
        "known found",
        "95 %",
        "known named wrongly",
    )
    rows = []
    for basis, calibrated in (("the gallery", figures.calibrated), ("a quarter", figures.calibrated_small)):
        for one in calibrated:
            thresholds = f"{one.lowest:.3f} to {one.highest:.3f}"
            cells = (*_cells(one.names.named), *_cells(one.names.found), _cells(one.names.confused)[0])
            rows.append((basis, _percent(one.fpir), thresholds, *cells))
    if not rows:
        rows.append(("too few people to calibrate", "", "", "", "", "", "", ""))
    return Table(head, tuple(rows))


def _on_halves(halves: Sequence[Chosen]) -> tuple[Text, Table]:
    how = (
        f"In each of {len(halves)} ways to halve strangers and known people the smallest margin was chosen "
        f"at which no more than {_percent(WANTED)} of the one half's strangers are named, and tried on the "
        f"other half. The galleries hold people of both."
    )
    head = (
        "margin: mean, range",
        "strangers named where it was chosen",
        "strangers named among the others",
        "known found among the others",
    )
    shares = (
        [one.named_there for one in halves],
        [one.named for one in halves],
        [one.found for one in halves],
    )
    margins = [one.margin for one in halves]
    spread = f"{sum(margins) / len(margins):.3f}, {min(margins):.2f} to {max(margins):.2f}"
    return Text(how), Table(head, ((spread, *map(_spread, shares)),))


def _spread(shares: Sequence[float]) -> str:
    low, high = 100 * min(shares), 100 * max(shares)
    return f"{100 * sum(shares) / len(shares):.1f} % ({low:.1f} to {high:.1f})"


def _cells(rate: Rate) -> tuple[str, str]:
    if rate.value is None:
        return "nothing tried", ""
    return f"{100 * rate.value:.1f} % of {rate.total}", str(rate.interval)


def _percent(rate: float) -> str:
    return f"{100 * rate:.2g} %"


def _forms(findings: Findings, figures: Figures, unusable: Mapping[str, int]) -> dict[str, object]:
    return {
        "people": findings.people,
        "people_with_several_photos": findings.several,
        "photos": findings.photos,
        "gallery_sizes": findings.gallery_sizes,
        "not_enrolled": dict(findings.refused),
        "errors": dict(unusable),
        "rank_one": figures.rank_one.form(),
        "no_face": figures.undetected.form(),
        "product": figures.product.form(),
        "ways": [variant.form() for variant in figures.ways],
        "margins": [variant.form() for variant in figures.margins],
        "margin_on_halves": [one.form() for one in figures.halves],
        "gallery_size": [variant.form() for variant in figures.sizes],
        "groups": [variant.form() for variant in figures.groups],
        "calibrated": [one.form() for one in figures.calibrated],
        "calibrated_on_a_quarter": [one.form() for one in figures.calibrated_small],
        "det": Scored(findings.best, findings.rules.margin).curve(),
    }
