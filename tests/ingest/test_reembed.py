"""Changing the model of a gallery from the crops that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gallery.gallery import Gallery
from ingest.models import WrongModelError
from ingest.outcome import Status
from ingest.reembed import reembed
from ingest.run import IngestOptions, ingest
from ingest.sources.row import Labelled
from retrieval.recogniser import Recogniser, WrongSpaceError
from tests.fakes import ColourFaces, OtherFaces, picture
from tests.labelled import GREEN, RED, crowd_colours, labelled, photo_of
from vision.faces import FaceModel
from vision.photo import Photo
from vision.region import Region

DARK = (20, 0, 0)


def enrol(gallery: Gallery, *colours: tuple[int, int, int]) -> None:
    rows = [labelled(f"Person {number:02}", photo_of(colour)) for number, colour in enumerate(colours)]
    assert {outcome.status for outcome in ingest(gallery, ColourFaces(), rows)} <= {Status.ADDED}


def spaces(gallery: Gallery) -> list[tuple[str, bool, int]]:
    return [(space.name, space.current, space.references) for space in gallery.spaces()]


class StoppingFaces(OtherFaces):
    """Is interrupted at the second batch."""

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        if self.looked_at:
            raise KeyboardInterrupt
        return super().regions(photos)


def test_an_empty_gallery_changes_its_model_at_once(lite: Gallery) -> None:
    assert list(reembed(lite, OtherFaces())) == []
    assert spaces(lite) == [("other", True, 0)]


def test_all_references_get_embeddings_and_the_new_space_becomes_current(gallery: Gallery) -> None:
    enrol(gallery, RED, GREEN)
    outcomes = list(reembed(gallery, OtherFaces()))
    assert [(outcome.status, outcome.entity_id) for outcome in outcomes] == [
        (Status.ADDED, 1),
        (Status.ADDED, 2),
    ]
    assert spaces(gallery) == [("other", True, 2), ("colour", False, 2)]
    for model in (OtherFaces(), ColourFaces()):
        [match] = Recogniser(gallery, model).recognise(Photo.open(picture(GREEN)))
        assert match.entity is not None
        assert match.entity.name == "Person 01"


def test_new_photos_are_taken_in_the_new_space_only(lite: Gallery) -> None:
    enrol(lite, RED)
    list(reembed(lite, OtherFaces()))
    with pytest.raises(WrongModelError, match="made with other"):
        list(ingest(lite, ColourFaces(), [labelled("Bob", picture(GREEN))]))
    [outcome] = ingest(lite, OtherFaces(), [labelled("Bob", picture(GREEN))])
    assert outcome.status is Status.ADDED
    assert spaces(lite) == [("other", True, 2), ("colour", False, 1)]


def test_a_second_run_has_nothing_to_do(lite: Gallery) -> None:
    enrol(lite, RED)
    list(reembed(lite, OtherFaces()))
    faces = OtherFaces()
    assert list(reembed(lite, faces)) == []
    assert faces.looked_at == 0


def test_an_interrupted_run_is_resumed_and_until_then_the_old_space_stays_current(gallery: Gallery) -> None:
    enrol(gallery, *crowd_colours(40))
    with pytest.raises(KeyboardInterrupt):
        list(reembed(gallery, StoppingFaces()))
    assert spaces(gallery) == [("colour", True, 40), ("other", False, 32)]
    faces = OtherFaces()
    assert len(list(reembed(gallery, faces))) == faces.looked_at == 8
    assert spaces(gallery) == [("other", True, 40), ("colour", False, 40)]
    assert gallery.integrity() == []


def test_a_crop_without_a_face_is_reported_and_keeps_its_old_embedding(gallery: Gallery) -> None:
    enrol(gallery, RED, DARK, GREEN)
    outcomes = list(reembed(gallery, OtherFaces()))
    assert [outcome.reason for outcome in outcomes] == [None, "no_face", None]
    assert (outcomes[1].photo, outcomes[1].entity_id) == ("reference 2", 2)
    assert spaces(gallery) == [("other", True, 2), ("colour", False, 3)]


class ForgettingFaces(OtherFaces):
    """Somebody is forgotten while the model looks at the crops."""

    def __init__(self, gallery: Gallery, entity_id: int) -> None:
        super().__init__()
        self._gallery = gallery
        self._entity_id = entity_id

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        self._gallery.forget(self._entity_id)
        return super().regions(photos)


def test_somebody_forgotten_meanwhile_is_not_embedded_and_does_not_end_the_run(gallery: Gallery) -> None:
    enrol(gallery, RED, GREEN)
    outcomes = list(reembed(gallery, ForgettingFaces(gallery, 1)))
    assert [outcome.reason for outcome in outcomes] == ["forgotten", None]
    assert spaces(gallery) == [("other", True, 1), ("colour", False, 1)]


def test_real_portraits_change_from_insightface_to_dlib(
    lite: Gallery, congress: list[dict[str, Any]], mini: FaceModel, dlib_faces: FaceModel
) -> None:
    people = congress[:6]
    rows = [labelled(person["name"], Path(person["portrait"]).read_bytes()) for person in people]
    options = IngestOptions()
    assert {outcome.status for outcome in ingest(lite, mini, rows, options)} == {Status.ADDED}
    recogniser = Recogniser(lite, dlib_faces)
    with pytest.raises(WrongSpaceError, match="made with insightface-w_mbf"):
        recogniser.match([], photo="asked")
    assert {outcome.status for outcome in reembed(lite, dlib_faces)} == {Status.ADDED}
    for person in people[:3]:
        [match] = recogniser.recognise(Photo.open(person["portrait"]))
        assert match.entity is not None
        assert match.entity.name == person["name"]


def test_a_run_ends_where_another_process_changes_the_model_under_it(lite: Gallery) -> None:
    def rows() -> Iterator[Labelled]:
        for number, colour in enumerate(crowd_colours(40)):
            if number == 30:
                list(reembed(lite, OtherFaces()))
            yield labelled(f"Person {number:02}", photo_of(colour))

    with pytest.raises(WrongModelError, match="made with other"):
        list(ingest(lite, ColourFaces(), rows()))
    assert {space.references for space in lite.spaces()} == {lite.counts().references}


def test_two_models_do_not_share_an_empty_gallery(lite: Gallery) -> None:
    def rows() -> Iterator[Labelled]:
        list(ingest(lite, OtherFaces(), [labelled("Ann", picture(RED))]))
        yield labelled("Bob", picture(GREEN))

    with pytest.raises(WrongModelError, match="made with other"):
        list(ingest(lite, ColourFaces(), rows()))
    assert spaces(lite) == [("other", True, 1)]


def test_ingesting_again_embeds_what_reembed_could_not(lite: Gallery) -> None:
    enrol(lite, RED, GREEN)
    with lite.write() as writer:
        writer.add_space("other", OtherFaces.dimension, "other")
    rows = [labelled("Person 00", photo_of(RED))]
    [again] = ingest(lite, OtherFaces(), rows)
    assert (again.status, again.detail) == (Status.UPDATED, "embedded with this model")
    assert spaces(lite) == [("other", True, 1), ("colour", False, 2)]
    [unchanged] = ingest(lite, OtherFaces(), rows)
    assert unchanged.status is Status.UNCHANGED


def test_two_runs_of_reembed_at_once_do_not_disturb_each_other(lite: Gallery) -> None:
    class Meanwhile(OtherFaces):
        def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
            if not self.looked_at:
                list(reembed(lite, OtherFaces()))
            return super().regions(photos)

    enrol(lite, RED, GREEN)
    assert {outcome.status for outcome in reembed(lite, Meanwhile())} == {Status.UNCHANGED}
    assert spaces(lite) == [("other", True, 2), ("colour", False, 2)]
