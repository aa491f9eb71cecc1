"""Face models that can be fetched: where from, under which licence, and putting them on disk whole."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vision.errors import UserError

_RELEASE = "https://github.com/deepinsight/insightface/releases/download/v0.7"
_TIMEOUT_S = 60
# An archive may unpack to this many times its declared size before it is taken for a bomb.
_MAX_RATIO = 20
# What zipfile raises on archives that are cut, damaged, encrypted or packed in a way that it does not know.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model that `fetch` knows."""

    name: str
    url: str
    sha256: str | None  # of the archive; None where nobody published one
    megabytes: int
    licence: str
    commercial: bool  # whether the licence allows commercial use


CATALOGUE = (
    ModelCard(
        "buffalo_l",
        f"{_RELEASE}/buffalo_l.zip",
        "80ffe37d8a5940d59a7384c201a2a38d4741f2f3c51eef46ebb28218a7b0ca2f",
        275,
        "InsightFace, non-commercial research only",
        commercial=False,
    ),
    ModelCard(
        "buffalo_s",
        f"{_RELEASE}/buffalo_s.zip",
        "d85a87f503f691807cd8bb97128bdf7a0660326cd9cd02657127fa978bab8b5e",
        122,
        "InsightFace, non-commercial research only",
        commercial=False,
    ),
)


class FetchError(UserError):
    """A model that could not be fetched; what was there before is untouched."""


def card(name: str) -> ModelCard:
    """The card of a model by name."""
    for known in CATALOGUE:
        if known.name == name:
            return known
    raise FetchError(f"No model '{name}' to fetch; known are {', '.join(known.name for known in CATALOGUE)}.")


def fetch(model: ModelCard, root: Path, progress: Callable[[int], None] = lambda _: None) -> Path:
    """Download a pack into `root`/<name>, replacing an older one only when the new one is complete.

    `progress` is told the bytes of each block. Raise `FetchError` where the archive cannot be had or is not
    what its checksum says.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FetchError(f"The folder {root} cannot be made: {error.strerror}.") from error
    with tempfile.TemporaryDirectory(prefix=f".{model.name}-", dir=root) as folder:
        archive, unpacked = Path(folder) / "archive.zip", Path(folder) / model.name
        digest = _download(model.url, archive, progress)
        if model.sha256 is not None and digest != model.sha256:
            raise FetchError(
                f"{model.url} is not the expected file: SHA-256 {model.sha256} was expected, {digest} came. "
                f"Nothing was changed; try again, and do not use it if that repeats."
            )
        _unpack(archive, unpacked)
        return _replace(unpacked, root / model.name)


def _download(url: str, target: Path, progress: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as response, target.open("wb") as file:
            while block := response.read(1 << 20):
                file.write(block)
                digest.update(block)
                progress(len(block))
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise FetchError(f"{url} cannot be downloaded: {error.code} {error.reason}.") from error
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        raise FetchError(f"{url} cannot be downloaded: {getattr(error, 'reason', error)}.") from error
    return digest.hexdigest()


def _unpack(archive: Path, folder: Path) -> None:
    """The .onnx files of an archive, flat: packs differ in whether they hold a folder."""
    folder.mkdir()
    try:
        with zipfile.ZipFile(archive) as pack:
            members = [info for info in pack.infolist() if info.filename.endswith(".onnx")]
            if sum(info.file_size for info in members) > _MAX_RATIO * archive.stat().st_size:
                raise FetchError(
                    f"The archive unpacks to more than {_MAX_RATIO} times its size; it is not a pack."
                )
            for info in members:
                with (
                    pack.open(info) as source,
                    (folder / PurePosixPath(info.filename).name).open("wb") as target,
                ):
                    shutil.copyfileobj(source, target)
    except DAMAGED as error:
        raise FetchError(f"The downloaded archive is damaged: {error}.") from error
    if not members:
        raise FetchError("The downloaded archive holds no .onnx files; it is not an InsightFace pack.")


def _replace(new: Path, place: Path) -> Path:
    """Put a complete folder in place of an older one; a reader sees one or the other."""
    if place.exists():
        place.rename(new.parent / "replaced")
    new.rename(place)
    return place
