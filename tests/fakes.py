"""Models that can be computed by hand, for tests that are not about models."""

from __future__ import annotations

import io
from collections.abc import Generator as Writer
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from gallery.entity import NewReference
from generation.generator import Choice, Draft, Finish, Stream
from generation.request import Request
from vision.box import Box
from vision.crops import Views
from vision.detector import Found
from vision.photo import Photo
from vision.quality import Quality
from vision.region import Region, RegionKind, unit
from vision.things import ThingModel

GOOD = Quality(size=100, sharpness=200.0, brightness=0.5, yaw=0.0)


class ColourFaces:
    """Takes every patch of one colour for a face: its embedding is the direction of (red, green, blue).

    A photo is read in columns of 100 pixels; black columns hold no face.
    """

    name = "colour"
    space = "colour"
    dimension = 3
    device = "cpu (fake)"
    sure_confidence = 0.5

    def __init__(self) -> None:
        self.looked_at = 0  # photos

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """One region for each column that is not black."""
        self.looked_at += len(photos)
        return [self._of(photo) for photo in photos]

    @staticmethod
    def _of(photo: Photo) -> list[Region]:
        regions = []
        for left in range(0, photo.size[0] - 99, 100):
            colour = photo.pixels[50, left + 50].astype(np.float32)
            if colour.any():
                regions.append(region(colour, Box(left + 10, 10, left + 90, 90)))
        return regions


class OtherFaces(ColourFaces):
    """The same faces in another space, of four dimensions; colours that are too dark have no face in it."""

    name = "other"
    space = "other"
    dimension = 4

    @staticmethod
    def _of(photo: Photo) -> list[Region]:
        return [
            region((*found.embedding[::-1], 0.5), found.box, "other")
            for found in ColourFaces._of(photo)
            if photo.pixels[50, int(found.box.centre[0])].max() >= 50
        ]


class Echo:
    """Answers with fixed words, piece by piece, and remembers what it was asked."""

    name = "echo"
    note = "The echo says what it was given."

    def __init__(self, *pieces: str, fails: BaseException | None = None) -> None:
        self.asked: list[Request] = []
        self.given = 0  # pieces
        self.closed = False
        self._pieces = pieces
        self._fails = fails

    def stream(self, request: Request) -> Stream:
        """The words; then the failure, if there is one."""
        self.asked.append(request)
        return Stream(self._write(), sent=request.question)

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        """As `stream`."""
        return [self.stream(request).finished() for request in requests]

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        """The last option."""
        return Choice(len(options) - 1, options[-1])

    def _write(self) -> Writer[str, None, Finish]:
        try:
            for piece in self._pieces:
                self.given += 1
                yield piece
            if self._fails is not None:
                raise self._fails
            return Finish.END
        finally:
            self.closed = True


def region(vector: Sequence[float] | np.ndarray, box: Box | None = None, space: str = "colour") -> Region:
    """A good face with a given embedding, scaled to unit length."""
    embedding = unit(np.asarray(vector, dtype=np.float32))
    return Region(box or Box(10, 10, 90, 90), RegionKind.FACE, 0.9, embedding, space, GOOD)


def reference(
    vector: Sequence[float], photo: str, *, space: str = "colour", crop: bytes = b"jpeg"
) -> NewReference:
    """A reference with a given embedding; `photo` stands for a hash."""
    return NewReference(
        photo=photo,
        box=Box(10, 10, 90, 90),
        quality=GOOD,
        confidence=0.9,
        landmarks=None,
        crop=crop,
        space=space,
        embedding=unit(np.asarray(vector, dtype=np.float32)),
    )


def picture(*colours: tuple[int, int, int]) -> bytes:
    """A PNG with a column of 100 x 100 pixels for each colour, for `ColourFaces`."""
    pixels = np.zeros((100, 100 * len(colours), 3), dtype=np.uint8)
    for column, colour in enumerate(colours):
        pixels[:, 100 * column : 100 * (column + 1)] = colour
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def write_people(folder: Path, people: dict[str, Sequence[tuple[int, int, int]]]) -> Path:
    """A folder per person with one single-colour photo for each colour."""
    for name, colours in people.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number, colour in enumerate(colours):
            (folder / name / f"{number}.png").write_bytes(picture(colour))
    return folder


class NoFaces(ColourFaces):
    """Finds nobody."""

    @staticmethod
    def _of(photo: Photo) -> list[Region]:
        return []


class ColourEmbedder:
    """Embeds a crop as the direction of the colour in its middle, and a text as the colour that it names."""

    name = "colours"
    identity = "colours"
    dimension = 3
    device = "cpu (fake)"

    def __init__(self) -> None:
        self.crops = 0

    def embed(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """One direction for each crop."""
        self.crops += len(crops)
        middles = [crop[crop.shape[0] // 2, crop.shape[1] // 2].astype(np.float32) + 1 for crop in crops]
        return unit(np.stack(middles)) if middles else np.zeros((0, 3), dtype=np.float32)

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """One direction for each text."""
        axes = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}
        return unit(np.array([axes[text.split()[-1]] for text in texts], dtype=np.float32))


class PatchDetector:
    """Finds every column of 100 pixels that is not black, and calls it by its strongest colour."""

    name = "patches"
    device = "cpu (fake)"

    def __init__(self, red: str = "mug", green: str = "dog", blue: str = "person") -> None:
        self.nouns = red, green, blue
        self.asked: list[list[str]] = []

    def find(self, photos: Sequence[Photo], nouns: Sequence[str]) -> list[list[Found]]:
        """One thing for each column that one of the nouns fits."""
        self.asked.append(list(nouns))
        return [[one for one in self._of(photo) if one.noun in nouns] for photo in photos]

    def _of(self, photo: Photo) -> list[Found]:
        found = []
        for left in range(0, photo.size[0] - 99, 100):
            colour = photo.pixels[50, left + 50]
            if colour.any():
                box = Box(left + 5, 5, left + 95, 95)
                found.append(Found(box, self.nouns[int(colour.argmax())], 0.9))
        return found


def colour_things(detector: PatchDetector | None = None) -> ThingModel:
    """A model of things that can be computed by hand; without a detector it takes whole photos."""
    return ThingModel(ColourEmbedder(), detector, Views(crops=1))
