"""Thresholds for a wanted rate of strangers, on people whose similarities are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evaluation.identification.calibration import TooFewPeopleError, Wanted, estimate, estimate_for
from evaluation.identification.impostors import Faces, faces_in, impostors_of
from gallery.entity import EntityKind, NewReference
from gallery.gallery import Gallery
from tests.evaluation.strangers import directions, enrol, near
from tests.fakes import reference
from vision.errors import UserError

STRANGERS = directions(20_000, seed=99)


def gallery_of(count: int, seed: int = 0) -> Faces:
    return Faces(directions(count, seed=seed), np.arange(1, count + 1))


def threshold(faces: Faces, fpir: float, size: int | None = None) -> float:
    return estimate_for(faces, "s", Wanted(fpir, 0.05, size)).calibration.threshold


def named(faces: Faces, at: float) -> float:
    """The share of 20,000 strangers that somebody of the gallery resembles so much."""
    return float(((STRANGERS @ faces.vectors.T).max(axis=1) >= at).mean())


@pytest.mark.parametrize("fpir", [0.003, 0.01, 0.1])
def test_the_wanted_share_of_strangers_is_named(fpir: float) -> None:
    rates = [named(gallery_of(200, seed), threshold(gallery_of(200, seed), fpir)) for seed in range(8)]
    assert 0.3 * fpir < np.mean(rates) < 1.3 * fpir
    assert max(rates) < 3 * fpir + 0.01


def test_a_threshold_for_a_larger_gallery_holds_when_it_has_grown() -> None:
    rates, today = [], []
    for seed in range(8):
        large = gallery_of(1000, seed)
        small = large.of(range(1, 201))
        rates.append(named(large, threshold(small, 0.01, 1000)))
        today.append(named(large, threshold(small, 0.01)))
    assert 0.002 < np.mean(rates) < 0.015
    assert np.mean(today) > 0.025  # what was right for 200 people is not for 1000


def test_one_person_under_two_names_does_not_move_the_threshold_and_is_reported() -> None:
    clean = gallery_of(200)
    twins = [near(clean.vectors[number], 0.92, seed=number) for number in range(10)]
    spoilt = Faces(np.concatenate([clean.vectors, twins]), np.arange(1, 211))
    naive = np.quantile(impostors_of(spoilt).similarities.max(axis=1), 0.99)
    found = estimate_for(spoilt, "s", Wanted(0.01, 0.05))
    assert naive > 0.9
    assert found.calibration.threshold == pytest.approx(threshold(clean, 0.01), abs=0.04)
    assert {(pair.one, pair.other) for pair in found.suspects} == {(n + 1, n + 201) for n in range(10)}
    assert found.measured(found.calibration.threshold, 0.05).hits <= 6


def test_copies_of_one_photo_are_suspected_where_the_tail_would_explain_them() -> None:
    people = directions(100, 6)  # so few dimensions that different people are up to 0.97 alike
    spoilt = Faces(np.concatenate([people, people[:1]]), np.arange(1, 102))
    (pair,) = estimate_for(spoilt, "s", Wanted(0.1, 0.05)).suspects
    assert (pair.one, pair.other, pair.is_one_photo) == (1, 101, True)


def test_people_who_are_no_twins_are_not_suspected() -> None:
    suspects = [estimate_for(gallery_of(200, seed), "s", Wanted(0.01, 0)).suspects for seed in range(8)]
    assert sum(map(len, suspects)) <= 1


def test_several_photos_of_a_person_are_no_strangers_to_one_another(lite: Gallery) -> None:
    vectors = directions(60)
    numbers = enrol(lite, vectors, space="s")
    with lite.write() as writer:
        for number in range(30):
            writer.add_reference(numbers[number], again(vectors[number], number), (100, 100))
    found = estimate(lite, "s", Wanted(0.1, 0.05))
    assert (found.calibration.people, found.calibration.references) == (60, 90)
    assert found.impostors.similarities.max() < 0.8  # the two photos of one person are 0.95 alike
    assert found.suspects == ()
    assert found.impostors.weights.sum() == pytest.approx(60)


def test_who_was_merged_is_one_person_and_who_was_not_is_suspected(lite: Gallery) -> None:
    vectors = directions(60)
    numbers = enrol(lite, np.concatenate([vectors, [near(vectors[0], 0.95)]]), space="s")
    [pair] = estimate(lite, "s", Wanted(0.1, 0)).suspects
    assert (pair.one, pair.other) == (numbers[0], numbers[-1])
    with lite.write() as writer:
        writer.merge(numbers[-1], numbers[0])
    found = estimate(lite, "s", Wanted(0.1, 0))
    assert (found.suspects, found.calibration.people) == ((), 60)
    assert faces_in(lite, "s").people.tolist() == numbers[:-1]


@pytest.mark.parametrize(
    ("people", "fpir", "size", "needed"),
    [
        (0, 0.01, None, 50),
        (49, 0.01, None, 50),
        (60, 0.01, 2000, 142),
        (60, 0.001, None, 100),
        (540, 0.0001, None, 1000),
    ],
)
def test_too_few_people_are_refused_with_what_is_needed(
    people: int, fpir: float, size: int | None, needed: int
) -> None:
    with pytest.raises(TooFewPeopleError, match=f"at least {needed} people .* but the gallery has {people}"):
        threshold(
            gallery_of(people) if people else Faces(np.zeros((0, 0), np.float32), np.zeros(0, int)),
            fpir,
            size,
        )


def test_a_small_gallery_is_not_told_of_a_size_that_nobody_asked_for() -> None:
    with pytest.raises(TooFewPeopleError, match=r"for 1 % of strangers takes at least 50 people"):
        threshold(gallery_of(10), 0.01)
    with pytest.raises(TooFewPeopleError, match=r"strangers among 2000 people takes at least 142 people"):
        threshold(gallery_of(60), 0.01, 2000)


def test_things_are_told_as_things_and_fewer_of_them_suffice() -> None:
    wanted = Wanted(0.05, 0.02, kind=EntityKind.THING)
    said = (
        "5 % of unknown things takes at least 12 things with references, but the gallery has 11. Add things"
    )
    with pytest.raises(TooFewPeopleError, match=f"{said}, or set PLACARD_THING_THRESHOLD"):
        estimate_for(gallery_of(11), "s", wanted)
    found = estimate_for(gallery_of(12), "s", wanted)
    assert (found.calibration.people, found.kind) == (12, EntityKind.THING)
    with pytest.raises(UserError, match="for unknown things among 11 things, but the gallery has 12 already"):
        estimate_for(gallery_of(12), "s", replace(wanted, gallery_size=11))


def test_fewer_people_than_there_are_is_refused() -> None:
    with pytest.raises(UserError, match="among 59 people, but the gallery has 60 already"):
        threshold(gallery_of(60), 0.01, 59)


@pytest.mark.parametrize("fpir", [0.0, -0.1, 0.2, 1.0])
def test_a_rate_that_makes_no_sense_is_refused(fpir: float) -> None:
    with pytest.raises(UserError, match=r"up to 0\.1"):
        threshold(gallery_of(60), fpir)


def test_people_who_all_look_alike_give_a_threshold_and_no_crash() -> None:
    same = Faces(np.repeat(directions(1), 60, axis=0), np.arange(60))
    assert threshold(same, 0.01) == pytest.approx(1.0, abs=1e-3)


def again(vector: np.ndarray, number: int) -> NewReference:
    return reference(near(vector, 0.95, seed=number).tolist(), f"again {number}", space="s")
