"""What was seen in photos, in a file that grows photo by photo, so that a run that was killed goes on."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from vision.box import Box
from vision.errors import UserError
from vision.quality import Quality
from vision.region import Region, RegionKind


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The regions of one photo."""

    photo: str  # SHA-256 of its bytes
    size: tuple[int, int]  # (width, height) in pixels
    regions: tuple[Region, ...]


class SeenPhotos:
    """Photos by hash, in memory and, where a path is given, in a file of one line each.

    The file holds vectors of faces and no names; only its owner can read it.
    """

    def __init__(self, model: str, path: Path | None = None) -> None:
        self._photos: dict[str, Seen] = {}
        self._path = path
        self._file: TextIO | None = None
        if path is not None:
            kept = self._kept(path, model)
            self._file = _opened(path)
            self._file.write(json.dumps({"model": model}) + "\n" if not kept else "")
            for seen in kept or ():
                self._photos[seen.photo] = seen

    def __contains__(self, photo: str) -> bool:
        return photo in self._photos

    def __len__(self) -> int:
        return len(self._photos)

    def of(self, photo: str) -> Seen:
        """What was seen in a photo."""
        return self._photos[photo]

    def add(self, seen: Seen) -> None:
        """Keep what was seen in a photo."""
        self._photos[seen.photo] = seen
        if self._file is not None:
            self._file.write(json.dumps(_form(seen)) + "\n")
            self._file.flush()

    def close(self, *, delete: bool) -> None:
        """Close the file; nothing more of it is needed where it is deleted."""
        if self._file is not None and self._path is not None:
            self._file.close()
            if delete:
                self._path.unlink(missing_ok=True)

    @staticmethod
    def _kept(path: Path, model: str) -> list[Seen]:
        """What an earlier run with the same model saw; the file is cut behind its last whole line."""
        try:
            lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
            if not lines or json.loads(lines[0]) != {"model": model}:
                path.unlink(missing_ok=True)
                return []
            os.truncate(path, sum(len(line) + 1 for line in lines))
            return [_seen(json.loads(line)) for line in lines[1:]]
        except OSError as error:
            raise UserError(f"Cannot go on from {path}: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"Cannot go on from {path}, which is damaged; delete it.") from error


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(number, "a", encoding="utf-8")
    except OSError as error:
        raise UserError(f"Cannot write to {path}: {error.strerror}.") from error


def _form(seen: Seen) -> dict[str, Any]:
    return {
        "photo": seen.photo,
        "size": seen.size,
        "regions": [
            {
                "box": region.box.as_list(),
                "kind": region.kind.value,
                "confidence": region.confidence,
                "space": region.space,
                "embedding": _text(region.embedding),
                "quality": [
                    region.quality.size,
                    region.quality.sharpness,
                    region.quality.brightness,
                    region.quality.yaw,
                ],
                "landmarks": None if region.landmarks is None else _text(region.landmarks),
            }
            for region in seen.regions
        ],
    }


def _seen(form: dict[str, Any]) -> Seen:
    width, height = form["size"]
    return Seen(form["photo"], (width, height), tuple(map(_region, form["regions"])))


def _region(form: dict[str, Any]) -> Region:
    landmarks = form["landmarks"]
    return Region(
        box=Box(*form["box"]),
        kind=RegionKind(form["kind"]),
        confidence=form["confidence"],
        embedding=_array(form["embedding"]),
        space=form["space"],
        quality=Quality(*form["quality"]),
        landmarks=None if landmarks is None else _array(landmarks).reshape(5, 2),
    )


def _text(array: np.ndarray) -> str:
    return base64.b64encode(np.asarray(array, dtype="<f4").tobytes()).decode()


def _array(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32)
