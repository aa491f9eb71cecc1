"""Real photos: members of the US Congress are recognised in altered portraits, and no stranger is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from gallery.gallery import Gallery
from ingest.outcome import Status
from ingest.run import IngestOptions, ingest
from retrieval.match import Decision
from retrieval.recogniser import Recogniser
from tests.labelled import labelled
from vision.faces import FaceModel
from vision.photo import Photo

People = list[dict[str, Any]]
ALTERED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "mirrored": ImageOps.mirror,
    "smaller": lambda image: image.resize((image.width * 7 // 10, image.height * 7 // 10)),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.6),
}


def enrolled(url: str, faces: FaceModel, people: People) -> Recogniser:
    """A recogniser for a gallery with a portrait of each of the people."""
    gallery = Gallery.open(url)
    rows = [
        labelled(
            person["name"],
            Path(person["portrait"]).read_bytes(),
            external_id=person["bioguide_id"],
            biography=person["bio"],
        )
        for person in people
    ]
    options = IngestOptions()
    refused = [row for row in ingest(gallery, faces, rows, options) if row.status is not Status.ADDED]
    assert refused == []
    return Recogniser(gallery, faces)


@pytest.fixture(scope="session", params=["mini", "dlib_faces"])
def members(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, congress: People
) -> Iterator[Recogniser]:
    """40 members of the US Congress, enrolled with each model."""
    faces: FaceModel = request.getfixturevalue(request.param)
    recogniser = enrolled(f"sqlite:///{tmp_path_factory.mktemp('members') / 'gallery.db'}", faces, congress)
    yield recogniser
    recogniser.gallery.close()


def test_altered_portraits_are_named_rightly(members: Recogniser, congress: People) -> None:
    wrong: list[tuple[str, str]] = []
    step = 3 if members.faces.name == "dlib" else 2  # dlib is slow
    for number, person in enumerate(congress[::step]):
        how = list(ALTERED)[number % 3]
        altered = ALTERED[how](Image.open(person["portrait"]).convert("RGB"))
        matches = members.recognise(Photo.from_pixels(np.asarray(altered)))
        known = [match.entity.external_id for match in matches if match.entity is not None]
        if known != [person["bioguide_id"]]:
            wrong.append((person["name"], how))
    assert wrong == []


def test_strangers_are_not_named(members: Recogniser, press: dict[str, list[Path]]) -> None:
    paths = [path for photos in press.values() for path in photos]
    if members.faces.name == "dlib":
        paths = paths[::2]
    matches = [match for path in paths for match in members.recognise(Photo.open(path))]
    assert len(matches) >= len(paths)
    assert [match for match in matches if match.entity is not None] == []
    assert {match.decision for match in matches} <= {Decision.UNKNOWN, Decision.UNCERTAIN}
    assert all(len(match.candidates) == 2 for match in matches)
