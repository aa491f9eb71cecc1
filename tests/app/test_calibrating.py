"""`placard calibrate`, and what doctor says of a calibration that is old."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.settings import read_settings
from gallery.entity import EntityKind
from gallery.gallery import Gallery
from retrieval.rules import rules_for
from tests.app.conftest import Run
from tests.evaluation.strangers import directions, enrol, near
from tests.vision.tiny_things import save_clip
from vision.crops import Views
from vision.embedder import identity_of
from vision.faces import DLIB_SPACE


@pytest.fixture
def home_gallery() -> Iterator[Gallery]:
    """The home's gallery: 80 people of the dlib space, one of them under two names."""
    gallery = Gallery.open(read_settings().gallery_url)
    vectors = directions(79, 128)
    enrol(gallery, np.concatenate([vectors, [near(vectors[0], 0.95)]]), space=DLIB_SPACE)
    yield gallery
    gallery.close()


def stored(gallery: Gallery) -> float | None:
    with gallery.ledger() as ledger:
        found = ledger.calibration(DLIB_SPACE)
    return None if found is None else found.calibration.threshold


def test_an_empty_gallery_is_told_what_is_needed(run: Run) -> None:
    result = run("calibrate")
    assert (result.code, result.out) == (1, "")
    assert "at least 50 people with references, but the gallery has 0" in result.err


def test_a_gallery_of_another_model_is_told_so(run: Run, home_gallery: Gallery, mini_pack: Path) -> None:
    result = run("calibrate", "--faces", mini_pack)
    assert result.code == 1
    assert f"The gallery was made with {DLIB_SPACE}, but insightface-w_mbf" in result.err
    assert "Leave --faces out" in result.err and stored(home_gallery) is None


def test_a_calibration_is_explained_stored_and_used(run: Run, home_gallery: Gallery) -> None:
    result = run("calibrate", "--fpir", "0.01")
    assert result.code == 0
    threshold = stored(home_gallery)
    assert threshold is not None and 0.3 < threshold < 0.5
    assert "80 people, 80 references" in result.out
    assert f"calibrated  threshold {threshold:.3f}, margin 0.15: about 1 % of strangers" in result.out
    assert "May be one person twice, left out of the estimate:\n  0.95  Person" in result.out
    assert result.out.endswith("'placard calibrate --shipped' takes it back.\n")
    doctor = run("doctor")
    assert f"threshold {threshold:.3f}, margin 0.15 (calibrated on 80 people on 20" in doctor.out


def test_copies_of_one_photo_are_called_so(run: Run, home_gallery: Gallery) -> None:
    enrol(home_gallery, directions(1, 128), space=DLIB_SPACE)  # the first person's again
    result = run("calibrate", "--dry-run")
    assert result.out.count(", with copies of one photo") == 1 and "1.00  Person" in result.out


def test_a_dry_run_stores_nothing(run: Run, home_gallery: Gallery) -> None:
    before = home_gallery.revision()
    assert "Nothing was stored (dry run)." in run("calibrate", "--dry-run").out
    assert (stored(home_gallery), home_gallery.revision()) == (None, before)


def test_json_holds_the_calibration_and_the_suspects(run: Run, home_gallery: Gallery) -> None:
    form = run("calibrate", "--json", "--fpir", "0.05", "--people", "160").json
    assert form["calibration"]["threshold"] == stored(home_gallery)
    assert (form["calibration"]["fpir"], form["calibration"]["gallery_size"]) == (0.05, 160)
    assert [round(pair["similarity"], 2) for pair in form["suspects"]] == [0.95]
    assert form["measured_until_now"]["total"] == 80


def test_the_shipped_thresholds_come_back(run: Run, home_gallery: Gallery) -> None:
    run("calibrate")
    result = run("calibrate", "--shipped")
    assert stored(home_gallery) is None
    assert f"removed; threshold {rules_for(DLIB_SPACE).threshold:.3f}" in result.out
    assert "There was no calibration" in run("calibrate", "--shipped").out


