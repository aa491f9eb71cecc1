"""Which parts work together, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.settings import Settings
from app.things import ThingChoice, choose_things, load_things, things_by_hand
from gallery.entity import Space
from gallery.gallery import Gallery
from retrieval.recogniser import Recogniser
from retrieval.rules import ByHand, MatchRules, rules_in
from retrieval.shelf import RuleChoice
from vision import faces
from vision.faces import FaceModel, FacesUnavailableError


@dataclass(frozen=True, slots=True)
class Choice:
    """A face model and why it was chosen."""

    spec: str  # dlib, or the folder of a pack
    space: str
    reason: str
    things: ThingChoice | None = None  # what looks at things; None: nothing does

    @property
    def name(self) -> str:
        """What lists of models call it."""
        return self.spec if self.spec == faces.DLIB else Path(self.spec).name

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


def choose_faces(settings: Settings, gallery: Gallery) -> Choice:
    """The face model that was asked for, else the gallery's own, else the best on disk."""
    roots = settings.pack_roots
    if settings.faces != faces.AUTO:
        spec = settings.faces if settings.faces == faces.DLIB else str(faces.find_pack(settings.faces, roots))
        return Choice(spec, faces.space_of(spec, roots), "asked for")
    current = gallery.current_space()
    if current is not None:
        return Choice(_spec_of(current, settings), current.name, "the gallery was made with it")
    for pack in faces.packs_on_disk(roots):
        if pack.name == faces.DEFAULT_PACK:
            return Choice(
                str(pack), faces.space_of(str(pack), roots), "empty gallery, and the pack is on disk"
            )
    return Choice(faces.DLIB, faces.DLIB_SPACE, "empty gallery, and no InsightFace pack is on disk")


def _spec_of(space: Space, settings: Settings) -> str:
    """Where the model of a space is now; its files may have moved since."""
    if space.name == faces.DLIB_SPACE:
        return faces.DLIB
    hint = Path(space.model)
    places = [hint, *faces.packs_on_disk(settings.pack_roots)]
    for place in places:
        if any(place.glob("*.onnx")) and faces.space_of(str(place), ()) == space.name:
            return str(place)
    raise FacesUnavailableError(
        f"The gallery was made with {space.name}, whose files were in {hint} and are not found. "
        f"Give their folder by --faces."
    )


def load_faces(settings: Settings, choice: Choice) -> FaceModel:
    """The chosen model; networks are loaded at the first photo."""
    return faces.load(choice.spec, settings.pack_roots, settings.device, settings.detector_size)


def match_rules(settings: Settings, gallery: Gallery, space: str) -> MatchRules:
    """The rules of a space in a gallery: what the settings say, else calibrated, else shipped."""
    return rules_in(gallery, space, by_hand(settings))


def by_hand(settings: Settings) -> ByHand:
    """What the settings put before calibrated and shipped rules."""
    return ByHand(settings.threshold, settings.margin, settings.one_each)


def open_recogniser(
    settings: Settings, gallery: Gallery, *, things: bool = False, like: Gallery | None = None
) -> tuple[Recogniser, Choice]:
    """A recogniser for a gallery, and which models it uses; `things` says that there will be some.

    Things are looked at as in the gallery `like`; None: as in this one.
    """
    chosen = choose_things(settings, like or gallery, wanted=things, anew=like is not None)
    choice = replace(choose_faces(settings, gallery), things=chosen)
    recogniser = Recogniser(
        gallery,
        load_faces(settings, choice),
        device=settings.device,
        by_hand=by_hand(settings),
        things=None if chosen is None else load_things(settings, chosen),
        thing_rules=RuleChoice(by_hand=things_by_hand(settings)),
    )
    return recogniser, choice
