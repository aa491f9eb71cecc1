"""When a region is near enough to an entity to be named: numbers that belong to a space."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MatchRules:
    """The thresholds of a decision; all similarities are cosines."""

    threshold: float  # at least this similar to be accepted
    margin: float  # at least this much more similar than the next distinct entity to be accepted
    band: float  # down to this far under the threshold a region is uncertain, further down unknown
    one_each: bool = True  # an entity at most once in a photo; off for mirrors and collages
    reason: str = "set by hand"  # where the numbers come from, shown to users

    def __post_init__(self) -> None:
        if not -1.0 <= self.threshold <= 1.0:
            raise ValueError(f"A threshold is a cosine in [-1, 1], but got {self.threshold}")
        if self.margin < 0 or self.band < 0:
            raise ValueError(f"margin and band cannot be negative, but got {self.margin} and {self.band}")


# Thresholds: the lowest multiple of 0.005 at which none of 50 press photos of five strangers is named among
# 540 members of the US Congress; for dlib 0.02 more, since several of them lie just below. docs/accuracy.md
# reports them on five other people.
# Margins: below them lie look-alikes; larger ones cost known people and refused no further stranger.
_SHIPPED = {
    "dlib-resnet-v1-mirrored-centred": MatchRules(
        threshold=0.60, margin=0.03, band=0.06, reason="measured: 0 of 100 strangers named among 540"
    ),
    "insightface-w_mbf": MatchRules(
        threshold=0.445, margin=0.05, band=0.06, reason="measured: 0 of 100 strangers named among 540"
    ),
    # Not measured here: 0.40 to 0.50 is what others use for this network one to one.
    "insightface-w600k_r50": MatchRules(
        threshold=0.45, margin=0.05, band=0.06, reason="customary for this network, not measured on a gallery"
    ),
}
_CAUTIOUS = MatchRules(
    threshold=0.50, margin=0.05, band=0.06, reason="cautious: nothing is known about this model, calibrate it"
)


def rules_for(space: str) -> MatchRules:
    """The shipped rules of a space; cautious ones for a model that was never measured."""
    known = (rules for name, rules in _SHIPPED.items() if space == name or space.startswith(f"{name}-"))
    return next(known, _CAUTIOUS)
