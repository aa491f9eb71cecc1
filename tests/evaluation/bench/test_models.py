"""A real model class with random weights goes through the bench: plumbing, no figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.bench.bench import Bench
from evaluation.bench.example import Example, Kept
from evaluation.bench.matching import GoldMatcher
from evaluation.bench.reference_prompt import ReferencePrompter
from evaluation.bench.run import Plan, run_bench
from evaluation.bench.setting import Ask, Setting
from generation.context import Context
from generation.local.generator import LocalGenerator, open_local
from generation.prompter import Prompter
from generation.request import Request
from generation.sampling import Sampling
from generation.server.openai import connect
from tests.evaluation.bench.handmade import handmade
from tests.generation.server.scripted import fails, says, serving
from vision.device import Device
from vision.photo import Photo


@pytest.fixture(scope="module")
def generator(tiny_model: Path) -> LocalGenerator:
    return open_local(tiny_model, device=Device.CPU, sampling=Sampling(max_new_tokens=8, temperature=0))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    whole = handmade(tmp_path / "bench")
    return replace(whole, questions=whole.questions[:3])


WHO = "Who is on the left?"


def ran(bench: Bench, plan: Plan) -> list[Example]:
    with Kept(bench.folder / "kept.jsonl") as kept:
        return run_bench(bench, plan, kept)


def test_a_model_chooses_with_and_without_what_is_known(bench: Bench, generator: LocalGenerator) -> None:
    gold = ran(bench, Plan(Setting.GOLD, generator, GoldMatcher(bench)))
    closed = ran(bench, Plan(Setting.CLOSED, generator))
    assert all(example.error is None and example.picked is not None for example in (*gold, *closed))
    assert "[1]: The information of the person located at" in gold[0].sent
    assert "born in Lyon, Texas" in gold[0].sent
    assert "A. Lyon, Texas\nB. Mobile, Alabama" in gold[0].sent
    assert closed[0].sent.startswith("Nobody in the given image is known.")
    assert "born in" not in closed[0].sent.split("?")[1]


def test_a_model_writes_in_batches(bench: Bench, generator: LocalGenerator) -> None:
    written = ran(bench, Plan(Setting.GOLD, generator, GoldMatcher(bench), ask=Ask.WRITE))
    assert all(example.error is None and example.text for example in written)
    assert "D. There is not enough information to answer the question" in written[0].sent


def test_reference_photos_are_sent_instead_of_boxes(bench: Bench, generator: LocalGenerator) -> None:
    told = bench.photos["p1"]
    photo = Photo.open(bench.folder / told.file)
    request = Request(photo, Context.of(photo, GoldMatcher(bench).matches(photo, told)), WHO)
    messages = ReferencePrompter.of(Prompter(), bench).messages(request)
    assert [message.text for message in messages] == [
        "1. Name: Ada Rost, Info: Ada Rost is a potter; born in Lyon, Texas, May 2, 1970",
        "2. Name: Bob Grun, Info: Bob Grun is a potter; born in Mobile, Alabama, May 2, 1970",
        f"Answer the following question based on the information above and the given image.\n{WHO}",
    ]
    seen = [message.picture.photo for message in messages if message.picture is not None]
    references = [Photo.open(bench.folder / f"references/{name}.png") for name in ("Ada", "Bob")]
    assert seen == [one.sha256 for one in (*references, photo)]
    prompted = generator.prompted(lambda prompter: ReferencePrompter.of(prompter, bench))
    (example, *_) = ran(bench, Plan(Setting.REFERENCE, prompted, GoldMatcher(bench)))
    assert example.error is None
    assert "<|box_start|>" not in example.sent


def test_a_server_is_asked_the_same_way_and_what_it_refuses_is_an_error(bench: Bench) -> None:
    with serving(says("The answer is B [2]."), fails(400, "too long"), says("A")) as server:
        asked = connect(server.url, retries=0).prompted(
            lambda prompter: ReferencePrompter.of(prompter, bench)
        )
        examples = ran(bench, Plan(Setting.REFERENCE, asked, GoldMatcher(bench)))
    assert [example.picked for example in examples] == [1, None, 0]
    assert examples[0].cited == ("Bob",)
    assert [example.error is not None for example in examples] == [False, True, False]
    blocks = [block["type"] for turn in server.bodies[0]["messages"] for block in turn["content"]]
    assert blocks == ["image_url", "text"] * 3  # two references and the scene
