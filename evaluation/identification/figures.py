"""The figures of a run, worked out of its probes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evaluation.identification.halves import Chosen, chosen_on_halves
from evaluation.identification.measures import Point, Scored, counted, rank_one, undetected
from evaluation.identification.probes import Probe, Scores
from evaluation.identification.run import Findings, Held
from evaluation.intervals import Rate, rate

MARGINS = (0.0, 0.05, 0.1, 0.15)


@dataclass(frozen=True, slots=True)
class Names:
    """How names come out at one threshold."""

    threshold: float
    margin: float
    named: Rate  # strangers' photos in which somebody is named
    found: Rate  # known people's photos in which their person is named
    confused: Rate  # known people's photos in which somebody else is named

    def form(self) -> dict[str, object]:
        """As JSON holds it."""
        return {
            "threshold": self.threshold,
            "margin": self.margin,
            "strangers_named": self.named.form(),
            "known_found": self.found.form(),
            "known_named_wrongly": self.confused.form(),
        }


@dataclass(frozen=True, slots=True)
class Variant:
    """The figures of one way to recognise."""

    title: str
    names: Names  # at the thresholds in use
    points: tuple[Point, ...]

    def form(self) -> dict[str, object]:
        """As JSON holds it."""
        return {"title": self.title, **self.names.form(), "points": [point_form(p) for p in self.points]}


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A wanted rate, and what the thresholds calibrated for it did to people who were left out."""

    fpir: float
    galleries: int
    lowest: float
    highest: float
    names: Names

    def form(self) -> dict[str, object]:
        """As JSON holds it."""
        ends = {"lowest_threshold": self.lowest, "highest_threshold": self.highest}
        return {"wanted": self.fpir, "galleries": self.galleries, **ends, **self.names.form()}


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a report says."""

    rank_one: Rate
    undetected: Rate
    product: Variant  # best of references, one-to-one: as the product recognises
    ways: tuple[Variant, ...]
    margins: tuple[Variant, ...]
    halves: tuple[Chosen, ...]
    sizes: tuple[Variant, ...]
    groups: tuple[Variant, ...]
    calibrated: tuple[Calibrated, ...]
    calibrated_small: tuple[Calibrated, ...]


def figures_of(findings: Findings) -> Figures:
    """Work out all figures."""
    rules, seed = findings.rules, findings.protocol.seed
    best, margin = findings.best, rules.margin

    def variant(
        title: str, probes: Sequence[Probe], margin: float = margin, *, one_each: bool = True
    ) -> Variant:
        scored = Scored(probes, margin, one_each=one_each)
        points = tuple(scored.point(fpir, seed=seed) for fpir in findings.protocol.rates)
        return Variant(title, names_at(scored, rules.threshold, margin, seed), points)

    return Figures(
        rank_one=rank_one(best, seed=seed),
        undetected=undetected(best, seed=seed),
        product=variant("best of references, one-to-one", best),
        ways=(
            variant("best of references, one-to-one", best),
            variant("best of references, any number of times", best, one_each=False),
            variant("averaged template, one-to-one", findings.averaged),
            variant("averaged template, any number of times", findings.averaged, one_each=False),
        ),
        margins=tuple(variant(f"{margin:.2f}", best, margin) for margin in MARGINS),
        halves=tuple(chosen_on_halves(best, rules.threshold, seed=seed)),
        sizes=tuple(variant(f"{size}", probes) for size, probes in sorted(findings.sizes.items())),
        groups=_groups(best, variant),
        calibrated=tuple(_calibrated(findings, findings.held)),
        calibrated_small=tuple(_calibrated(findings, findings.held_small)),
    )


def names_at(scored: Scored, threshold: float, margin: float, seed: int) -> Names:
    """What a threshold does."""
    return Names(
        threshold,
        margin,
        scored.named(threshold, seed=seed),
        scored.found(threshold, seed=seed),
        scored.confused(threshold, seed=seed),
    )


def _groups(
    probes: Sequence[Probe], variant: Callable[[str, Sequence[Probe]], Variant]
) -> tuple[Variant, ...]:
    """The figures of each group, where the source names any."""
    groups = sorted({probe.group for probe in probes} - {""})
    return tuple(variant(group, [probe for probe in probes if probe.group == group]) for group in groups)


def _calibrated(findings: Findings, held: Sequence[Held]) -> Iterable[Calibrated]:
    margin, seed = findings.rules.margin, findings.protocol.seed
    for fpir in findings.protocol.rates:
        these = [one for one in held if one.fpir == fpir]
        if not these:
            continue
        tried = [(probe, probe.scores(margin), one.threshold) for one in these for probe in one.probes]

        def share(hit: Callable[[Scores, float], bool], *, known: bool, tried: list[_Tried] = tried) -> Rate:
            trials = counted((probe.person, hit(s, at)) for probe, s, at in tried if probe.known is known)
            return rate(trials, seed=seed)

        thresholds = [one.threshold for one in these]
        names = Names(
            sum(thresholds) / len(thresholds),
            margin,
            share(lambda s, at: s.wrong >= at, known=False),
            share(lambda s, at: s.right >= at, known=True),
            share(lambda s, at: s.wrong >= at, known=True),
        )
        yield Calibrated(fpir, len(these), min(thresholds), max(thresholds), names)


_Tried = tuple[Probe, Scores, float]


def point_form(point: Point) -> dict[str, object]:
    """A point as JSON holds it."""
    return {
        "fpir": point.fpir,
        "measurable_from": point.smallest,
        "threshold": point.threshold,
        "tpir": None if point.tpir is None else point.tpir.form(),
    }
