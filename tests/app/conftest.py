"""Running the command line as a user does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.demo import COLLINS, skimage_data
from app.settings import read_settings
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.row import Labelled
from vision.faces import FaceModel


@dataclass(frozen=True)
class Result:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `placard` with arguments in this process."""

    def run_(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["placard", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return run_


@pytest.fixture
def nasa() -> Path:
    """A photo of Eileen Collins by NASA."""
    return skimage_data() / "astronaut.png"


@pytest.fixture
def collins(nasa: Path, dlib_faces: FaceModel) -> None:
    """The home's gallery knows Eileen Collins."""
    gallery = Gallery.open(read_settings().gallery_url)
    for _ in ingest(gallery, dlib_faces, [Labelled(nasa.name, COLLINS, None, True, nasa.read_bytes)]):
        pass
    gallery.close()
