"""Open-set identification of a source: looked at once, then every person left out of the gallery in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.identification.calibration import TooFewPeopleError, Wanted, estimate_for
from evaluation.identification.folds import Fold, folds_of
from evaluation.identification.galleries import Enrolled, averaged, enrolled, gate_for, part_of, rebuilt
from evaluation.identification.impostors import Faces
from evaluation.identification.looking import Looked, Remembered, people_of
from evaluation.identification.probes import Probe
from evaluation.identification.seen import SeenPhotos
from ingest.gate import EnrolmentRules
from ingest.run import IngestOptions
from retrieval.rules import MatchRules
from vision.device import Device
from vision.errors import UserError
from vision.faces import FaceModel
from vision.photo import MAX_PIXELS

_SIZES = (25, 50, 100, 200, 400, 1000, 2000, 5000, 10_000, 50_000)


@dataclass(frozen=True, slots=True)
class Protocol:
    """How photos are dealt out and what is asked of them."""

    seed: int = 0
    folds: int = 10  # parts of the people, each of which is left out of the gallery once
    references: int = 3  # photos of a person that are enrolled, at most
    rates: tuple[float, ...] = (0.003, 0.01, 0.1)  # of strangers named
    max_pixels: int = MAX_PIXELS
    device: Device = Device.AUTO


@dataclass(frozen=True, slots=True)
class Held:
    """Thresholds that were calibrated on a gallery, and photos that played no part in it."""

    fpir: float  # that was wanted
    threshold: float
    probes: tuple[Probe, ...]


@dataclass(slots=True)
class Findings:
    """All probes of a run, and how they came about."""

    protocol: Protocol
    rules: MatchRules
    people: int = 0
    several: int = 0  # people of two photos and more, who can be probed as known
    photos: int = 0
    gallery_sizes: list[int] = field(default_factory=list)  # people, for each fold
    refused: Counter[str] = field(default_factory=Counter)  # photos that the gate did not enrol
    best: list[Probe] = field(default_factory=list)  # against all references, as the product does
    averaged: list[Probe] = field(default_factory=list)  # against one averaged embedding each
    sizes: dict[int, list[Probe]] = field(default_factory=dict)  # by people in the gallery
    held: list[Held] = field(default_factory=list)  # calibrated on the whole gallery of a fold
    held_small: list[Held] = field(default_factory=list)  # calibrated on a quarter of it, for the whole


def identify(
    looked: Sequence[Looked],
    model: FaceModel,
    memory: SeenPhotos,
    rules: MatchRules,
    protocol: Protocol,
    *,
    step: Callable[[], None] = lambda: None,
) -> Findings:
    """Leave every person out once and try all photos not enrolled; `step` is called after each fold."""
    people = people_of(looked)
    check_people(len(people), protocol.folds)
    findings = Findings(protocol, rules, people=len(people), photos=len(looked))
    findings.several = sum(len(photos) > 1 for photos in people.values())
    folds = folds_of(people, folds=protocol.folds, references=protocol.references, seed=protocol.seed)
    for number, fold in enumerate(folds):
        _Trial(findings, fold, number, Remembered(model, memory)).run()
        step()
    return findings


def check_people(people: int, folds: int, unusable: Mapping[str, int] | None = None) -> None:
    """Raise `UserError` where so many people with photos are too few for the folds.

    `unusable` counts the photos and rows that could not be used, by reason.
    """
    if people >= 2 * folds:
        return
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted((unusable or {}).items()))
    raise UserError(
        f"Expected at least {2 * folds} people for {folds} folds, but the source has {people} with "
        f"usable photos{f' (photos or rows not usable: {reasons})' if reasons else ''}. Add people, or ask "
        f"for fewer folds."
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """One fold: who is enrolled, and every way in which the others are tried on it."""

    findings: Findings
    fold: Fold
    number: int
    model: Remembered

    def run(self) -> None:
        findings, protocol, fold = self.findings, self.findings.protocol, self.fold
        rules = EnrolmentRules(look_alike=gate_for(self.model.space))
        options = IngestOptions(max_pixels=protocol.max_pixels, rules=rules)
        with enrolled(fold.enrolled, self.model, options) as whole:
            faces = whole.embeddings(self.model.space)
            findings.gallery_sizes.append(len(faces.people))
            findings.refused += whole.refused
            probes = self._tried(whole, fold.known)
        findings.best += probes
        if not len(faces.people):
            return
        with rebuilt(averaged(faces), self.model.space, whole.numbers) as means:
            findings.averaged += self._tried(means, fold.known)
        for size in (size for size in _SIZES if size < len(faces.people)):
            findings.sizes.setdefault(size, []).extend(self._smaller(faces, size, whole.numbers))
        self._calibrate(faces, tuple(probes))

    def _tried(self, gallery: Enrolled, known: Sequence[Looked]) -> list[Probe]:
        device = self.findings.protocol.device
        return gallery.try_photos(self.model, device, known=known, strangers=self.fold.strangers)

    def _smaller(self, faces: Faces, size: int, numbers: dict[str, int]) -> list[Probe]:
        part = part_of(faces, size, seed=self._seed)
        with rebuilt(part, self.model.space, numbers) as gallery:
            return self._tried(
                gallery, [photo for photo in self.fold.known if photo.person in gallery.numbers]
            )

    def _calibrate(self, faces: Faces, probes: tuple[Probe, ...]) -> None:
        """Thresholds from the gallery alone, for those who were left out of it."""
        size = len(faces.people)
        quarter = part_of(faces, size // 4, seed=self._seed)
        for held, basis in ((self.findings.held, faces), (self.findings.held_small, quarter)):
            for fpir in self.findings.protocol.rates:
                try:
                    wanted = Wanted(fpir, self.findings.rules.margin, gallery_size=size)
                    found = estimate_for(basis, self.model.space, wanted)
                except TooFewPeopleError:
                    continue
                held.append(Held(fpir, found.calibration.threshold, probes))

    @property
    def _seed(self) -> int:
        return self.findings.protocol.seed * 1000 + self.number
