"""A real server with a real small model: what it says through HTTP is what the weights say here."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from generation.generator import Finish, GenerationError
from generation.local.generator import open_local
from generation.picture import PictureBudget
from generation.prompter import Prompter
from generation.request import Request, Turn
from generation.sampling import Sampling
from generation.server.chat import ChatGenerator
from generation.server.openai import connect
from tests.app.conftest import Run
from tests.generation.contexts import ada, bob, photo
from tests.served import served
from vision.device import Device
from vision.photo import Photo

TOKENS = 32
CONTEXT = photo(ada, bob)
PROMPTER = Prompter(picture=PictureBudget(4, 64))
QUESTIONS = ["Who is it?", "Describe the image.", "Who was born in Texas?"]


def noise(seed: int) -> Photo:
    """A photo like no other."""
    pixels = np.random.default_rng(seed).integers(0, 256, (500, 1000, 3), dtype=np.uint8)
    return Photo.from_pixels(pixels)


PHOTO = noise(0)


@pytest.fixture(scope="module")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of the small model, in float32."""
    with served(tiny_model, tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest.fixture(scope="module")
def generator(server: str) -> ChatGenerator:
    """The server's only model, greedy."""
    return connect(server, sampling=Sampling(TOKENS, temperature=0), prompter=PROMPTER)


@pytest.fixture(scope="module")
def here(tiny_model: Path) -> Weights:
    """The same weights in this process."""
    return Weights(tiny_model)


class Weights:
    """A model of transformers, used as its own documentation shows."""

    def __init__(self, folder: Path) -> None:
        self.processor = AutoProcessor.from_pretrained(folder)
        self.model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)

    def says(self, request: Request) -> str:
        """The likeliest words after the same messages."""
        chat = []
        for message in PROMPTER.messages(request):
            content: list[dict[str, object]] = [{"type": "text", "text": message.text}]
            if message.picture is not None:
                content.insert(0, {"type": "image", "image": Image.fromarray(message.picture.pixels)})
            chat.append({"role": message.role.value, "content": content})
        inputs = self.processor.apply_chat_template(
            chat, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
        )
        written = self.model.generate(**inputs, max_new_tokens=TOKENS, do_sample=False)
        new = written[0, inputs["input_ids"].shape[1] :]
        return str(self.processor.decode(new, skip_special_tokens=True)).strip()


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_served_model_says_what_the_same_weights_say_here(
    generator: ChatGenerator, here: Weights, question: str
) -> None:
    request = Request(PHOTO, CONTEXT, question)
    draft = generator.stream(request).finished()
    assert draft.text == here.says(request)
    assert len(draft.text) > TOKENS // 2
    assert draft.finish is Finish.LENGTH  # random weights do not come to an end


def test_a_served_conversation_is_the_same_as_here(generator: ChatGenerator, here: Weights) -> None:
    request = Request(PHOTO, CONTEXT, "And he?", (Turn("Who is she?", "Ada [1]."),))
    assert generator.stream(request).finished().text == here.says(request)


def test_a_served_model_and_a_local_one_write_the_same(generator: ChatGenerator, tiny_model: Path) -> None:
    local = open_local(
        tiny_model,
        device=Device.CPU,
        sampling=Sampling(TOKENS, temperature=0),
        min_tokens=4,
        max_tokens=64,
    )
    request = Request(PHOTO, CONTEXT, "Who is on the left?", (Turn("Who is she?", "Ada [1]."),))
    ours, theirs = (one.stream(request).finished() for one in (local, generator))
    assert ours == theirs


@pytest.mark.usefixtures("collins")
def test_ask_and_chat_go_through_a_server(
    run: Run, nasa: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACARD_MAX_NEW_TOKENS", "8")
    monkeypatch.setenv("PLACARD_TEMPERATURE", "0")
    form = run("ask", nasa, "Who is this?", "--server", server, "--json").json
    assert (form["generator"], form["reason"], form["finish"]) == ("server", "a server is set", "length")
    assert form["sent"].endswith("Who is this?")
    monkeypatch.setattr("sys.stdin", io.StringIO("Who is this?\nAnd where?\n"))
    first, second = map(json.loads, run("chat", nasa, "--server", server, "--json").out.splitlines())
    assert first["answer"] == form["answer"]
    assert first["answer"] in second["sent"]


def test_another_photo_gives_another_answer(generator: ChatGenerator) -> None:
    drafts = generator.batch([Request(noise(seed), CONTEXT, "Who is it?") for seed in range(2)])
    assert drafts[0].sent == drafts[1].sent
    assert drafts[0].text != drafts[1].text


def test_a_batch_says_what_single_questions_say(generator: ChatGenerator) -> None:
    requests = [Request(PHOTO, CONTEXT, question) for question in QUESTIONS]
    singles = [generator.stream(request).finished() for request in requests]
    assert generator.batch(requests) == singles


def test_a_server_answers_the_next_question_after_one_was_left(server: str) -> None:
    generator = connect(server, sampling=Sampling(4000, temperature=0), prompter=PROMPTER)
    for _ in generator.stream(Request(PHOTO, CONTEXT, "Describe the image.")):
        break
    short = connect(server, sampling=Sampling(4, temperature=0), prompter=PROMPTER)
    assert short.stream(Request(PHOTO, CONTEXT, "Who is it?")).finished().text


def test_a_model_that_is_not_served_is_refused_in_one_line(server: str) -> None:
    generator = connect(server, "placard/huge", prompter=PROMPTER)
    with pytest.raises(GenerationError, match=r"refused the question .*pinned to 'placard/tiny'"):
        generator.stream(Request(PHOTO, CONTEXT, "Who is it?")).finished()
