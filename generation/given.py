"""What somebody says on the spot about a region of a photo; nothing of it enters the gallery."""

from __future__ import annotations

from dataclasses import dataclass

from gallery.entity import EntityKind
from gallery.nouns import kind_of_noun
from vision.box import Box
from vision.errors import UserError


@dataclass(frozen=True, slots=True)
class Given:
    """A region of a photo and what is said about it."""

    box: Box
    noun: str  # what a caption would call it: "dog", "woman"
    name: str  # may be empty: then it is "the dog"
    text: str

    def __post_init__(self) -> None:
        if not self.noun.strip():
            raise ValueError("Expected what is in the box, such as 'dog' or 'woman', but it is empty")
        if not self.text.strip():
            raise ValueError(f"Expected a text about the {self.noun}, but it is empty")

    @property
    def kind(self) -> EntityKind:
        """A person where the noun says so."""
        return kind_of_noun(self.noun)


def check_inside(given: Given, size: tuple[int, int]) -> None:
    """Raise `UserError` where a box is not wholly inside a photo of `size` (width, height)."""
    if given.box.clipped(size) != given.box:
        raise UserError(
            f"Expected a box inside the photo of {size[0]} x {size[1]} pixels, but got "
            f"{','.join(map(str, given.box.as_list()))}; count in pixels of the upright photo."
        )
