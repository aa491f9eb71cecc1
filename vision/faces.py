"""What every face back end offers, and finding the right one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from vision.device import Device
from vision.errors import UserError
from vision.photo import Photo
from vision.region import Region

DLIB = "dlib"
AUTO = "auto"
DEFAULT_PACK = "buffalo_l"
DLIB_SPACE = "dlib-resnet-v1-mirrored-centred"


class FaceModel(Protocol):
    """A face detector and embedder in one."""

    @property
    def name(self) -> str:
        """What to pass as `--faces` to get this model again: dlib, a pack's name or its folder."""

    @property
    def space(self) -> str:
        """The identity of the embeddings."""

    @property
    def dimension(self) -> int:
        """The length of an embedding."""

    @property
    def device(self) -> str:
        """Where it runs and why, in words."""

    @property
    def sure_confidence(self) -> float:
        """The detector confidence under which a face is too doubtful to enrol."""

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """The faces of each photo, largest first; an empty list where a photo has none."""


class FacesUnavailableError(UserError):
    """The face model that was asked for cannot be loaded."""


@cache
def _digest(path: str, _size: int, _modified_ns: int) -> str:
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; read once as long as size and time of change stay."""
    stat = path.stat()
    return _digest(str(path.resolve()), stat.st_size, stat.st_mtime_ns)


def find_pack(spec: str, roots: Sequence[Path]) -> Path:
    """The folder of an InsightFace pack: `spec` itself if it is one, else the first `root`/`spec` that is."""
    given = Path(spec).expanduser()
    places = [given] if given.is_dir() or not roots else [root.expanduser() / spec for root in roots]
    for place in places:
        if any(place.glob("*.onnx")):
            return place.resolve()
    looked = ", ".join(str(place) for place in places)
    raise FacesUnavailableError(
        f"No face model '{spec}': expected dlib or a folder with .onnx files, but none is in {looked}. "
        f"'placard models list' shows what can be fetched."
    )


def packs_on_disk(roots: Sequence[Path]) -> list[Path]:
    """Every folder with .onnx files directly under the roots, sorted by name."""
    found = [folder for root in roots if root.expanduser().is_dir() for folder in root.expanduser().iterdir()]
    return sorted((folder for folder in found if any(folder.glob("*.onnx"))), key=lambda folder: folder.name)


def load(
    spec: str, roots: Sequence[Path] = (), device: Device = Device.AUTO, detector_size: int | None = None
) -> FaceModel:
    """The back end for `dlib`, a pack's name or its folder; raise `FacesUnavailableError` without files.

    `detector_size` is the side in pixels that a photo is fitted into before detection; None is the default.
    """
    if spec == DLIB:
        from vision.dlib_faces import DlibFaces

        return DlibFaces(device, detector_size)
    from vision.insightface_faces import InsightFaces

    return InsightFaces(find_pack(spec, roots), device, detector_size)


def space_of(spec: str, roots: Sequence[Path]) -> str:
    """The space that `load` would give, without loading networks."""
    if spec == DLIB:
        return DLIB_SPACE
    from vision.insightface_faces import pack_space

    return pack_space(find_pack(spec, roots))
