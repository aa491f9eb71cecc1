"""`placard calibrate`: thresholds for a wanted rate of strangers who get a name, from the gallery itself.

Things are calibrated as people are, each kind in its own space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.forms import print_json, printable
from app.settings import Settings
from app.things import OFF, choose_things, thing_rules, things_by_hand
from app.wiring import by_hand, choose_faces, match_rules
from evaluation.identification.calibration import LEAST, Alike, Estimate, Wanted, estimate
from evaluation.intervals import Rate
from gallery.entity import EntityKind, SpaceKind
from gallery.gallery import Gallery
from retrieval.rules import MatchRules
from vision.errors import UserError

# Pairs that are listed; a long list is not read.
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What `placard calibrate` was asked to do."""

    fpir: float
    people: int | None
    dry_run: bool
    as_json: bool
    kind: EntityKind = EntityKind.PERSON


def calibrate(settings: Settings, asked: Asked) -> None:
    """Estimate a threshold on the gallery, say what it rests on, and store it."""
    with Gallery.open(settings.gallery_url) as gallery:
        space, rules = _in_use(settings, gallery, asked.kind)
        wanted = Wanted(asked.fpir, rules.margin, asked.people, asked.kind)
        found = estimate(gallery, space, wanted)
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


def uncalibrate(settings: Settings, kind: EntityKind) -> None:
    """Go back to the shipped thresholds."""
    with Gallery.open(settings.gallery_url) as gallery:
        space, _ = _in_use(settings, gallery, kind)
        with gallery.write() as writer:
            removed = writer.uncalibrate(space)
        _, rules = _in_use(settings, gallery, kind)
    done = "The calibration is removed" if removed else "There was no calibration"
    print(f"{done}; threshold {rules.threshold:.3f}, margin {rules.margin:.2f} ({rules.reason}).")


def _in_use(settings: Settings, gallery: Gallery, kind: EntityKind) -> tuple[str, MatchRules]:
    """The space that entities of a kind are recognised in now, and its rules."""
    if kind is EntityKind.PERSON:
        space = choose_faces(settings, gallery).space
        _check_space(gallery, space, SpaceKind.FACE)
        return space, match_rules(settings, gallery, space)
    if settings.things == OFF:
        raise UserError("Things are switched off by --things or PLACARD_THINGS; leave that out.")
    things = choose_things(settings, gallery)
    if things is None:
        raise UserError("There are no things in the gallery to calibrate on; 'placard ingest' adds some.")
    _check_space(gallery, things.space, SpaceKind.THING)
    return things.space, thing_rules(settings, gallery, things.space)


def _check_space(gallery: Gallery, space: str, kind: SpaceKind) -> None:
    """Raise `UserError` where the gallery was made with another model, and so has nobody to calibrate on."""
    present = [one.name for one in gallery.spaces() if one.kind is kind and one.references]
    if present and space not in present:
        option = "--faces" if kind is SpaceKind.FACE else "--things"
        raise UserError(
            f"The gallery was made with {' and '.join(present)}, but {space} would be calibrated. Leave "
            f"{option} out, or run 'placard gallery reembed'."
        )


def _lines(gallery: Gallery, found: Estimate, rules: MatchRules, measured: tuple[Rate, Rate]) -> list[str]:
    made, kind = found.calibration, found.kind
    now, then = measured
    few = kind is EntityKind.THING and made.people < LEAST[EntityKind.PERSON]
    strange = f"            of these {kind.several} as unknown to the others it names"
    return [
        f"space       {made.space}: {made.people} {kind.several}, {made.references} references",
        f"until now   threshold {rules.threshold:.3f}, margin {rules.margin:.2f} ({rules.reason})",
        f"{strange} {now}",
        f"calibrated  threshold {made.threshold:.3f}, margin {made.margin:.2f}: about {100 * made.fpir:g} % "
        f"of {kind.strangers} get a name among {made.gallery_size} {kind.several}",
        f"{strange} {then}",
        *(
            ["            so few things make a rough estimate: docs/accuracy.md says how rough"]
            if few
            else []
        ),
        *_listed(gallery, f"May be one {kind.value} twice, left out of the estimate:", found.suspects),
        *_listed(
            gallery, f"Would get one another's names, counted as different {kind.several}:", found.alike
        ),
    ]


def _listed(gallery: Gallery, title: str, pairs: Sequence[Alike]) -> list[str]:
    if not pairs:
        return []
    shown = pairs[:_LISTED]
    entities = gallery.entities(number for pair in shown for number in (pair.one, pair.other))
    lines = [
        f"  {pair.similarity:.2f}  {printable(entities[pair.one].name)} ({pair.one}) and "
        f"{printable(entities[pair.other].name)} ({pair.other})"
        f"{', with copies of one photo' if pair.is_one_photo else ''}"
        for pair in shown
    ]
    more = [f"  and {len(pairs) - len(shown)} more"] if len(pairs) > len(shown) else []
    return [title, *lines, *more, "  'placard gallery merge' joins two that are one."]


def _outcome(settings: Settings, asked: Asked) -> str:
    if asked.dry_run:
        return "Nothing was stored (dry run)."
    things = asked.kind is EntityKind.THING
    said = things_by_hand(settings) if things else by_hand(settings)
    if said.threshold is not None or said.margin is not None:
        of = "THING_" if things else ""
        return f"Stored, but PLACARD_{of}THRESHOLD or PLACARD_{of}MARGIN is set and goes before it."
    kind = " --kind thing" if things else ""
    return f"Stored: recognition uses it from now on. 'placard calibrate{kind} --shipped' takes it back."


def _form(found: Estimate, now: Rate, then: Rate, *, stored: bool) -> dict[str, object]:
    return {
        "kind": found.kind.value,
        "calibration": asdict(found.calibration),
        "tail": asdict(found.tail),
        "stored": stored,
        "measured_until_now": asdict(now),
        "measured_calibrated": asdict(then),
        "suspects": [asdict(pair) for pair in found.suspects],
        "alike": [asdict(pair) for pair in found.alike],
    }
