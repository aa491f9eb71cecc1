"""Which models look at things, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from gallery.entity import EntityKind, Space, SpaceKind
from gallery.gallery import Gallery
from ingest.sources.row import Labelled, Row
from retrieval.rules import ByHand, MatchRules, rules_in
from vision.crops import Views
from vision.detector import is_detector, load_detector
from vision.embedder import (
    OPEN_CLIP_CONFIG,
    Embedder,
    ThingsUnavailableError,
    identity_of,
    is_embedder,
    load_embedder,
)
from vision.faces import AUTO
from vision.things import ThingModel

OFF = "off"
# Instead of a detector: the whole photo is the thing.
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class ThingChoice:
    """An embedder and a detector of things, and why they were chosen."""

    embedder: Path
    detector: Path | None  # None: whole photos are taken for things
    views: Views
    reason: str

    @property
    def space(self) -> str:
        """The space of its embeddings."""
        return self.views.space(identity_of(self.embedder))

    def __str__(self) -> str:
        found = f"found by {self.detector.name}" if self.detector else "whole photos, for want of a detector"
        return f"{self.embedder.name} ({self.reason}), {found}"


def choose_things(
    settings: Settings, gallery: Gallery, *, wanted: bool = False, anew: bool = False
) -> ThingChoice | None:
    """The models that were asked for, else the gallery's own; None where nobody needs any.

    `wanted` says that there will be things: then an empty gallery takes what is on disk. `anew` says that all
    will be embedded again: then the settings may change how boxes are cropped.
    Raise `ThingsUnavailableError` where that cannot be.
    """
    if settings.things == OFF:
        return None
    current = gallery.current_space(SpaceKind.THING)
    if settings.things != AUTO:
        folder = find_folder(settings, settings.things)
        return _choice(settings, folder, _views(settings, folder, current, anew=anew), "asked for")
    if current is not None:
        folder = folder_of(current, settings)
        views = _views(settings, folder, current, anew=anew)
        return _choice(settings, folder, views, "the gallery was made with it")
    found = next(embedders_on_disk(settings), None) if wanted else None
    return None if found is None else _choice(settings, found, _set_views(settings), "the first on disk")


def wants_things(rows: Iterable[Row]) -> bool:
    """Whether a source has things in it."""
    return any(isinstance(row, Labelled) and row.entity.kind is EntityKind.THING for row in rows)


def load_things(settings: Settings, choice: ThingChoice) -> ThingModel:
    """The chosen models; networks are loaded at the first photo."""
    detector = None
    if choice.detector is not None:
        detector = load_detector(choice.detector, settings.device, settings.thing_confidence)
    return ThingModel(load_embedder(choice.embedder, settings.device), detector, choice.views)


def choose_search(settings: Settings, gallery: Gallery) -> Embedder:
    """The embedder of whole photos that texts are searched with; raise `ThingsUnavailableError`."""
    if settings.things not in (AUTO, OFF):
        return load_embedder(find_folder(settings, settings.things), settings.device)
    current = gallery.current_space(SpaceKind.PHOTO)
    if current is not None:
        return load_embedder(folder_of(current, settings), settings.device)
    for folder in _own_embedder(settings, gallery), *embedders_on_disk(settings):
        if folder is not None and (folder / OPEN_CLIP_CONFIG).is_file():
            return load_embedder(folder, settings.device)
    raise ThingsUnavailableError(
        "Search by content needs a CLIP model, and none is on disk: 'placard models list' shows some."
    )


def _own_embedder(settings: Settings, gallery: Gallery) -> Path | None:
    """What the gallery tells things apart with, if its files are here."""
    current = gallery.current_space(SpaceKind.THING)
    return None if current is None else _found(current, settings)


def thing_rules(settings: Settings, gallery: Gallery, space: str) -> MatchRules:
    """The rules for things of a space in a gallery: what the settings say, else calibrated, else shipped."""
    return rules_in(gallery, space, things_by_hand(settings))


def things_by_hand(settings: Settings) -> ByHand:
    """What the settings say about things."""
    return ByHand(settings.thing_threshold, settings.thing_margin, settings.one_each)


def find_folder(settings: Settings, spec: str) -> Path:
    """The folder of a model of things: `spec` itself, or one of that name that was fetched."""
    for place in (Path(spec).expanduser(), settings.things_root / spec):
        if place.is_dir():
            return place.resolve()
    raise ThingsUnavailableError(
        f"No model of things '{spec}': expected a folder, or a name in {settings.things_root}. "
        f"'placard models list' shows what can be fetched."
    )


def embedders_on_disk(settings: Settings) -> Iterator[Path]:
    """The image encoders that were fetched, by name."""
    return (folder for folder in _folders(settings) if is_embedder(folder))


def folder_of(space: Space, settings: Settings) -> Path:
    """Where the model of a space is now; its files may have moved since."""
    found = _found(space, settings)
    if found is None:
        raise ThingsUnavailableError(
            f"The gallery was made with {space.name}, whose files were in {space.model} and are not found. "
            f"Give their folder by --things, or go without things by --things off."
        )
    return found


def _found(space: Space, settings: Settings) -> Path | None:
    folders = (Path(space.model), *_folders(settings))
    made = (one for one in folders if is_embedder(one) and _made_by(space.name, identity_of(one)))
    return next(made, None)


def _made_by(space: str, identity: str) -> bool:
    return space.startswith(f"{identity}-p")


def _folders(settings: Settings) -> list[Path]:
    root = settings.things_root
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))


def _choice(settings: Settings, folder: Path, views: Views, reason: str) -> ThingChoice:
    return ThingChoice(folder, _detector(settings), views, reason)


def _views(settings: Settings, folder: Path, current: Space | None, *, anew: bool) -> Views:
    """How boxes are cropped: a gallery keeps its own views until all of it is embedded anew."""
    own = None
    if current is not None and _made_by(current.name, identity_of(folder)):
        own = Views.of(current.name)
    views = _set_views(settings, own or Views())
    if own is not None and not anew:
        _check_same("PADDING", views.padding, own.padding)
        _check_same("CROPS", views.crops, own.crops)
    return views


def _set_views(settings: Settings, own: Views | None = None) -> Views:
    """The views that the settings say, where they say nothing `own`."""
    views = own or Views()
    padding, crops = settings.thing_padding, settings.thing_crops
    return Views(views.padding if padding is None else padding, views.crops if crops is None else crops)


def _check_same(setting: str, said: float, own: float) -> None:
    if round(100 * said) != round(100 * own):  # a space's name has hundredths
        raise ThingsUnavailableError(
            f"PLACARD_THING_{setting} is {said}, but the gallery's things were cropped with {own}: "
            f"leave it out, or run 'placard gallery reembed' to embed them anew."
        )


def _detector(settings: Settings) -> Path | None:
    match settings.thing_detector:
        case "whole":
            return None
        case "auto":
            return next((folder for folder in _folders(settings) if is_detector(folder)), None)
        case spec:
            return find_folder(settings, spec)
