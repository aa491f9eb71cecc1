"""The harness on people whose faces are known: what is right is found right, and what is broken shows."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from evaluation.identification.account import report_of
from evaluation.identification.figures import figures_of
from evaluation.identification.folds import folds_of
from evaluation.identification.galleries import averaged
from evaluation.identification.impostors import Faces
from evaluation.identification.looking import Refused, people_of
from evaluation.identification.measures import Scored, rank_one, undetected
from evaluation.identification.run import Findings
from evaluation.provenance import Provenance
from ingest.sources.row import Labelled, SourceProblem, Unusable
from tests.evaluation.painted import RULES, Painted, crowd
from tests.evaluation.strangers import directions, near
from vision.box import Box
from vision.errors import UserError


@pytest.fixture(scope="module")
def clean() -> Findings:
    return crowd().identify()


def named(findings: Findings) -> float:
    return value(Scored(findings.best, RULES.margin).named(findings.rules.threshold, seed=0).value)


def found(findings: Findings) -> float:
    return value(Scored(findings.best, RULES.margin).found(findings.rules.threshold, seed=0).value)


def confused(findings: Findings) -> float:
    return value(Scored(findings.best, RULES.margin).confused(findings.rules.threshold, seed=0).value)


def first(findings: Findings) -> float:
    return value(rank_one(findings.best, seed=0).value)


def value(rate: float | None) -> float:
    assert rate is not None
    return rate


def relabelled(source: Painted, one: int, other: int) -> None:
    """Let two rows change their people."""
    first_row, second_row = source.rows[one], source.rows[other]
    assert isinstance(first_row, Labelled) and isinstance(second_row, Labelled)
    source.rows[one] = replace(first_row, entity=second_row.entity)
    source.rows[other] = replace(second_row, entity=first_row.entity)


def test_people_who_look_like_themselves_are_all_found_and_no_stranger_is_named(clean: Findings) -> None:
    assert (first(clean), found(clean), named(clean), confused(clean)) == (1.0, 1.0, 0.0, 0.0)
    assert (clean.people, clean.several, clean.photos, clean.gallery_sizes) == (16, 16, 64, [8] * 2)
    assert clean.refused == Counter()


def test_everybody_is_a_stranger_once_and_known_in_the_other_fold(clean: Findings) -> None:
    strange = Counter(probe.person for probe in clean.best if not probe.known)
    known = Counter(probe.person for probe in clean.best if probe.known)
    assert set(strange.values()) == {4}  # all photos, once
    assert set(known.values()) == {2}  # in the other fold those that are not enrolled


def test_swapped_identities_show_in_rank_one_and_in_wrong_names(clean: Findings) -> None:
    source = crowd()
    for row in range(0, 64, 8):  # two photos of four change places with the next person's
        relabelled(source, row, row + 4)
        relabelled(source, row + 1, row + 5)
    broken = source.identify()
    assert first(broken) < first(clean) - 0.1
    assert found(broken) < found(clean) - 0.1
    assert confused(broken) + named(broken) > 0.1


def test_two_wrong_labels_of_64_show() -> None:
    source = crowd()
    relabelled(source, 0, 4)
    broken = source.identify()
    assert confused(broken) + named(broken) > 0


def test_a_threshold_that_is_off_shows_on_its_side(clean: Findings) -> None:
    low = crowd().identify(replace(RULES, threshold=0.2, margin=0.0))
    high = crowd().identify(replace(RULES, threshold=0.97))
    assert value(Scored(low.best, 0.0).named(0.2, seed=0).value) > 0.5
    assert found(low) == 1.0
    assert found(high) < 0.1
    assert named(high) == 0.0


def test_faces_that_are_not_found_are_misses() -> None:
    source = crowd()
    for person in range(4):
        source.add(f"Person {person}")  # no face in it
    findings = source.identify(references=1)
    known = [probe for probe in findings.best if probe.known]
    lost = sum(not probe.regions for probe in known)
    unseen = findings.refused["no_face"]  # offered to the gate, so that its person is not enrolled at all
    assert lost + unseen == 4
    assert sum(not probe.first for probe in known) == lost + 4 * unseen
    assert found(findings) == pytest.approx(1 - (lost + 4 * unseen) / len(known))
    assert undetected(findings.best, seed=0).hits == lost + 4


def test_who_is_refused_by_the_gate_is_missed_and_not_left_out_of_the_count() -> None:
    source = crowd()
    for _ in range(2):
        source.add("Nobody saw her")
    findings = source.identify(references=1)
    hers = [probe for probe in findings.best if probe.known and "Nobody" in probe.person]
    assert len(hers) == 1
    assert not any(probe.first for probe in hers)
    assert findings.refused["no_face"] == 1


def test_what_cannot_be_read_is_an_error_and_no_miss() -> None:
    source = crowd()
    source.add("Person 0", directions(1)[0], data=b"no photo")
    source.rows.append(Unusable("x.jpg", SourceProblem.NO_LABEL, "x"))
    source.rows.append(source.rows[0])
    refused = Refused()
    looked, _ = source.look(refused)
    assert refused.reasons == {"unreadable": 1, "no_label": 1, "duplicate": 1}
    assert len(looked) == 64


def test_a_bystander_who_is_named_makes_the_photo_wrong_unless_a_box_says_who_is_meant() -> None:
    others = directions(16)
    for box, expected in ((None, 1.0), (Box(10, 10, 90, 90), 0.0)):
        source = crowd(photos=2)
        stranger = near(directions(1, seed=50)[0], 0.95, seed=1)
        source.add("Stranger", stranger, *others[:8], box=box)  # about half of them are in the gallery
        findings = source.identify(references=1)
        [probe] = [probe for probe in findings.best if "Stranger" in probe.person and not probe.known]
        assert float(probe.scores(0.05).wrong >= 0.75) == expected


def test_one_to_one_keeps_a_name_from_being_given_twice() -> None:
    source = crowd(photos=2)
    for person, vector in enumerate(directions(16)):
        source.add(f"Person {person}", near(vector, 0.95, seed=7), near(vector, 0.85, seed=8))
    findings = source.identify(references=1)
    ways = {variant.title: variant.names.confused.hits for variant in figures_of(findings).ways}
    assert ways["best of references, one-to-one"] == 0
    assert ways["best of references, any number of times"] > 0


def test_an_averaged_template_is_the_mean_at_unit_length() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, -1]], dtype=np.float32)
    means = averaged(Faces(vectors, np.array([3, 3, 8])))
    assert means.owners.tolist() == [3, 8]
    assert means.vectors == pytest.approx(np.array([[0.5**0.5, 0.5**0.5], [0, -1]]), abs=1e-6)


def test_folds_depend_on_the_seed_alone_and_never_try_an_enrolled_photo() -> None:
    looked, _ = crowd(photos=3).look()
    people = people_of(looked)
    once, again, other = (
        folds_of(dict(reversed(people.items())) if turn else people, folds=4, references=5, seed=seed)
        for seed, turn in ((1, False), (1, True), (2, False))
    )
    names = [
        [[photo.row.where for photo in fold.enrolled] for fold in folds] for folds in (once, again, other)
    ]
    assert names[0] == names[1] != names[2]
    for fold in once:
        enrolled = {photo.seen.photo for photo in fold.enrolled}
        assert len(fold.enrolled) == 12 * 2  # of three photos one is kept, whatever was asked for
        assert not enrolled & {photo.seen.photo for photo in (*fold.known, *fold.strangers)}


def test_too_few_people_are_one_plain_line() -> None:
    with pytest.raises(UserError, match=r"at least 4 people for 2 folds, but the source has 3"):
        crowd(3).identify()


def test_thresholds_are_calibrated_without_those_who_are_left_out() -> None:
    source = Painted()
    for number, vector in enumerate(directions(160)):
        source.add(f"Person {number}", vector)
    findings = source.identify()
    figures = figures_of(findings)
    assert [one.fpir for one in figures.calibrated] == [0.003, 0.01, 0.1]
    wanted, one = 0.1, figures.calibrated[2]
    assert one.galleries == 2
    assert one.names.named.total == 160  # nobody was both calibrated on and tried
    assert 0.2 * wanted < value(one.names.named.value) < 2.5 * wanted
    assert list(findings.sizes) == [25, 50]
    small, large = (variant.names.named for variant in figures.sizes)
    assert small.total == large.total == 160


def test_a_report_has_every_figure_and_no_name(clean: Findings) -> None:
    origin = Provenance.now(["placard"], seed=0, data="d", settings={})
    report = report_of(clean, {"unreadable": 2}, origin)
    form = json.loads(report.json())["figures"]
    assert form["rank_one"]["value"] == 1.0
    assert form["product"]["known_found"]["people"] == 16
    assert all(point["tpir"] is None for point in form["product"]["points"])  # there are but 16 strangers
    assert [group["title"] for group in form["groups"]] == ["even", "odd"]
    assert form["groups"][0]["strangers_named"]["total"] == 32
    text = report.markdown() + report.html() + report.json()
    assert "not measurable under 19 %" in text
    assert "error: unreadable" in text
    assert "Person" not in text.replace("Person 's", "")
