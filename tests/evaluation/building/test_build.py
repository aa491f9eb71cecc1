"""Benches built from real portraits and biographies."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from evaluation.bench.bench import NOT_ENOUGH, Bench, QuestionType
from evaluation.bench.files import read_bench
from evaluation.bench.matching import SAME_PLACE
from evaluation.building.asking import Asker, Known, Standing
from evaluation.building.build import Recipe, TooFewError, build_bench
from evaluation.building.people import PEOPLE
from evaluation.building.subjects import Half, Subject, halved, readable, subjects_in, with_texts
from evaluation.building.things import THINGS
from evaluation.building.topic import Topic
from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from generation.folding import folded
from tests.fakes import picture, reference
from vision import faces
from vision.errors import UserError
from vision.faces import FaceModel
from vision.photo import Photo
from vision.region import Region


class Remembering:
    """A real model that looks at each photo once."""

    def __init__(self, model: FaceModel) -> None:
        self.name, self.space, self.dimension, self.device = model.name, model.space, model.dimension, "cpu"
        self.sure_confidence = model.sure_confidence
        self._model = model
        self._seen: dict[str, list[Region]] = {}

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """The faces of each photo."""
        for photo in photos:
            if photo.sha256 not in self._seen:
                self._seen[photo.sha256] = self._model.regions([photo])[0]
        return [self._seen[photo.sha256] for photo in photos]


@pytest.fixture(scope="module")
def model(mini_pack: Path) -> FaceModel:
    return Remembering(faces.load(str(mini_pack), ()))


def _person(row: dict[str, Any]) -> Subject:
    portrait = partial(Path.read_bytes, Path(row["portrait"]))
    return Subject(row["bioguide_id"], row["name"], "", row["bio"], (portrait,))


@pytest.fixture(scope="module")
def people(congress: list[dict[str, Any]]) -> list[Subject]:
    return [
        Subject(
            row["bioguide_id"],
            row["name"],
            "",
            row["bio"],
            (partial(Path.read_bytes, Path(row["portrait"])),),
        )
        for row in congress[:14]
    ]


@pytest.fixture(scope="module")
def bench(people: list[Subject], model: FaceModel, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("built") / "bench"
    build_bench(people, model, folder, Recipe(30, seed=3))
    return read_bench(folder)


def test_a_bench_has_all_types_and_its_way_out_stands_everywhere(bench: Bench) -> None:
    assert len(bench.questions) == 30
    assert set(Counter(question.type for question in bench.questions)) == set(QuestionType)
    assert all(question.options[question.abstain or 0] == NOT_ENOUGH for question in bench.questions)
    assert len({question.abstain for question in bench.questions}) > 2
    assert len({question.answer for question in bench.questions if question.type.answerable}) > 2


def test_boxes_are_where_the_faces_are(bench: Bench, model: FaceModel) -> None:
    for told in list(bench.photos.values())[:3]:
        photo = Photo.open(bench.folder / told.file)
        found = [region.box for region in model.regions([photo])[0]]
        assert photo.size == told.size
        assert all(max(box.iou(region.box) for box in found) > 2 * SAME_PLACE for region in told.regions)


def test_strangers_are_not_in_the_gallery(bench: Bench, people: list[Subject]) -> None:
    assert len(bench.entities) == 12  # of 14, two are kept out
    assert any(region.entity is None for photo in bench.photos.values() for region in photo.regions)
    assert {entity.name for entity in bench.entities.values()} < {person.name for person in people}


def test_no_other_option_is_told_by_what_is_known_of_the_person(bench: Bench) -> None:
    for question in bench.questions:
        if question.type is not QuestionType.V2C or question.about is None:
            continue
        known = bench.entities[question.about]
        own = Known.of(Subject(known.id, known.name, "", known.biography, ()), PEOPLE)
        right = question.options[question.answer]
        assert right in {fact.value for fact in own.facts.values()}
        wrong = [o for o in question.options if o not in (right, NOT_ENOUGH)]
        assert all(
            own.facts[topic].value not in wrong for topic in own.facts if topic.value == question.topic
        )


def test_who_is_pointed_at_by_a_fact_is_the_only_one_in_the_photo(bench: Bench) -> None:
    asked = [question for question in bench.questions if question.type is QuestionType.C2V]
    assert asked
    for question in asked:
        present = [region.entity for region in bench.regions_of(question) if region.entity is not None]
        names = [bench.entities[entity].name for entity in present]
        tellers = [name for name in names if folded(name) in folded(question.text)]
        assert question.about in present
        assert len(tellers) <= 1
        place = [region.entity for region in bench.regions_of(question)].index(question.about)
        if "place asked" in question.refers and place == 0:
            assert question.options[question.answer] == "The person on the far left"


def test_the_same_seed_builds_the_same_bench(
    bench: Bench, people: list[Subject], model: FaceModel, tmp_path: Path
) -> None:
    again = build_bench(people, model, tmp_path / "again", Recipe(30, seed=3))
    assert again.questions == bench.questions
    assert read_bench(again.folder).data_hash == bench.data_hash
    with pytest.raises(UserError, match="holds a bench already"):
        build_bench(people, model, tmp_path / "again", Recipe(30, seed=3))


def test_too_few_people_are_no_bench(people: list[Subject], model: FaceModel, tmp_path: Path) -> None:
    with pytest.raises(TooFewError, match="needs 8 people"):
        build_bench(people[:5], model, tmp_path / "few", Recipe(5))


def test_halves_have_nobody_in_common_and_everybody_together(people: list[Subject]) -> None:
    tune, report, everybody = (halved(people, half, seed=1) for half in (Half.TUNE, Half.REPORT, Half.ALL))
    assert not {person.id for person in tune} & {person.id for person in report}
    assert len(tune) + len(report) == len(everybody) == len(people)
    assert halved(people[::-1], Half.TUNE, seed=1) == tune


def test_people_come_from_a_gallery_too(lite: Gallery) -> None:
    with lite.write() as writer:
        writer.add_space("colour", 3, "colour")
        ann = writer.add(NewEntity("Ann", biography="a potter"))
        writer.add_reference(ann, reference((1, 0, 0), "1" * 64, crop=b"first"), (100, 100))
        writer.add(NewEntity("Bob"))  # without text and photo
    found = list(subjects_in(lite, EntityKind.PERSON))
    assert [(person.name, [read() for read in person.portraits]) for person in found] == [("Ann", [b"first"])]


def test_what_a_text_may_tell_is_never_asked_as_unanswerable() -> None:
    people = [Known(Subject(str(n), f"Pat {n}", "", "", ()), {}, frozenset()) for n in (1, 2)]
    asker = Asker(people, PEOPLE, random.Random(1))
    standing = Standing("p", tuple(people), ("red", "blue"))
    assert all(asker.ask(QuestionType.UNANSWERABLE_V2C, standing) is None for _ in range(8))


def test_a_stranger_is_not_asked_about_where_nothing_has_enough_values() -> None:
    people = [Known.of(Subject(str(n), f"Pat {n}", "", "", ()), PEOPLE) for n in (1, 2)]
    asker = Asker(people, PEOPLE, random.Random(1))
    standing = Standing("p", (*people, None), ("red", "blue", "green"))
    asked = [asker.ask(QuestionType.UNANSWERABLE_V2C, standing) for _ in range(8)]
    assert any(question is None for question in asked)
    assert all(question is None or question.about is not None for question in asked)


def test_a_photo_in_which_nothing_tells_people_apart_gives_no_question_that_points() -> None:
    twins = [
        Known.of(Subject(str(n), "Pat Lee", "", "born in Lyon, Texas, May 2, 1970", ()), PEOPLE)
        for n in (1, 2)
    ]
    asker = Asker(twins, PEOPLE, random.Random(1))
    assert asker.ask(QuestionType.C2V, Standing("p", tuple(twins), ("red", "blue"))) is None


def test_nobody_is_absent_where_all_of_the_gallery_stands_in_the_photo() -> None:
    people = [Known.of(Subject(str(n), f"Pat {n}", "", "", ()), PEOPLE) for n in (1, 2)]
    asker = Asker(people, PEOPLE, random.Random(1))
    standing = Standing("p", tuple(people), ("red", "blue"))
    assert asker.ask(QuestionType.UNANSWERABLE_C2V, standing) is None


def test_a_date_that_may_follow_from_another_text_points_at_nobody() -> None:
    texts = (
        "X, a Senator from Utah; elected as a Republican to the United States Senate in 2010",
        "Y, a Representative from Ohio; elected as a Democrat to the Congress (January 3, 2011-present)",
    )
    senator, member = (
        Known.of(Subject(str(n), f"Pat {n}", "", text, ()), PEOPLE) for n, text in enumerate(texts)
    )
    since = member.facts[Topic.CONGRESS]
    assert senator.may_tell(since)
    assert not member.may_tell(replace(since, value="May 1, 2000", key="May 1, 2000"))


def test_texts_that_tell_nothing_end_in_one_line(tmp_path: Path) -> None:
    data = picture((200, 30, 30))
    things = [Subject(str(n), "Toy", "", "It is nice.", (lambda: data,)) for n in range(9)]
    mute = replace(THINGS, asked={}, called={}, facts_of=lambda _: {}, silent_topics=lambda _: frozenset())
    with pytest.raises(UserError, match="50 photos in a row gave no question, after 0 questions"):
        build_bench(things, None, tmp_path / "bench", Recipe(5, lore=mute))


def test_names_that_were_decoded_wrongly_and_empty_texts_are_left_out() -> None:
    names = ("Linda SÃ¡nchez", "Linda Sánchez", "João Pires")
    subjects = [Subject(name, name, "", "a potter", ()) for name in names]
    assert [one.name for one in readable(with_texts([*subjects, Subject("x", "Eve", "", " ", ())]))] == [
        *names[1:]
    ]
