"""Calibrated rules: where they come from, and that a running recogniser takes them over."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from gallery.calibration import Calibration
from gallery.entity import EntityKind, NewEntity, SpaceKind
from gallery.gallery import Gallery
from retrieval.langchain import PhotoRetriever
from retrieval.match import Decision
from retrieval.recogniser import Recogniser
from retrieval.rules import ByHand, MatchRules, rules_for, rules_in
from tests.fakes import ColourFaces, NoFaces, colour_things, picture, reference
from tests.gallery.people import SPACE, people
from vision.device import Device
from vision.photo import Photo

MADE = Calibration(SPACE, 0.97, 0.01, 0.01, 60, 60, 80, "tail", "2026-11-24T10:00:00+00:00")
ALMOST_RED = Photo.open(picture((200, 60, 0)))  # 0.958 to (1, 0, 0)


def store(gallery: Gallery, calibration: Calibration) -> None:
    with gallery.write() as writer:
        writer.calibrate(calibration)


def test_a_calibration_goes_before_the_shipped_rules_and_says_so(gallery: Gallery) -> None:
    people(gallery, "Anna")
    assert rules_in(gallery, SPACE) == rules_for(SPACE)
    store(gallery, MADE)
    rules = rules_in(gallery, SPACE)
    assert (rules.threshold, rules.margin, rules.band) == (0.97, 0.01, rules_for(SPACE).band)
    assert rules.reason == (
        "calibrated on 60 people on 2026-11-24: about 1 % of strangers get a name among 60 people"
    )


def test_the_last_calibration_counts_and_it_can_be_taken_back(gallery: Gallery) -> None:
    people(gallery, "Anna")
    store(gallery, MADE)
    store(gallery, replace(MADE, threshold=0.8))
    assert rules_in(gallery, SPACE).threshold == 0.8
    with gallery.write() as writer:
        assert writer.uncalibrate(SPACE)
        assert not writer.uncalibrate(SPACE)
    assert rules_in(gallery, SPACE) == rules_for(SPACE)


def test_what_is_set_by_hand_goes_before_a_calibration(lite: Gallery) -> None:
    people(lite, "Anna")
    store(lite, MADE)
    rules = rules_in(lite, SPACE, ByHand(threshold=0.6, one_each=False))
    assert (rules.threshold, rules.margin, rules.one_each) == (0.6, 0.01, False)
    assert rules.reason == "set by hand"
    assert rules_in(lite, SPACE, ByHand(margin=0.2)).threshold == 0.97
    assert rules_in(lite, SPACE, ByHand(one_each=False)).reason.startswith("calibrated")


def test_a_running_recogniser_and_a_retriever_take_a_new_calibration_over(lite: Gallery) -> None:
    people(lite, "Anna")
    recogniser = Recogniser(lite, ColourFaces(), device=Device.CPU)
    retriever = PhotoRetriever(recogniser=recogniser)
    uri = _data_uri()
    assert recogniser.recognise(ALMOST_RED)[0].decision is Decision.ACCEPTED
    assert len(retriever.invoke(uri)) == 1
    store(lite, MADE)
    assert recogniser.recognise(ALMOST_RED)[0].decision is Decision.UNCERTAIN
    assert retriever.invoke(uri) == []
    assert recogniser.rules.reason.startswith("calibrated")


def test_rules_that_are_given_stay_whatever_is_calibrated(lite: Gallery) -> None:
    people(lite, "Anna")
    rules = MatchRules(threshold=0.5, margin=0.0, band=0.1)
    recogniser = Recogniser(lite, ColourFaces(), device=Device.CPU, rules=rules)
    store(lite, MADE)
    assert recogniser.rules is rules


def test_things_have_a_calibration_of_their_own(lite: Gallery) -> None:
    people(lite, "Anna")
    things = colour_things()
    with lite.write() as writer:
        writer.add_space(things.space, things.dimension, "colours", kind=SpaceKind.THING)
        mug = writer.add(NewEntity("The mug", EntityKind.THING, "mug"))
        writer.add_reference(mug, reference((1, 0, 0), "mug", space=things.space), (100, 100))
    recogniser = Recogniser(lite, NoFaces(), device=Device.CPU, things=things)
    assert recogniser.recognise(ALMOST_RED)[0].decision is Decision.ACCEPTED
    store(lite, replace(MADE, space=things.space, people=15, gallery_size=15))
    [match] = recogniser.recognise(ALMOST_RED)
    assert match.decision is Decision.UNCERTAIN
    assert rules_in(lite, SPACE) == rules_for(SPACE)
    assert recogniser.rules_of(match.region).reason == (
        "calibrated on 15 things on 2026-11-24: about 1 % of unknown things get a name among 15 things"
    )


def test_the_calibration_of_another_space_changes_nothing(lite: Gallery) -> None:
    people(lite, "Anna")
    with lite.write() as writer:
        writer.add_space("other", 4, "other", current=False)
        writer.calibrate(replace(MADE, space="other"))
    assert rules_in(lite, SPACE) == rules_for(SPACE)


def test_a_copy_for_trying_out_has_the_calibration_too(lite: Gallery) -> None:
    people(lite, "Anna")
    store(lite, MADE)
    with lite.sketch() as copy:
        assert rules_in(copy, SPACE) == rules_in(lite, SPACE)


def test_a_calibration_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cosine.*but got 1.5"):
        replace(MADE, threshold=1.5)
    for rate in (0.0, 1.0):
        with pytest.raises(ValueError, match=f"between 0 and 1, but got {rate}"):
            replace(MADE, fpir=rate)


def _data_uri() -> str:
    return "data:image/png;base64," + base64.b64encode(picture((200, 60, 0))).decode()
