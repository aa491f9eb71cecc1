"""Does a margin that was chosen on half of the people keep strangers out on the other half?"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from evaluation.identification.probes import Probe

SPLITS = 10
# The rule by which a margin is chosen: the smallest with so few strangers named.
WANTED = 0.01
_STEPS = [step / 100 for step in range(41)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A margin chosen on one half of the people, and what it does; shares lie in [0, 1]."""

    margin: float
    named_there: float  # strangers named in the half that it was chosen on
    named: float  # in the other half
    found: float  # known people found in the other half

    def form(self) -> dict[str, float]:
        """As JSON holds it."""
        return asdict(self)


def chosen_on_halves(probes: Sequence[Probe], threshold: float, *, seed: int) -> list[Chosen]:
    """A margin for each of `SPLITS` ways to halve the people; strangers and known people are halved apart.

    The galleries hold people of both halves. None where a half has no strangers or no known people, or where
    no margin keeps enough strangers out.
    """
    strangers = _hits([probe for probe in probes if not probe.known], threshold)
    known = _hits([probe for probe in probes if probe.known], threshold)
    return list(_chosen(strangers, known, seed))


_Hits = dict[str, list[list[bool]]]  # by person, for each photo: whether it is a hit at each margin


def _hits(probes: Sequence[Probe], threshold: float) -> _Hits:
    """Strangers named, or known people found, at each margin."""
    hits: _Hits = {}
    for probe in probes:
        scores = [probe.scores(margin) for margin in _STEPS]
        line = [(one.right if probe.known else one.wrong) >= threshold for one in scores]
        hits.setdefault(probe.person, []).append(line)
    return hits


def _chosen(strangers: _Hits, known: _Hits, seed: int) -> Iterator[Chosen]:
    for split in range(SPLITS):
        chance = random.Random(f"{seed}/halves/{split}")
        choosing, trying = _halved(strangers, chance)
        _, finding = _halved(known, chance)
        if not choosing or not finding:
            return
        there = [_share(choosing, step) for step in range(len(_STEPS))]
        step = next((step for step, share in enumerate(there) if share <= WANTED), None)
        if step is not None:
            yield Chosen(_STEPS[step], there[step], _share(trying, step), _share(finding, step))


def _halved(hits: _Hits, chance: random.Random) -> tuple[list[list[bool]], list[list[bool]]]:
    """The photos of one half of the people and of the other."""
    people = sorted(hits)
    chance.shuffle(people)
    middle = len(people) // 2
    one, other = people[:middle], people[middle:]
    return [line for name in one for line in hits[name]], [line for name in other for line in hits[name]]


def _share(lines: Sequence[Sequence[bool]], step: int) -> float:
    return sum(line[step] for line in lines) / len(lines)
