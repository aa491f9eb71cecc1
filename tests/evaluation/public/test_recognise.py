"""Yo'LLaVA's recognition through the product: train photos are ingested, test photos recognised."""

from __future__ import annotations

from pathlib import Path

from evaluation.public.layouts import yollava_recognition
from evaluation.public.recognise import recognised
from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.opening import open_source
from retrieval.recogniser import Recogniser
from retrieval.rules import MatchRules
from tests.fakes import ColourFaces, picture, write_people

BO, MAM, OTHER = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def test_recognition_is_measured_end_to_end(tmp_path: Path, lite: Gallery) -> None:
    write_people(tmp_path / "train", {"bo": [BO], "mam": [MAM]})
    write_people(tmp_path / "test", {"bo": [BO, OTHER], "mam": [MAM]})
    (tmp_path / "test/mam/both.png").write_bytes(picture(MAM, BO))
    (tmp_path / "test/mam/broken.png").write_bytes(b"png")
    faces = ColourFaces()
    with open_source(tmp_path / "train") as source:
        assert len(list(ingest(lite, faces, source.rows()))) == 2
    recogniser = Recogniser(lite, faces, rules=MatchRules(0.9, 0.05, 0.05))
    found = recognised(yollava_recognition(tmp_path), recogniser)
    # Of four photos one of each kind goes wrong: bo's second shows nobody known, mam's second bo too.
    assert (found.recalls.positive.value, found.recalls.negative.value) == (3 / 4, 3 / 4)
    assert found.recalls.weighted == 0.75
    assert (found.pairs, [path.name for path, _ in found.failed]) == (8, ["broken.png"])
