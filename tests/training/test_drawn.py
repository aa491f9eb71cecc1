"""The drawn world: the same for a seed, splits that share nothing, and truths that can be seen."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest

from app.datasets import Drawn, draw_dataset
from generation.family import Family
from tests.training.records import record, written
from training.dataset.checking import check
from training.dataset.folder import Split, digest, shard_folder
from training.dataset.record import Record, Task
from training.drawn.drawing import draw
from training.drawn.facts import BY_NAME, RELATIONS, Person
from training.drawn.look import KIND_OF, Kind, Look, telling
from training.drawn.scene import Figure
from training.drawn.staged import Staged
from training.drawn.stages import Difficulty, Stage, difficulty
from training.drawn.words import COLOURS, Vocabulary, split_of
from training.drawn.world import World
from vision.errors import UserError

FULL = World(difficulty(Stage.FULL), seed=5)
Scenes = list[tuple[Staged, tuple[Record, ...]]]


@cache
def scenes(split: Split) -> Scenes:
    """The first 150 scenes of a split."""
    return [FULL.scene(split, number) for number in range(150)]


def test_a_scene_is_the_same_for_the_same_seed_split_and_number() -> None:
    again = World(difficulty(Stage.FULL), seed=5).scene(Split.TRAIN, 7)
    assert again[1] == scenes(Split.TRAIN)[7][1]
    assert again[0].scene.png() == scenes(Split.TRAIN)[7][0].scene.png()
    assert World(difficulty(Stage.FULL), seed=6).scene(Split.TRAIN, 7)[1] != again[1]


@pytest.mark.parametrize(("one", "other"), list(combinations(Split, 2)))
def test_splits_share_no_name_no_fact_and_no_look(one: Split, other: Split) -> None:
    def made(split: Split) -> set[str]:
        people = [known.person for staged, _ in scenes(split) for known in staged.known]
        texts = {value for person in people for value in (person.name, *person.facts.values())}
        return texts | {
            figure.look.combination for staged, _ in scenes(split) for figure in staged.scene.figures
        }

    assert len(made(one)) > 500
    assert made(one) & made(other) == set()


@pytest.mark.parametrize("wordings", [w for r in RELATIONS for w in (r.states, r.asks, r.refers)] + [BY_NAME])
def test_splits_share_no_wording(wordings: object) -> None:
    by_split = [set(wordings.of(split)) for split in Split]  # type: ignore[attr-defined]  # all are Wordings
    assert all(by_split)
    assert all(a & b == set() for a, b in combinations(by_split, 2))


def test_a_held_out_split_can_be_worded_as_what_is_learnt_and_still_shares_no_name_and_no_look() -> None:
    world = World(difficulty(Stage.FULL), seed=5, wording=Split.TRAIN)
    made = [world.scene(Split.TEST, number) for number in range(40)]
    asked = [one.question for _, records in made for one in records if one.task is Task.V2C]
    learnt = [re.escape(way).replace(r"\{x\}", ".+") for one in RELATIONS for way in one.asks.train]
    assert len(asked) > 50
    assert all(any(re.fullmatch(way, question) for way in learnt) for question in asked)
    people = [known.person for staged, _ in made for known in staged.known]
    looks = [figure.look.combination for staged, _ in made for figure in staged.scene.figures]
    assert {split_of(part) for person in people for part in person.name.split()} == {Split.TEST}
    assert {split_of(look) for look in looks} == {Split.TEST}


def test_every_figure_shows_its_colour_inside_its_box() -> None:
    for staged, _ in scenes(Split.TRAIN)[:60]:
        pixels = np.asarray(staged.scene.image())
        for figure in staged.scene.figures:
            box = figure.box
            inside = pixels[box.top : box.bottom, box.left : box.right].reshape(-1, 3)
            colours = [figure.look.main]
            colours += [figure.look.second] if figure.look.kind is not Kind.THING else []
            colours += [figure.look.hat.split()[0]] if figure.look.hat else []
            for colour in colours:
                assert (inside == COLOURS[colour]).all(axis=1).sum() >= 4, (figure.look, colour)


def test_what_is_asked_in_the_first_stages_can_be_seen_in_a_small_picture() -> None:
    """A collar, a hat or a mark of one pixel cannot be learnt."""
    world = World(difficulty(Stage.LOOK), seed=2, side=112)
    for staged, _ in (world.scene(Split.TRAIN, number) for number in range(200)):
        (figure,) = staged.scene.figures
        look, pixels = figure.look, np.asarray(staged.scene.image())
        colours = [look.second] if look.kind is not Kind.THING else []
        colours += [look.hat.split()[0]] if look.hat else []
        for colour in colours:
            assert (pixels == COLOURS[colour]).all(axis=2).sum() >= 15, (look, colour)
        if look.kind is Kind.THING and look.second != "plain":
            plain = replace(figure, look=replace(look, second="plain"))
            bare = np.asarray(replace(staged.scene, figures=(plain,)).image())
            assert (pixels != bare).any(axis=2).sum() >= 15, look


def test_a_box_is_as_tight_as_its_figure() -> None:
    for staged, _ in scenes(Split.TRAIN)[:40]:
        for figure in staged.scene.figures:
            alone = type(staged.scene)(staged.scene.side, staged.scene.place, (figure,))
            empty = type(staged.scene)(staged.scene.side, staged.scene.place, ())
            rows, columns = np.nonzero((np.asarray(alone.image()) != np.asarray(empty.image())).any(axis=2))
            edges = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert max(abs(a - b) for a, b in zip(edges, figure.box.as_list(), strict=True)) <= 3, figure


def test_a_question_points_to_the_figure_of_the_entry_and_to_no_other() -> None:
    asked = 0
    for staged, records in scenes(Split.TRAIN):
        for one in (one for one in records if one.task is Task.V2C):
            pointed = [
                figure for figure in staged.scene.figures if is_pointed_to(staged, figure, one.question)
            ]
            assert pointed == [staged.known[one.about[0] - 1].figure], one.question
            asked += 1
    assert asked > 300


def is_pointed_to(staged: Staged, figure: Figure, question: str) -> bool:
    """Whether a phrase that is true of a figure, and its side if it has one, stand in a question."""
    look, side = figure.look, staged.scene.position(figure)
    phrases = sorted((look.noun, look.whole, *look.phrases()), key=len)
    alone = len({other.look for other in staged.scene.figures if other.look.noun == look.noun}) == 1
    if any(f"the {other.look.whole}" in question for other in staged.scene.figures):
        return f"the {look.whole}" in question and side in question
    said = [phrase for phrase in phrases[0 if alone else 1 :] if f"the {phrase}" in question]
    return bool(said) and side in question


def test_the_fact_of_an_answer_is_in_the_entry_it_rests_on_and_in_no_other() -> None:
    for _, records in scenes(Split.TEST):
        for one in records:
            if one.task is Task.V2C:
                said = [k for k, region in enumerate(one.regions, start=1) if one.fact in region.text]
                assert said == list(one.about), one


def test_what_cannot_be_answered_is_in_no_entry_of_the_photo() -> None:
    kinds: Counter[str] = Counter()
    for staged, records in scenes(Split.TRAIN):
        for one in records:
            if one.task is Task.UNANSWERABLE_C2V:
                kinds[one.kind] += 1
                right = [region for region in one.regions if region.present]
                named = [known.person for known in staged.known if known.figure is not None]
                assert len(right) == len(named)
                assert not any(
                    value in one.question
                    for person in named
                    for value in (person.name, *person.facts.values())
                )
                nouns = {figure.look.noun for figure in staged.scene.figures}
                told = re.search(r"about this (\w+),", one.answer)
                if told is not None:
                    assert (told[1] in nouns) == (one.kind == "no_entry"), one
    assert kinds["wrong_entry"] > 5
    assert kinds["no_entry"] > 25
    assert kinds["other_sort"] > 25


def test_a_refusal_tells_no_sort_that_was_not_asked_about() -> None:
    """Of somebody who is asked about by name alone nobody can know that it is a dog."""
    refusals = [
        one for _, records in scenes(Split.TRAIN) for one in records if one.kind in ("no_entry", "other_sort")
    ]
    for one in refusals:
        asked_for = re.search(r"about (this (\w+)|\w+( \w+)?), so", one.answer)
        assert asked_for is not None, one
        assert (asked_for[2] or asked_for[1]) in one.question, one
    assert sum("about this" not in one.answer for one in refusals) > 5


def test_look_alikes_have_both_an_entry_and_stand_apart() -> None:
    seen = 0
    for staged, records in scenes(Split.TRAIN):
        for one in records:
            if one.kind == "look_alike":
                figure = staged.known[one.about[0] - 1].figure
                assert figure is not None
                twins = [known for known in staged.known if known.figure and known.figure.look == figure.look]
                assert len(twins) == 2
                assert (
                    len({frozenset(known.person.facts) for known in twins}) == 1
                )  # what is asked decides nothing
                assert one.question.rstrip("?").count(staged.scene.position(figure)) == 1
                seen += 1
    assert seen > 20


def test_wrong_entries_come_at_the_stated_rate_and_show_nobody_of_their_sort() -> None:
    world = World(difficulty(Stage.FULL), seed=1)
    drawn = [world.scene(Split.TRAIN, number)[0] for number in range(300)]
    wrong = [(staged, known) for staged in drawn for known in staged.known if known.figure is None]
    assert 0.2 < len(wrong) / len(drawn) < 0.3  # stated: 0.25
    assert all(
        figure.look.noun != known.region.noun for staged, known in wrong for figure in staged.scene.figures
    )
    none = World(Difficulty((2, 3), (1, 2), {"v2c": 1.0}, wrong=0.0), seed=1)
    assert all(known.figure for n in range(50) for known in none.scene(Split.TRAIN, n)[0].known)


def test_the_number_of_an_entry_says_nothing_about_its_place() -> None:
    order = Counter(
        known.figure is min((k.figure for k in staged.known if k.figure), key=lambda f: f.box.left)
        for staged, _ in scenes(Split.TRAIN)
        if len(staged.known) == 3
        for known in staged.known[:1]
    )
    assert 0.15 < order[True] / order.total() < 0.55


def test_all_tasks_come_with_and_without_citations() -> None:
    counted = Counter((one.task, one.citations) for _, records in scenes(Split.TRAIN) for one in records)
    assert {key for key, number in counted.items() if number >= 5} == {
        (task, cites) for task in Task if task is not Task.PRACTICE for cites in (True, False)
    }


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_draws_what_it_asks(stage: Stage) -> None:
    world = World(difficulty(stage), seed=2, side=112)
    records = [one for number in range(25) for one in world.scene(Split.TRAIN, number)[1]]
    assert len(records) >= 25
    names = {one.kind if one.task is Task.PRACTICE else one.task.value for one in records}
    assert names == set(world.difficulty.questions)


def test_boxes_of_the_first_stages_stand_on_a_grid_that_few_numbers_tell() -> None:
    world = World(difficulty(Stage.SEE), seed=2, side=112)
    drawn = [world.scene(Split.TRAIN, number) for number in range(40)]
    edges = {edge for staged, _ in drawn for figure in staged.scene.figures for edge in figure.box.as_list()}
    assert edges == set(range(0, 113, 14))  # eight steps of 112 pixels, each a patch of Qwen2-VL
    places = [one.fact for _, records in drawn for one in records if one.kind == "where"]
    assert places
    numbers = {number for place in places for number in re.findall(r"[0-9]+", place)}
    assert len(numbers) == 9


def test_practice_is_about_the_entry_or_the_place_that_it_names() -> None:
    found: Counter[str] = Counter()
    nothing: Counter[str] = Counter()
    for stage in (one for one in Stage if one not in (Stage.BIND, Stage.FULL)):
        world = World(difficulty(stage), seed=2, side=112)
        for staged, records in (world.scene(Split.TRAIN, number) for number in range(220)):
            for one in records:
                if one.task is Task.V2C:
                    assert one.fact in staged.known[one.about[0] - 1].region.text, one
                if one.task is Task.PRACTICE:
                    found[one.kind] += 1
                    nothing[one.kind] += re.search(r"\b(no entry|not)\b", one.fact) is not None
                    assert is_true_practice(staged, one), one
    assert min(found.values()) > 5
    assert found.keys() == {
        *("recite_entry", "read_entry", "side_of_entry", "trait_of_entry", "find_entry", "named_entry"),
        *("told_entry", "untold_entry", "entry_there", "see_place", "where", "side_of_figure"),
        *("box_of_entry", "entry_at", "sides_by_colour", "sides_by_looks"),
        *("entries_by_colour", "entries_by_looks"),
    }
    assert min(nothing[kind] for kind in ("read_entry", "find_entry", "untold_entry", "entry_there")) > 5


def test_where_somebody_is_cannot_be_read_from_the_box_of_an_entry_where_there_is_a_stranger() -> None:
    asked: Counter[str] = Counter()
    for stage in (Stage.POINT, Stage.SPOT, Stage.SEE):
        world = World(difficulty(stage), seed=2, side=112)
        for staged, records in (world.scene(Split.TRAIN, number) for number in range(100)):
            boxes = [figure.box for _, _, figure in staged.present]
            places = [Family.QWEN2_VL.place(box, (112, 112), (112, 112)) for box in boxes]
            for one in records:
                if staged.strangers and one.kind in ("where", "side_of_figure"):
                    asked[one.kind] += 1
                    assert one.fact not in places, one
                    assert any(is_pointed_to(staged, other, one.question) for other in staged.strangers), one
    assert min(asked["where"], asked["side_of_figure"]) > 50


@pytest.mark.parametrize("stage", [Stage.SPOT, Stage.SEEK, Stage.FIND, Stage.LINK])
def test_two_of_one_sort_that_look_otherwise_are_common(stage: Stage) -> None:
    world = World(difficulty(stage), seed=2, side=112)
    drawn = [world.scene(Split.TRAIN, number) for number in range(100)]
    pairs = [staged.scene.figures for staged, _ in drawn if len(staged.scene.figures) == 2]
    assert len(pairs) > 90  # in the others there was no room for both
    of_one_noun = [(one, other) for one, other in pairs if one.look.noun == other.look.noun]
    assert len(of_one_noun) > 0.6 * len(pairs)
    alike = sum(one.look == other.look for one, other in of_one_noun)
    assert alike < 0.2 * len(of_one_noun) if stage is Stage.LINK else alike == 0
    kinds = Counter(one.kind for _, records in drawn for one in records if one.task is Task.C2V)
    assert kinds["same_noun"] >= kinds["noun_decides"]


def is_on_side(staged: Staged, figure: Figure, side: str) -> bool:
    """Whether the middle of a figure is in that half of the picture."""
    return side == ("on the left" if sum(figure.box.as_list()[::2]) < staged.scene.side else "on the right")


def is_true_of_one(staged: Staged, said: str, kind: str) -> bool:
    """Whether "red left" or "the man in the red shirt 2" is true of one figure, and its words of no other."""
    words, told = said.rsplit(" ", 1)
    pointed = [
        figure
        for figure in staged.scene.figures
        if (figure.look.main == words if kind.endswith("colour") else is_pointed_to(staged, figure, words))
    ]
    if kind.startswith("sides"):
        return len(pointed) == 1 and is_on_side(staged, pointed[0], f"on the {told}")
    numbers = [k for k, _, figure in staged.present if figure in pointed]
    return len(pointed) == 1 and numbers == [int(told)]


def is_true_practice(staged: Staged, one: Record) -> bool:
    """Whether an answer of practice says what is in the entry, or at the place, that is asked for."""
    entry = staged.known[one.about[0] - 1] if one.about else None
    figure = None if entry is None else entry.figure
    match one.kind:
        case "recite_entry":
            return entry is not None and one.answer.endswith(f" {entry.region.text} [{one.about[0]}]")
        case "read_entry" if one.fact == "does not say":
            number, relation = re.findall(r"entry (\d+) say of (\w+)", one.question)[0]
            return relation not in staged.known[int(number) - 1].person.facts
        case "read_entry":
            return entry is not None and one.fact in entry.region.text
        case "side_of_entry":
            return figure is not None and is_on_side(staged, figure, one.fact)
        case "side_of_figure":
            pointed = [other for other in staged.scene.figures if is_pointed_to(staged, other, one.question)]
            return len(pointed) == 1 and is_on_side(staged, pointed[0], one.fact)
        case "sides_by_colour" | "sides_by_looks" | "entries_by_colour" | "entries_by_looks":
            return all(is_true_of_one(staged, part, one.kind) for part in one.fact.split(", "))
        case "box_of_entry" | "entry_at":
            place = one.fact if one.kind == "box_of_entry" else one.question
            named = one.question if one.kind == "box_of_entry" else one.fact
            assert figure is not None
            boxed = Family.QWEN2_VL.place(figure.box, one.size, one.size)
            return boxed in place and f"entry {one.about[0]}" in named
        case "trait_of_entry":
            return figure is not None and one.fact in map(figure.look.value, figure.look.traits)
        case "find_entry" if one.fact == "no entry":
            return any(is_pointed_to(staged, stranger, one.question) for stranger in staged.strangers)
        case "find_entry":
            return figure is not None and is_pointed_to(staged, figure, one.question)
        case "untold_entry":
            return not any(is_said(known.person, one.question) for known in staged.known)
        case "named_entry" | "told_entry":
            said = is_named if one.kind == "named_entry" else is_told
            entries = [k for k, known in enumerate(staged.known, 1) if said(known.person, one.question)]
            return entries == list(one.about) and one.fact == f"entry {entries[0]}"
        case "entry_there":
            return entry is not None and (one.fact == "is not in the image") == (figure is None)
        case _:  # see_place and where: a box in thousandths, and a figure
            place, told = (one.question, one.fact) if one.kind == "see_place" else (one.fact, one.question)
            there = [
                figure
                for figure in staged.scene.figures
                if Family.QWEN2_VL.place(figure.box, one.size, one.size) in place
            ]
            if one.kind == "see_place":
                return any(figure.look.whole == told for figure in there)
            return any(is_pointed_to(staged, figure, told) for figure in there)


def is_named(person: Person, question: str) -> bool:
    """Whether a question says the name of somebody."""
    return person.name in question


def is_told(person: Person, question: str) -> bool:
    """Whether a question says a fact of somebody."""
    return any(value in question for value in person.facts.values())


def is_said(person: Person, question: str) -> bool:
    """Whether a question says the name or a fact of somebody."""
    return is_named(person, question) or is_told(person, question)


def test_what_is_told_where_it_is_to_be_matched_is_of_few_words() -> None:
    world = World(difficulty(Stage.MATCH), seed=2, side=112)
    people = [known.person for n in range(150) for known in world.scene(Split.TRAIN, n)[0].known]
    told = Counter(relation for person in people for relation in person.facts)
    assert set(told) == {"job", "hobby", "food"}
    assert {KIND_OF[person.noun] for person in people} == {Kind.PERSON}
    words = {word for person in people for value in person.facts.values() for word in value.split()}
    assert len({word for word in words if word.isalpha()}) < 170  # names and towns alone would be some 900


def test_a_wrong_entry_stands_where_a_figure_could() -> None:
    """Its box does not give away that nobody is there."""
    world = World(replace(difficulty(Stage.BIND), wrong=1.0), seed=2, side=112)
    drawn = [world.scene(Split.TRAIN, number)[0] for number in range(150)]
    wrong = [known.region for staged in drawn for known in staged.known if known.figure is None]
    right = [known.region for staged in drawn for known in staged.known if known.figure is not None]
    assert len(wrong) > 100
    assert {edge for one in wrong for edge in one.box.as_list()} == set(range(0, 113, 14))
    for kind in (Kind.PERSON, Kind.PET):
        of_kind = [(one.box.width, one.box.height) for one in right if KIND_OF[one.noun] is kind]
        own = [one for one in wrong if KIND_OF[one.noun] is kind]
        alike = [(one.box.width, one.box.height) in of_kind for one in own]
        assert sum(alike) >= len(own) / 2  # the others have the box of a figure of another sort


def test_words_have_the_articles_that_they_take() -> None:
    texts = " ".join(
        text
        for split in Split
        for _, records in scenes(split)
        for one in records
        for text in (one.question, one.answer, *(region.text for region in one.regions))
    )
    assert len(re.findall(r"\b[Aa]n [aeiou]", texts)) > 20
    assert re.findall(r"\b[Aa] [aeiou]\w+|\b[Aa]n [^aeiou]\w+", texts) == []


def test_a_phrase_that_tells_apart_is_not_true_of_the_others() -> None:
    words = Vocabulary(Split.TRAIN, Random(0))
    for _ in range(100):
        looks = [Look.made("woman", words) for _ in range(3)]
        for phrase in telling(looks[0], looks[1:]):
            assert phrase in looks[0].phrases()
            assert not any(phrase in look.phrases() for look in looks[1:])


def test_a_stopped_run_goes_on_with_the_shards_that_are_missing(tmp_path: Path) -> None:
    world = World(difficulty(Stage.SEE), seed=3, side=112)
    draw(world, tmp_path / "one", {Split.TRAIN: 510})
    draw(world, tmp_path / "two", {Split.TRAIN: 510})
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    kept = shard_folder(tmp_path / "two", Split.TRAIN, 0)
    before = kept.stat().st_mtime_ns
    last = shard_folder(tmp_path / "two", Split.TRAIN, 1)
    last.rename(last.with_name("00001.part"))  # as a killed run leaves it
    told: list[int] = []
    draw(world, tmp_path / "two", {Split.TRAIN: 510}, report=told.append)
    assert told == [500, 510]
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert kept.stat().st_mtime_ns == before


def test_a_drawn_set_passes_its_own_check_and_says_how_it_was_made(tmp_path: Path) -> None:
    asked = Drawn(samples=160, stage="full", seed=4, side=112)
    draw_dataset(tmp_path / "set", asked, jobs=1)
    train, validation, test = check(tmp_path / "set")
    assert (train.images, validation.images, test.images) == (20, 1, 1)
    assert "| seed | 4 |" in (tmp_path / "set/README.md").read_text(encoding="utf-8")
    with pytest.raises(UserError, match="made otherwise"):
        draw_dataset(tmp_path / "set", Drawn(samples=160, stage="full", seed=5, side=112), jobs=1)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    written(tmp_path, [record()])
    with pytest.raises(UserError, match="something else"):
        draw_dataset(tmp_path, Drawn(samples=8, stage="read", seed=0, side=112), jobs=1)
    with pytest.raises(
        UserError,
        match=r"of place, read, match, tell, look, point, spot, seek, find, .*, full, but got 'hard'",
    ):
        draw_dataset(tmp_path / "new", Drawn(samples=8, stage="hard", seed=0, side=112), jobs=1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_disk_that_takes_no_more_is_one_line_and_leaves_no_half_shard(tmp_path: Path, jobs: int) -> None:
    world = World(difficulty(Stage.READ), seed=3, side=112)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))  # a file: pictures fit
    try:
        with pytest.raises(UserError, match=r"data set cannot be written to .*train"):
            draw(world, tmp_path / "set", {Split.TRAIN: 1000}, jobs=jobs)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not shard_folder(tmp_path / "set", Split.TRAIN, 0).exists()


def test_several_processes_draw_what_one_draws(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        command = [sys.executable, "-m", "app", "dataset", "draw", str(tmp_path / jobs)]
        options = ["--samples", "40", "--stage", "read", "--jobs", jobs]
        subprocess.run([*command, *options], check=True, capture_output=True, timeout=120)
    one, two = (
        {path.relative_to(tmp_path / jobs): path.read_bytes() for path in (tmp_path / jobs).rglob("*.png")}
        for jobs in ("1", "2")
    )
    assert len(one) > 4
    assert one == two
