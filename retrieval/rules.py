"""When a region is near enough to an entity to be named: numbers that belong to a space."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gallery.calibration import Stored
from gallery.gallery import Gallery


@dataclass(frozen=True, slots=True)
class MatchRules:
    """The thresholds of a decision; all similarities are cosines."""

    threshold: float  # at least this similar to be accepted
    margin: float  # at least this much more similar than the next distinct entity to be accepted
    band: float  # down to this far under the threshold a region is uncertain, further down unknown
    one_each: bool = True  # an entity at most once in a photo; off for mirrors and collages
    # A thing that the detector calls otherwise than the gallery does must be as much more similar. It is no
    # veto, since detectors err. From a threshold of 0.62 on, more than this kept no further stranger unnamed.
    noun_gap: float = 0.05
    reason: str = "set by hand"  # where the numbers come from, shown to users

    def __post_init__(self) -> None:
        if not -1.0 <= self.threshold <= 1.0:
            raise ValueError(f"A threshold is a cosine in [-1, 1], but got {self.threshold}")
        if self.margin < 0 or self.band < 0:
            raise ValueError(f"margin and band cannot be negative, but got {self.margin} and {self.band}")


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a user sets; it goes before what is calibrated, and that before what is shipped."""

    threshold: float | None = None
    margin: float | None = None
    one_each: bool = True

    def over(self, rules: MatchRules) -> MatchRules:
        """The rules with what is set by hand."""
        rules = replace(rules, one_each=self.one_each)
        if self.threshold is not None:
            rules = replace(rules, threshold=self.threshold, reason="set by hand")
        if self.margin is not None:
            rules = replace(rules, margin=self.margin, reason="set by hand")
        return rules


_SET = "'placard calibrate --kind thing', or set PLACARD_THING_THRESHOLD"
# Chosen on 640 photos of 550 people, who were left out in turn of a gallery of 495 (docs/evaluation.md):
# no more than 1 % of strangers' photos got a name. Many a stranger resembles several people, and none of them
# clearly, so the margin keeps strangers out at less cost than the threshold: with dlib at a margin of 0.03 it
# took a threshold of 0.715, at which 80 % of known people's photos are found, at a margin of 0.15 these 94 %.
# Margins chosen on half of the strangers, 0.09 to 0.13, let twice as many of the others through with w_mbf.
# So it has the margin of dlib, which costs it next to nothing; so have face models not measured.
_FACE_MARGIN = 0.15
_SHIPPED = {
    "dlib-resnet-v1-mirrored-centred": MatchRules(
        threshold=0.60,
        margin=_FACE_MARGIN,
        band=0.06,
        reason="measured: under 1 % of strangers named among 495 people",
    ),
    "insightface-w_mbf": MatchRules(
        threshold=0.445,
        margin=_FACE_MARGIN,
        band=0.06,
        reason="measured: under 1 % of strangers named among 495 people",
    ),
    # Not measured here: 0.40 to 0.50 is what others use for this network one to one.
    "insightface-w600k_r50": MatchRules(
        threshold=0.45,
        margin=_FACE_MARGIN,
        band=0.06,
        reason="customary for this network, not measured on a gallery",
    ),
    # Thresholds of things: docs/accuracy.md has the curve. To this small encoder all things are rather alike.
    "openclip-mobilenetv2_100": MatchRules(
        threshold=0.72,
        margin=0.02,
        band=0.06,
        reason="measured: 2 % of photos of unknown things named among ten",
    ),
    # Not measured here, their weights were not at hand; photos of one thing are commonly more alike.
    "openclip": MatchRules(
        threshold=0.80, margin=0.03, band=0.06, reason=f"cautious for CLIP, not measured: {_SET}"
    ),
    "dinov2": MatchRules(
        threshold=0.60, margin=0.05, band=0.06, reason=f"customary for DINOv2, not measured: {_SET}"
    ),
    "dinov2_with_registers": MatchRules(
        threshold=0.60, margin=0.05, band=0.06, reason=f"customary for DINOv2, not measured: {_SET}"
    ),
}
_CAUTIOUS = MatchRules(
    threshold=0.50,
    margin=_FACE_MARGIN,
    band=0.06,
    reason="cautious: nothing is known about this model, calibrate it",
)


def rules_for(space: str) -> MatchRules:
    """The shipped rules of a space; cautious ones for a model that was never measured."""
    known = (rules for name, rules in _SHIPPED.items() if space == name or space.startswith(f"{name}-"))
    return next(known, _CAUTIOUS)


def rules_in(gallery: Gallery, space: str, by_hand: ByHand | None = None) -> MatchRules:
    """The rules of a space in a gallery of now: set by hand, else calibrated on it, else shipped."""
    with gallery.ledger() as ledger:
        stored = ledger.calibration(space)
    rules = rules_for(space)
    if stored is not None:
        rules = _calibrated(rules, stored)
    return (by_hand or ByHand()).over(rules)


def _calibrated(shipped: MatchRules, stored: Stored) -> MatchRules:
    calibration = stored.calibration
    kind = stored.kind.entity
    reason = (
        f"calibrated on {calibration.people} {kind.several} on {calibration.made_at[:10]}: about "
        f"{100 * calibration.fpir:g} % of {kind.strangers} get a name among {calibration.gallery_size} "
        f"{kind.several}"
    )
    return replace(shipped, threshold=calibration.threshold, margin=calibration.margin, reason=reason)
