"""What lies in a fetched folder: from which commits, how large, with which checksums."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "placard.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Source:
    """A repository at one commit."""

    repository: str
    commit: str  # 40 hexadecimal digits


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file of a fetched folder."""

    repository: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a fetched folder; written last, so a folder with one is complete."""

    model: Source
    processor: Source
    files: dict[str, Fetched]  # by name

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())

    def write(self, folder: Path) -> None:
        """Write it into a folder."""
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=2, sort_keys=True)
        (folder / NAME).write_text(text + "\n", encoding="utf-8")

    def lacks(self, folder: Path) -> list[str]:
        """The names of files that are not there, or not as large as they were."""
        return [name for name, file in self.files.items() if _size(folder / name) != file.size]


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None where there is none, or one that this version cannot read."""
    try:
        form = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if form["format"] != _FORMAT:
            return None
        files = {name: Fetched(**file) for name, file in form["files"].items()}
        return Manifest(Source(**form["model"]), Source(**form["processor"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def fetched_models(root: Path) -> Iterator[tuple[Path, Manifest]]:
    """The complete folders of language models below a root, by name."""
    folders = sorted(root.iterdir()) if root.is_dir() else []
    for folder in folders:
        manifest = read_manifest(folder)
        if manifest is not None and not manifest.lacks(folder):
            yield folder, manifest


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
