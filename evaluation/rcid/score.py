"""RCIDScore (ours: the paper's formula was not available) of one description.

coverage     half the share of entries named or cited, half the share of their facts that are mentioned
accuracy     of the claims that only a text can tell, those that the text of some entry entails
consistency  of these, those that the cited entry itself entails, with its own name and place beside them
total        the harmonic mean of the three; 0 where nothing was claimed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.rcid.claims import Claim, claims_of
from evaluation.rcid.judge import Entailment, Judge, facts_of
from generation.context import Context


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim and what was found about it."""

    claim: Claim
    contextual: bool
    entailed_by: frozenset[int]
    consistent: bool


@dataclass(frozen=True, slots=True)
class RcidScore:
    """The score of one description; a figure that nothing can be said about is None."""

    entries: float | None  # share of entries that are named or cited
    facts: float | None  # share of their facts that are mentioned
    accuracy: float | None
    consistency: float | None
    judged: tuple[Judged, ...]

    @property
    def coverage(self) -> float | None:
        """The mean of the shares of entries and of facts."""
        if self.entries is None:
            return None
        return (self.entries + (self.entries if self.facts is None else self.facts)) / 2

    @property
    def total(self) -> float | None:
        """The harmonic mean of coverage, accuracy and consistency; None where there is nothing to tell."""
        if self.coverage is None:
            return None
        parts = [self.coverage, self.accuracy or 0.0, self.consistency or 0.0]
        return 3 / sum(1 / part for part in parts) if all(parts) else 0.0


def rcid_score(description: str, context: Context, judge: Judge) -> RcidScore:
    """The score of a description of a photo of which a context is known."""
    claims = claims_of(description, context)
    judged = [_judged(*pair) for pair in zip(claims, judge.entailed(claims, context), strict=True)]
    told = [one for one in judged if one.contextual]
    true = [one for one in told if one.entailed_by]
    facts = [fact for entry in context.entries for fact in facts_of(entry)]
    mentioned = judge.mentioned(facts, claims, context)
    return RcidScore(
        _share([_is_there(entry.k, claims) for entry in context.entries]),
        _share(mentioned),
        _share([bool(one.entailed_by) for one in told]),
        _share([one.consistent for one in true]),
        tuple(judged),
    )


def _judged(claim: Claim, entailment: Entailment) -> Judged:
    own = claim.tied & entailment.by
    named_rightly = not claim.named or not claim.cited or bool(claim.named & claim.cited)
    placed_rightly = claim.placed is None or bool(claim.placed & claim.tied)
    return Judged(claim, entailment.contextual, entailment.by, bool(own) and named_rightly and placed_rightly)


def _is_there(k: int, claims: Sequence[Claim]) -> bool:
    return any(k in claim.cited | claim.named for claim in claims)


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None