@pytest.mark.usefixtures("home_gallery")
def test_a_threshold_by_hand_is_said_to_go_before(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACARD_THRESHOLD", "0.7")
    assert "PLACARD_THRESHOLD or PLACARD_MARGIN is set and goes before it." in run("calibrate").out


@pytest.fixture
def things_gallery(tmp_path: Path) -> Iterator[Gallery]:
    """The home's gallery: 20 things of an encoder that is on disk."""
    encoder = save_clip(tmp_path / "encoder")
    gallery = Gallery.open(read_settings().gallery_url)
    space = Views().space(identity_of(encoder))
    enrol(gallery, directions(20, 128), space=space, model=str(encoder), kind=EntityKind.THING)
    yield gallery
    gallery.close()


def test_things_are_calibrated_in_their_own_space(run: Run, things_gallery: Gallery) -> None:
    result = run("calibrate", "--kind", "thing", "--fpir", "0.05")
    assert result.code == 0, result.err
    [space] = things_gallery.spaces()
    with things_gallery.ledger() as ledger:
        made = ledger.calibration(space.name)
    assert made is not None and (made.calibration.people, made.calibration.margin) == (20, 0.03)
    threshold = f"{made.calibration.threshold:.3f}"
    assert f"space       {space.name}: 20 things, 20 references" in result.out
    assert (
        f"threshold {threshold}, margin 0.03: about 5 % of unknown things get a name among 20" in result.out
    )
    assert "so few things make a rough estimate" in result.out
    assert "'placard calibrate --kind thing --shipped' takes it back." in result.out
    assert f"rules     threshold {threshold}, margin 0.03 (calibrated on 20 things" in run("doctor").out
    enrol(things_gallery, directions(15, 128, seed=5), space=space.name, kind=EntityKind.THING)
    said = run("doctor").out
    assert "was calibrated for 20 things, and there are 35 now" in said
    assert "run 'placard calibrate --kind thing' again" in said


@pytest.mark.usefixtures("things_gallery")
def test_the_shipped_thresholds_of_things_come_back_and_one_by_hand_goes_before(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    things = ("calibrate", "--kind", "thing")
    assert run(*things, "--json").json["kind"] == "thing"
    assert "The calibration is removed; threshold 0.800" in run(*things, "--shipped").out
    monkeypatch.setenv("PLACARD_THRESHOLD", "0.7")  # of faces
    assert "recognition uses it from now on" in run(*things).out
    monkeypatch.setenv("PLACARD_THING_MARGIN", "0.1")
    assert "PLACARD_THING_THRESHOLD or PLACARD_THING_MARGIN is set and goes before it." in run(*things).out
    assert "but the gallery has 0" in run("calibrate").err  # people


def test_a_gallery_without_things_is_told_so_and_so_is_a_wrong_kind(run: Run) -> None:
    said = run("calibrate", "--kind", "thing")
    assert (said.code, said.out) == (1, "") and "There are no things in the gallery to calibrate" in said.err
    assert "Things are switched off" in run("calibrate", "--kind", "thing", "--things", "off").err
    assert "expected person or thing, got 'mug'" in run("calibrate", "--kind", "mug").err


def test_doctor_says_when_the_gallery_has_grown(run: Run, home_gallery: Gallery) -> None:
    run("calibrate")
    assert run("doctor").code == 0
    enrol(home_gallery, directions(15, 128, seed=5), space=DLIB_SPACE)
    assert run("doctor").code == 0
    enrol(home_gallery, directions(65, 128, seed=6), space=DLIB_SPACE)
    result = run("doctor")
    assert result.code == 1
    assert (
        "was calibrated for 80 people, and there are 160 now; calibrated thresholds are old once a gallery "
        "has grown by half: run 'placard calibrate' again" in result.out
    )
    run("calibrate")
    assert run("doctor").code == 0


def test_doctor_says_when_the_gallery_has_changed(run: Run, home_gallery: Gallery) -> None:
    run("calibrate")
    numbers = [entity.id for entity in home_gallery.iterate()]
    for number in numbers[:15]:
        home_gallery.forget(number)
    enrol(home_gallery, directions(15, 128, seed=7), space=DLIB_SPACE)
    result = run("doctor")
    assert result.code == 1
    assert (
        "30 references of dlib-resnet-v1-mirrored-centred came or went since it was calibrated on 80"
        in result.out
    )


def test_doctor_lets_a_gallery_grow_as_planned(run: Run, home_gallery: Gallery) -> None:
    run("calibrate", "--people", "120")
    enrol(home_gallery, directions(40, 128, seed=5), space=DLIB_SPACE)
    assert run("doctor").code == 0
    enrol(home_gallery, directions(25, 128, seed=6), space=DLIB_SPACE)
    assert "65 references of dlib-resnet-v1-mirrored-centred came or went" in run("doctor").out
