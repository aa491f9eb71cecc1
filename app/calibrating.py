"""`placard calibrate`: thresholds for a wanted rate of strangers who get a name, from the gallery itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.forms import print_json, printable
from app.settings import Settings
from app.wiring import choose_faces, match_rules
from evaluation.identification.calibration import Alike, Estimate, estimate
from evaluation.intervals import Rate
from gallery.gallery import Gallery
from retrieval.rules import MatchRules

# Pairs that are listed; a long list is not read.
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What `placard calibrate` was asked to do."""

    fpir: float
    people: int | None
    dry_run: bool
    as_json: bool


def calibrate(settings: Settings, asked: Asked) -> None:
    """Estimate a threshold on the gallery, say what it rests on, and store it."""
    with Gallery.open(settings.gallery_url) as gallery:
        choice = choose_faces(settings, gallery)
        print(f"Faces: {choice}", file=sys.stderr)
        rules = match_rules(settings, gallery, choice.space)
        found = estimate(
            gallery, choice.space, fpir=asked.fpir, margin=rules.margin, gallery_size=asked.people
        )
        now = found.measured(rules.threshold, rules.margin)
        then = found.measured(found.calibration.threshold, rules.margin)
        if not asked.dry_run:
            with gallery.write() as writer:
                writer.calibrate(found.calibration)
        if asked.as_json:
            print_json(_form(found, now, then, stored=not asked.dry_run))
            return
        for line in _lines(gallery, found, rules, (now, then)):
            print(line)
    print(_outcome(settings, asked))


def uncalibrate(settings: Settings) -> None:
    """Go back to the shipped thresholds."""
    with Gallery.open(settings.gallery_url) as gallery:
        choice = choose_faces(settings, gallery)
        with gallery.write() as writer:
            removed = writer.uncalibrate(choice.space)
        rules = match_rules(settings, gallery, choice.space)
    done = "The calibration is removed" if removed else "There was no calibration"
    print(f"{done}; threshold {rules.threshold:.3f}, margin {rules.margin:.2f} ({rules.reason}).")


def _lines(gallery: Gallery, found: Estimate, rules: MatchRules, measured: tuple[Rate, Rate]) -> list[str]:
    made = found.calibration
    now, then = measured
    return [
        f"space       {made.space}: {made.people} people, {made.references} references",
        f"until now   threshold {rules.threshold:.3f}, margin {rules.margin:.2f} ({rules.reason})",
        f"            of these people as strangers to the others it names {now}",
        f"calibrated  threshold {made.threshold:.3f}, margin {made.margin:.2f}: about {100 * made.fpir:g} % "
        f"of strangers get a name among {made.gallery_size} people",
        f"            of these people as strangers to the others it names {then}",
        *_listed(gallery, "May be one person twice, left out of the estimate:", found.suspects),
        *_listed(gallery, "Would get one another's names, counted as different people:", found.alike),
    ]


def _listed(gallery: Gallery, title: str, pairs: Sequence[Alike]) -> list[str]:
    if not pairs:
        return []
    shown = pairs[:_LISTED]
    entities = gallery.entities(number for pair in shown for number in (pair.one, pair.other))
    lines = [
        f"  {pair.similarity:.2f}  {printable(entities[pair.one].name)} ({pair.one}) and "
        f"{printable(entities[pair.other].name)} ({pair.other})"
        for pair in shown
    ]
    more = [f"  and {len(pairs) - len(shown)} more"] if len(pairs) > len(shown) else []
    return [title, *lines, *more, "  'placard gallery merge' joins two that are one."]


def _outcome(settings: Settings, asked: Asked) -> str:
    if asked.dry_run:
        return "Nothing was stored (dry run)."
    if settings.threshold is not None or settings.margin is not None:
        return "Stored, but PLACARD_THRESHOLD or PLACARD_MARGIN is set and goes before it."
    return "Stored: recognition uses it from now on. 'placard calibrate --shipped' takes it back."


def _form(found: Estimate, now: Rate, then: Rate, *, stored: bool) -> dict[str, object]:
    return {
        "calibration": asdict(found.calibration),
        "tail": asdict(found.tail),
        "stored": stored,
        "measured_until_now": asdict(now),
        "measured_calibrated": asdict(then),
        "suspects": [asdict(pair) for pair in found.suspects],
        "alike": [asdict(pair) for pair in found.alike],
    }
