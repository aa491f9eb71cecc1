"""The models that a run looks with."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.entity import EntityKind, SpaceKind
from vision.embedder import Embedder
from vision.errors import UserError
from vision.faces import FaceModel
from vision.things import ThingModel, photo_space


class WrongModelError(UserError):
    """A gallery whose references were embedded by another model."""

    def __init__(self, asked: str, present: str, kind: SpaceKind = SpaceKind.FACE) -> None:
        option = "--faces" if kind is SpaceKind.FACE else "--things"
        super().__init__(
            f"The gallery was made with {present}, so photos cannot be added with {asked}. "
            f"Leave {option} out, or run 'placard gallery reembed' first."
        )


@dataclass(frozen=True, slots=True)
class Models:
    """One model for each kind of space that is written."""

    faces: FaceModel
    things: ThingModel | None = None  # None: only people are enrolled
    search: Embedder | None = None  # of whole photos; None: they are not embedded

    def of(self, kind: EntityKind) -> FaceModel | ThingModel:
        """What entities of a kind are embedded by."""
        if kind is EntityKind.PERSON:
            return self.faces
        if self.things is None:
            raise ValueError("There is no model of things; rows of things are refused before")
        return self.things

    def spaces(self) -> dict[SpaceKind, str]:
        """The space that each kind is embedded in."""
        spaces = {SpaceKind.FACE: self.faces.space}
        if self.things is not None:
            spaces[SpaceKind.THING] = self.things.space
        if self.search is not None:
            spaces[SpaceKind.PHOTO] = photo_space(self.search)
        return spaces
