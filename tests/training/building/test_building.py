"""The pipeline from a RefCOCO set and a scripted model to a data set that is whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.training.building.chat import ScriptedChat
from tests.training.building.making import Build, files, records
from training.building.asking import Learnt
from training.building.building import Order
from training.building.choosing import Chosen
from training.building.contexts import Document
from training.building.entering import Entering
from training.building.source import Pictured, Spot
from training.dataset.checking import check
from training.dataset.folder import Split
from training.dataset.record import Task
from vision.box import Box


def test_a_set_of_expressions_becomes_a_data_set_of_every_task_that_checks(tmp_path: Path) -> None:
    out = Build(tmp_path, order=Order(wrong=1.0, known=0.5)).run()
    contents = check(out)
    assert [one.split.value for one in contents] == ["train", "validation", "test"]
    made = records(out)
    kinds = {(one.task, one.kind) for one in made}
    assert {task for task, _ in kinds} == set(Task) - {Task.PRACTICE}
    assert {"not_said", "stranger", "no_entry", "wrong_entry"} <= {kind for _, kind in kinds}
    wrong = {(one.image, region.noun) for one in made for region in one.regions if not region.present}
    shown = {(one.image, region.noun) for one in made for region in one.regions if region.present}
    assert {noun for _, noun in wrong} == {"dog"}  # every photo shows people, and every second one a dog
    assert not wrong & shown
    assert {one.citations for one in made if one.task is Task.RCID} == {True, False}


def test_a_number_of_an_entry_says_nothing_about_its_place_or_whether_it_is_right(tmp_path: Path) -> None:
    made = records(Build(tmp_path, photos=14, order=Order(wrong=1.0, known=1.0)).run())
    orders = {tuple(region.present for region in one.regions) for one in made if len(one.regions) == 3}
    assert len(orders) > 1
    largest = {max(range(2), key=lambda k: one.regions[k].box.area) for one in made if len(one.regions) == 2}
    assert largest == {0, 1}


def test_a_description_cites_each_entry_by_its_number_beside_a_wrong_one(tmp_path: Path) -> None:
    made = records(Build(tmp_path, photos=14, order=Order(wrong=1.0, known=1.0)).run())
    cited = [one for one in made if one.task is Task.RCID and one.citations]
    assert any(not region.present for one in cited for region in one.regions[:-1])
    for one in cited:
        told = re.findall(r"(\w+), who works as a \w+ \[(\d)\]", one.answer)
        assert [one.regions[int(k) - 1].text.split()[0] for _, k in told] == [name for name, _ in told]
        assert len(told) == sum(region.present for region in one.regions)


def test_entries_of_one_photo_do_not_tell_of_each_other(tmp_path: Path) -> None:
    spots = tuple(Spot("woman", Box(n, 0, n + 50, 90), (f"woman {n}",)) for n in (0, 50))
    pictured = Pictured("a", "a", tmp_path / "a.jpg", (100, 100), spots, frozenset({"person"}), None)
    texts = {"Mia": "Mia is a sister of Lea.", "Lea": "Lea paints.", "Ida": "Ida sings."}
    pool = {
        (Split.TRAIN, "woman"): [
            Learnt(Document("woman", name, text), (), (), ()) for name, text in texts.items()
        ]
    }
    dealt = [
        frozenset(one.learnt.document.name for one in entered.entries)
        for seed in range(40)
        if (entered := Entering(pool, 1.0, 0.0, seed).enter(Chosen(pictured, Split.TRAIN)))
    ]
    assert set(dealt) == {frozenset({"Mia", "Ida"}), frozenset({"Lea", "Ida"})}


def test_what_a_question_points_with_is_of_the_other_modality(tmp_path: Path) -> None:
    made = records(Build(tmp_path).run())
    for one in made:
        text = one.regions[one.about[0] - 1].text if one.about else ""
        if one.task is Task.V2C:
            assert one.fact in text
            assert not any(region.text.split()[0] in one.question for region in one.regions)
        if one.task is Task.C2V:
            assert one.fact not in text
            assert one.question.split("whose")[1].split(" is ")[1].rstrip("?") in text


def test_no_photo_and_no_context_is_in_two_splits(tmp_path: Path) -> None:
    out = Build(tmp_path, photos=14, order=Order(wrong=1.0)).run()
    images: dict[bytes, str] = {}
    for name, data in files(out).items():
        if name.endswith(".jpg"):
            assert images.setdefault(data, name.split("/")[0]) == name.split("/")[0]
    owner: dict[str, str] = {}
    for split in ("train", "validation", "test"):
        for line in (out / split / "00000" / "metadata.jsonl").read_text().splitlines():
            for part in line.split('"text": "')[1:]:
                text = part.split('"')[0]
                assert owner.setdefault(text, split) == split


@pytest.mark.parametrize("stop_after", [1, 40])
def test_a_build_that_was_stopped_goes_on_without_a_repeated_call_to_the_same_bytes(
    tmp_path: Path, stop_after: int
) -> None:
    whole = Build(tmp_path / "whole")
    expected = files(whole.run())

    class Stop(KeyboardInterrupt):
        pass

    first = Build(tmp_path / "halves")

    def report(what: str, done: int, total: int) -> None:
        first.reports.append((what, done, total))
        if len(first.reports) == stop_after:
            raise Stop

    first._report = report  # type: ignore[method-assign]
    with pytest.raises(Stop):
        first.run()
    second = Build(tmp_path / "halves")
    assert files(second.run()) == expected
    kept = first.asker.fresh
    assert 0 < kept < len(whole.chat.asked)
    assert kept + len(second.chat.asked) == len(whole.chat.asked) == len(set(whole.chat.asked))
    third = Build(tmp_path / "halves")
    assert files(third.run("again")) == expected
    assert (third.chat.asked, third.asker.fresh) == ([], 0)


def test_another_seed_and_another_model_ask_anew(tmp_path: Path) -> None:
    first = Build(tmp_path)
    first.run()
    other = Build(tmp_path, order=Order(seed=1))
    other.run("other")
    assert other.asker.fresh > 100


def test_few_contexts_and_no_questions_too_many(tmp_path: Path) -> None:
    chat = ScriptedChat()
    out = Build(tmp_path, chat=chat, order=Order(contexts=1, questions=3, known=1.0)).run()
    # Three classes in two splits; the one photo for validation shows two of them.
    assert sum(step == "context" for step, _ in chat.asked) == 8
    per_photo: dict[str, int] = {}
    for one in records(out):
        per_photo[one.image] = per_photo.get(one.image, 0) + (one.task is not Task.RCID)
    assert set(per_photo.values()) <= {1, 2, 3}


def test_hugging_face_reads_what_was_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    datasets = pytest.importorskip("datasets")
    out = Build(tmp_path).run()
    read = datasets.load_dataset("imagefolder", data_dir=str(out), cache_dir=str(tmp_path / "c"))
    assert {split: len(rows) for split, rows in read.items()} == {
        one.split.value: one.total for one in check(out)
    }
    assert read["train"][0]["image"].size == (200, 120)
