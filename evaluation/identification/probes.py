"""Photos that are tried on a gallery, and from which similarity on somebody is named in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.identification.looking import Looked
from retrieval.match import Match


@dataclass(frozen=True, slots=True)
class Near:
    """Whom one region resembles most."""

    own: bool  # the person whom the photo is of
    similarity: float
    lead: float  # over the next distinct person; infinite where there is none


@dataclass(frozen=True, slots=True)
class Probe:
    """One photo, tried on a gallery in which its person is, or is not."""

    person: str
    known: bool
    group: str  # what the source's column `group` says
    regions: tuple[Near, ...]  # those that count; none where no face was found
    first: bool  # the region that the photo is about resembles its person most

    def scores(self, margin: float, *, one_each: bool = True) -> Scores:
        """From which threshold down somebody is named, with a margin and with or without one-to-one."""
        clear = [near for near in self.regions if near.lead >= margin]
        own = sorted((near.similarity for near in clear if near.own), reverse=True)
        wrong = max((near.similarity for near in clear if not near.own), default=-math.inf)
        # The person stands once in the photo, so a second region of that name is somebody else.
        twice = own[1] if len(own) > 1 and not one_each else -math.inf
        return Scores(own[0] if own else -math.inf, max(wrong, twice))


@dataclass(frozen=True, slots=True)
class Scores:
    """The highest thresholds at which a photo's person, and anybody else, is still named in it."""

    right: float
    wrong: float


def probed(photo: Looked, matches: Sequence[Match], *, known: bool, entity_id: int | None) -> Probe:
    """A photo with what the recogniser says of its regions.

    `entity_id` is its person in the gallery; None for strangers and for those whom the gate refused.
    """
    nears = [_near(match, entity_id) for match in matches]
    regions = tuple(near for index in photo.judged if (near := nears[index]) is not None)
    main = None if photo.main is None else nears[photo.main]
    return Probe(photo.person, known, photo.row.group, regions, main is not None and main.own)


def _near(match: Match, entity_id: int | None) -> Near | None:
    if not match.candidates:
        return None
    best, *rest = match.candidates
    lead = best.similarity - rest[0].similarity if rest else math.inf
    return Near(best.entity.id == entity_id, best.similarity, lead)
