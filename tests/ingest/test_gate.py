"""Which face of a photo is enrolled, and why others are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import insightface
import numpy as np
import pytest
from PIL import Image, ImageFilter

from ingest.gate import EnrolmentRules, choose_face
from ingest.reason import Reason, Refusal
from tests.fakes import GOOD, region
from vision.box import Box
from vision.faces import FaceModel
from vision.photo import Photo
from vision.region import Region

RULES = EnrolmentRules(min_confidence=0.5)
PHOTO = Photo.from_pixels(np.zeros((1000, 1000, 3), dtype=np.uint8))
MIDDLE = Box(400, 400, 600, 600)


def face(
    box: Box = MIDDLE,
    *,
    confidence: float = 0.9,
    size: int = 100,
    sharpness: float = 200.0,
    brightness: float = 0.5,
    yaw: float = 0.0,
) -> Region:
    quality = replace(GOOD, size=size, sharpness=sharpness, brightness=brightness, yaw=yaw)
    return replace(region((1, 0, 0), box), confidence=confidence, quality=quality)


def reason(faces: list[Region], box: Box | None = None) -> Reason | None:
    chosen = choose_face(PHOTO, faces, RULES, box=box)
    return chosen.reason if isinstance(chosen, Refusal) else None


def rules_of(model: FaceModel) -> EnrolmentRules:
    return EnrolmentRules(min_confidence=model.sure_confidence)


def pixels_photo(image: Image.Image) -> Photo:
    return Photo.from_pixels(np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(
    ("faces", "refused"),
    [
        ([], Reason.NO_FACE),
        ([face()], None),
        ([face(confidence=0.49)], Reason.LOW_CONFIDENCE),
        ([face(confidence=0.5)], None),
        ([face(size=39)], Reason.FACE_TOO_SMALL),
        ([face(size=40)], None),
        ([face(sharpness=11.9)], Reason.BLURRED),
        ([face(sharpness=12.0)], None),
        ([face(brightness=0.07)], Reason.EXTREME_LIGHT),
        ([face(brightness=0.08)], None),
        ([face(brightness=0.95)], None),
        ([face(brightness=0.96)], Reason.EXTREME_LIGHT),
        ([face(yaw=60.0)], None),
        ([face(yaw=60.1)], Reason.EXTREME_POSE),
        ([face(Box(300, 400, 500, 600)), face(Box(500, 400, 700, 600))], Reason.SEVERAL_FACES),
        ([face(confidence=0.0), face(confidence=0.0)], Reason.LOW_CONFIDENCE),
    ],
)
def test_each_fault_has_its_reason(faces: list[Region], refused: Reason | None) -> None:
    assert reason(faces) == refused


def test_a_refusal_says_what_was_measured_and_what_is_asked_for() -> None:
    refusal = choose_face(PHOTO, [face(size=31)], RULES)
    assert isinstance(refusal, Refusal)
    assert "31 pixels" in refusal.detail
    assert "at least 40" in refusal.detail


def test_the_clear_central_face_wins_over_a_larger_one_cut_by_the_frame() -> None:
    central, bystander = face(), face(Box(800, 700, 1000, 1000))
    assert bystander.box.area > central.box.area
    assert choose_face(PHOTO, [bystander, central], RULES) is central


def test_a_weak_second_face_does_not_refuse_the_photo() -> None:
    clear, doubtful = face(), face(Box(200, 400, 400, 600), confidence=0.1)
    assert choose_face(PHOTO, [doubtful, clear], RULES) is clear


def test_the_lead_that_the_chosen_face_needs_is_a_rule() -> None:
    large, small = face(), face(Box(480, 480, 560, 560))
    assert choose_face(PHOTO, [large, small], RULES) is large
    strict = choose_face(PHOTO, [large, small], replace(RULES, clear_lead=20.0))
    assert isinstance(strict, Refusal)
    assert strict.reason is Reason.SEVERAL_FACES


def test_an_explicit_box_chooses_its_face_however_many_there_are() -> None:
    left, right = face(Box(100, 400, 300, 600)), face(Box(700, 400, 900, 600))
    assert choose_face(PHOTO, [left, right], RULES, box=Box(690, 390, 880, 620)) is right
    assert choose_face(PHOTO, [left, right], RULES, box=Box(120, 400, 300, 600)) is left


def test_a_box_without_a_face_takes_no_other_face() -> None:
    assert reason([face()], Box(0, 0, 100, 100)) is Reason.NO_FACE
    assert reason([face()], Box(560, 560, 760, 760)) is Reason.NO_FACE
    assert reason([], MIDDLE) is Reason.NO_FACE


def test_the_face_of_a_box_is_judged_like_any_other() -> None:
    assert reason([face(yaw=80.0)], MIDDLE) is Reason.EXTREME_POSE


def test_all_press_photos_are_accepted_with_their_central_face(
    press: dict[str, list[Path]], mini: FaceModel
) -> None:
    photos = [Photo.open(path) for paths in press.values() for path in paths]
    assert len(photos) == 20
    for photo, faces in zip(photos, mini.regions(photos), strict=True):
        chosen = choose_face(photo, faces, rules_of(mini))
        assert isinstance(chosen, Region)
        middle = photo.size[0] / 2, photo.size[1] / 2
        nearest = min(faces, key=lambda found: np.hypot(*np.subtract(found.box.centre, middle)))
        assert chosen is nearest


def test_a_real_portrait_that_is_blurred_heavily_is_refused(
    congress: list[dict[str, str]], mini: FaceModel
) -> None:
    sharp = Image.open(congress[0]["portrait"]).convert("RGB")
    blurred = pixels_photo(sharp.filter(ImageFilter.GaussianBlur(9)))
    chosen = choose_face(blurred, mini.regions([blurred])[0], rules_of(mini))
    assert isinstance(chosen, Refusal)
    assert chosen.reason is Reason.BLURRED


def test_a_real_portrait_that_is_shrunk_to_a_stamp_is_refused(
    congress: list[dict[str, str]], mini: FaceModel
) -> None:
    stamp = pixels_photo(Image.open(congress[0]["portrait"]).resize((45, 55)))
    chosen = choose_face(stamp, mini.regions([stamp])[0], rules_of(mini))
    assert isinstance(chosen, Refusal)
    assert chosen.reason in (Reason.FACE_TOO_SMALL, Reason.NO_FACE)


@pytest.mark.parametrize("model", ["mini", "dlib_faces"])
def test_a_group_of_equals_is_refused(model: str, request: pytest.FixtureRequest) -> None:
    faces: FaceModel = request.getfixturevalue(model)
    group = Photo.open(Path(insightface.__file__).parent / "data/images/t1.jpg")
    found = faces.regions([group])[0]
    chosen = choose_face(group, found, rules_of(faces))
    assert isinstance(chosen, Refusal)
    assert chosen.reason is Reason.SEVERAL_FACES
    # One box is enough to say who is meant.
    assert choose_face(group, found, rules_of(faces), box=found[0].box) is found[0]
