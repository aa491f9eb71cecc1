"""Boxes in pixels of an upright photo."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels: left and top inclusive, right and bottom exclusive, never empty.

    >>> Box(10, 20, 30, 60).area
    800
    """

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if self.right <= self.left or self.bottom <= self.top:
            raise ValueError(f"A box must have right > left and bottom > top, but got {self.as_list()}")

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The middle as (x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def as_list(self) -> list[int]:
        """[left, top, right, bottom], the form of every JSON output."""
        return [self.left, self.top, self.right, self.bottom]

    def iou(self, other: Box) -> float:
        """Intersection over union, in [0, 1].

        >>> round(Box(0, 0, 10, 10).iou(Box(5, 0, 15, 10)), 3)
        0.333
        """
        shared = self._shared(other)
        return shared / (self.area + other.area - shared)

    def share_in(self, other: Box) -> float:
        """How much of this box is inside another one, in [0, 1].

        >>> Box(0, 0, 10, 10).share_in(Box(5, 0, 100, 100))
        0.5
        """
        return self._shared(other) / self.area

    def _shared(self, other: Box) -> int:
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0) * max(height, 0)

    def clipped(self, size: tuple[int, int]) -> Box | None:
        """The part inside a photo of `size` (width, height); None when nothing of the box is inside.

        >>> Box(-5, -5, 20, 20).clipped((10, 10))
        Box(left=0, top=0, right=10, bottom=10)
        """
        left, top = max(self.left, 0), max(self.top, 0)
        right, bottom = min(self.right, size[0]), min(self.bottom, size[1])
        if right <= left or bottom <= top:
            return None
        return Box(left, top, right, bottom)

    def grown(self, factor: float) -> Box:
        """The box scaled about its centre.

        >>> Box(10, 10, 20, 20).grown(2)
        Box(left=5, top=5, right=25, bottom=25)
        """
        x, y = self.centre
        half_width, half_height = self.width * factor / 2, self.height * factor / 2
        left, top = round(x - half_width), round(y - half_height)
        return Box(left, top, max(left + 1, round(x + half_width)), max(top + 1, round(y + half_height)))
