from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from generation.choosing import CHOOSE
from generation.conversation import Conversation, answers
from generation.generator import Finish, Generator
from generation.local.generator import LocalGenerator, open_local
from generation.local.model import LocalModel
from generation.picture import PictureBudget
from generation.prompt import INSTRUCTION_WITHOUT_CITATIONS, Wording
from generation.prompter import Prompter
from generation.request import Request, Turn
from generation.sampling import Sampling
from tests.generation.contexts import ada, blank, bob, photo
from tests.generation.local.chats import chat
from vision.device import Device

SHORT = Sampling(8, temperature=0)
CONTEXT = photo(ada, None, bob)


@pytest.fixture
def generator(model: LocalModel) -> LocalGenerator:
    return LocalGenerator(model, Prompter(picture=PictureBudget(16, 32), count=model.count), SHORT)


def asked(question: str, *history: Turn) -> Request:
    return Request(blank(CONTEXT), CONTEXT, question, history)


def test_a_stream_and_a_batch_say_what_they_were_sent_and_write_the_same(generator: LocalGenerator) -> None:
    requests = [asked("Who is this?"), asked("And when?", Turn("Who is this?", "Ada [1].")), asked("Why?")]
    drafts = generator.batch(requests)
    assert [generator.stream(request).finished() for request in requests] == drafts
    assert [draft.finish for draft in drafts] == [Finish.LENGTH] * 3
    assert drafts[0].sent.startswith("[1]: The information of the person located at <|box_start|>(0,100),")
    assert drafts[1].sent.endswith("assistant: Ada [1].\n\nuser: And when?")


def test_a_conversation_is_held_with_the_local_model(generator: LocalGenerator) -> None:
    as_any: Generator = generator
    conversation = Conversation(blank(CONTEXT), CONTEXT, as_any)
    first, second = conversation.ask("Who is this?"), conversation.ask("Since when?")
    assert (first.generator, first.note) == ("local", "Answered by tiny on cpu (float32).")
    assert first.text
    assert f"assistant: {first.text[:5]}" in second.sent
    assert answers(generator, [asked("Who is this?")])[0].text == first.text


def test_leaving_a_stream_early_keeps_what_was_written(generator: LocalGenerator) -> None:
    long = LocalGenerator(
        generator.model, Prompter(picture=PictureBudget(16, 32)), replace(SHORT, max_new_tokens=9000)
    )
    stream = long.stream(asked("Who is this?"))
    for _ in stream:
        break
    assert stream.draft.finish is Finish.CANCELLED
    assert stream.draft.text
    stream = long.stream(asked("Who is this?"))
    for number, _ in enumerate(stream):
        if number == 2:
            stream.cancel()
    assert stream.draft.finish is Finish.CANCELLED
    assert generator.stream(asked("Who is this?")).finished().finish is Finish.LENGTH


def test_an_answer_is_stopped_while_it_waits_for_another(generator: LocalGenerator) -> None:
    writing = generator.model.stream(chat(), Sampling(9000, temperature=0), threading.Event())
    next(writing)
    waiting = generator.stream(asked("Who is this?"))
    thread = threading.Thread(target=waiting.finished)
    thread.start()
    waiting.cancel()
    thread.join()
    assert waiting.draft.finish is Finish.CANCELLED
    assert generator.model._lock.locked()  # the other is still writing
    writing.close()


def test_the_option_with_the_likeliest_letter_is_chosen(
    generator: LocalGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["a nurse", "a [1]: pilot", "a baker"]
    told: list[str] = []
    likelihoods = generator.model.likelihoods

    def listening(messages: tuple, letters: str) -> list[float]:  # type: ignore[type-arg]  # any
        told.append(messages[-1].text)
        return likelihoods(messages, letters)

    monkeypatch.setattr(generator.model, "likelihoods", listening)
    choice = generator.choose(asked("What is she?"), options)
    assert told[0].endswith(f"What is she?\nA. a nurse\nB. a (1) - pilot\nC. a baker\n{CHOOSE}")
    messages = Prompter(picture=PictureBudget(16, 32), count=generator.model.count).messages(
        asked("What is she?")
    )
    scores = likelihoods([replace(messages[0], text=told[0])], "ABC")
    assert choice.index == scores.index(max(scores))
    assert choice.text == options[choice.index]


@pytest.mark.parametrize("count", [0, 1, 27])
def test_options_have_letters(generator: LocalGenerator, count: int) -> None:
    with pytest.raises(ValueError, match=f"Expected 2 to 26 options, but got {count}"):
        generator.choose(asked("Which?"), ["x"] * count)


@pytest.mark.parametrize(
    ("least", "most", "budget"),
    [
        (None, None, PictureBudget(256, 1280)),
        (None, 64, PictureBudget(64, 64)),
        (2000, None, PictureBudget(2000, 2000)),
        (10, 20, PictureBudget(10, 20)),
    ],
)
def test_settings_go_before_what_the_folder_says(
    light: Path, least: int | None, most: int | None, budget: PictureBudget
) -> None:
    opened = open_local(
        light,
        device=Device.CPU,
        min_tokens=least,
        max_tokens=most,
        wording=Wording(cite=False),
        sampling=SHORT,
    )
    assert opened._prompter.picture == budget
    request = asked("Who is this?")
    assert INSTRUCTION_WITHOUT_CITATIONS in opened._prompter.messages(request)[0].text
