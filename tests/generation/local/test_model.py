from __future__ import annotations

import inspect
import itertools
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    PreTrainedModel,
    ProcessorMixin,
    Qwen2VLForConditionalGeneration,
)

from generation.generator import Finish, GenerationError
from generation.local.loading import load_model
from generation.local.model import BATCH_SIZE, LocalModel, Written
from generation.local.sight import KEPT
from generation.message import Message, Role
from generation.picture import Picture
from generation.sampling import Sampling
from tests.generation.local.chats import chat, eight, made, written
from tests.generation.local.folders import copied, rewritten
from vision.device import Device

SHORT = Sampling(12, temperature=0)
ENDLESS = Sampling(30_000, temperature=0)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """What the vision part is shown from now on."""
    shown: list[torch.Tensor] = []
    look = Qwen2VLForConditionalGeneration.get_image_features

    def counted(self: object, patches: torch.Tensor, *rest: object, **more: object) -> object:
        shown.append(patches)
        return look(self, patches, *rest, **more)

    monkeypatch.setattr(Qwen2VLForConditionalGeneration, "get_image_features", counted)
    return shown


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Makes the model raise an error."""

    def fail(error: Exception) -> None:
        def forward(*_: object, input_ids: object = None, **__: object) -> None:
            raise error

        forward.__signature__ = signature  # type: ignore[attr-defined]  # the library looks at it
        monkeypatch.setattr(Qwen2VLForConditionalGeneration, "forward", forward)

    signature = inspect.signature(Qwen2VLForConditionalGeneration.forward)
    return fail


def workers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("placard-model")]


@dataclass(frozen=True)
class Library:
    """transformers as its own documentation uses it."""

    network: PreTrainedModel
    processor: ProcessorMixin


@pytest.fixture(scope="module")
def library(tiny_model: Path) -> Library:
    return Library(
        AutoModelForImageTextToText.from_pretrained(tiny_model, local_files_only=True, dtype=torch.float32),
        AutoProcessor.from_pretrained(tiny_model, local_files_only=True),
    )


def plain(library: Library, messages: Sequence[Message], count: int) -> list[int]:
    """The new tokens of the library's own greedy `generate`, with its own processor."""
    processor, network = library.processor, library.network
    told = [
        {"role": m.role.value, "content": [{"type": "image"}] * bool(m.picture) + [text_of(m)]}
        for m in messages
    ]
    prompt = processor.apply_chat_template(told, tokenize=False, add_generation_prompt=True)
    pictures = [message.picture.pixels for message in messages if message.picture]
    inputs = processor(text=[prompt], images=pictures, return_tensors="pt")
    settings = {"do_sample": False, "temperature": 1.0, "top_k": 50, "max_new_tokens": count}
    row: list[int] = network.generate(**inputs, **settings)[0, inputs["input_ids"].shape[1] :].tolist()
    return row


def text_of(message: Message) -> dict[str, str]:
    return {"type": "text", "text": message.text}


def test_a_stream_a_batch_and_the_librarys_own_generate_write_the_same(
    model: LocalModel, library: Library
) -> None:
    messages = [*chat(picture=made(3, 9, 5)), Message(Role.ASSISTANT, "Zoë [1]."), Message(Role.USER, "Why?")]
    expected = library.processor.decode(plain(library, messages, 12))
    assert written(model, messages, SHORT) == Written(expected, Finish.LENGTH)
    assert model.batch([messages], SHORT) == [Written(expected, Finish.LENGTH)]


def test_a_batch_of_eight_photos_and_questions_is_eight_singles(model: LocalModel) -> None:
    sampling = Sampling(32, temperature=0)
    singles = [written(model, messages, sampling) for messages in eight()]
    assert len({single.text for single in singles}) == 8
    assert model.batch(eight(), sampling) == singles


def test_more_chats_than_fit_are_answered_in_parts_in_their_order(model: LocalModel) -> None:
    chats = [*eight(), *reversed(eight())]
    answers = model.batch(chats, SHORT)
    assert len(chats) > BATCH_SIZE
    assert answers == [*answers[:8], *reversed(answers[:8])]
    assert model.batch([], SHORT) == []


def test_changing_the_picture_changes_what_the_model_thinks(model: LocalModel) -> None:
    shape = made(1).pixels.shape
    pictures = [made(1), made(2), Picture(np.zeros(shape, dtype=np.uint8), "black")]
    prints = [model.likelihoods(chat(picture=picture), "ABCDEFGH") for picture in pictures]
    for one, other in itertools.combinations(prints, 2):
        assert np.abs(np.subtract(one, other)).max() > 0.1


def test_changing_one_corner_of_the_picture_changes_what_the_model_thinks(model: LocalModel) -> None:
    pixels = made(1, 8, 8).pixels.copy()
    pixels[-28:, -28:] = 0
    before = model.likelihoods(chat(picture=made(1, 8, 8)), "ABCDEFGH")
    after = model.likelihoods(chat(picture=Picture(pixels, "changed")), "ABCDEFGH")
    assert np.abs(np.subtract(before, after)).max() > 0.01


def test_likelihoods_are_those_of_the_first_token(model: LocalModel, library: Library) -> None:
    told = [{"role": "user", "content": [{"type": "image"}, text_of(chat()[0])]}]
    prompt = library.processor.apply_chat_template(told, tokenize=False, add_generation_prompt=True)
    inputs = library.processor(text=[prompt], images=[made(0).pixels], return_tensors="pt")
    logits = library.network(**inputs).logits[0, -1].log_softmax(-1)
    assert model.likelihoods(chat(), "AB") == pytest.approx(logits[[32, 33]].tolist(), abs=1e-4)


@pytest.mark.parametrize(("columns", "rows"), [(1, 2), (4, 3), (40, 2)])
def test_a_picture_is_taken_in_the_size_that_it_has(model: LocalModel, columns: int, rows: int) -> None:
    seen = model._sight.see(made(0, columns, rows))
    assert seen.grid.tolist() == [[1, 2 * rows, 2 * columns]]
    assert seen.tokens == columns * rows


def test_a_photo_is_looked_at_once_in_a_conversation(model: LocalModel, looks: list[torch.Tensor]) -> None:
    first = chat(picture=made(5, 9, 7))
    answer = written(model, first, SHORT)
    later = [*first, Message(Role.ASSISTANT, answer.text), Message(Role.USER, "Since when?")]
    said = written(model, later, SHORT)
    model.batch([later, first], SHORT)
    assert len(looks) == 1
    model.forget_pictures()
    assert written(model, later, SHORT) == said
    assert len(looks) == 2


def test_what_is_kept_of_pictures_is_bounded_and_never_mixed_up(
    model: LocalModel, looks: list[torch.Tensor]
) -> None:
    answers = [written(model, messages, SHORT) for messages in eight()]
    assert [written(model, messages, SHORT) for messages in eight()[-KEPT:]] == answers[-KEPT:]
    assert len(looks) == 8
    assert written(model, eight()[0], SHORT) == answers[0]
    assert len(looks) == 9
    smaller = replace(made(7, 3, 3), photo=made(7).photo)
    assert written(model, chat(picture=smaller), SHORT) != written(model, chat(picture=made(7)), SHORT)


def test_where_the_library_takes_no_features_the_text_is_the_same(
    model: LocalModel, monkeypatch: pytest.MonkeyPatch, looks: list[torch.Tensor]
) -> None:
    answers = model.batch(eight()[:3], SHORT)
    model.forget_pictures()
    monkeypatch.setattr(model._sight, "reuses", False)
    assert model.batch(eight()[:3], SHORT) == answers
    assert [written(model, messages, SHORT) for messages in eight()[:3]] == answers
    model.forget_pictures()


def test_an_answer_ends_with_the_turn_alone_and_among_longer_ones(
    tiny_model: Path, tmp_path: Path, model: LocalModel, library: Library
) -> None:
    tokens = plain(library, eight()[0], 12)
    folder = copied(tiny_model, tmp_path / "ending")
    rewritten(folder / "generation_config.json", json.dumps({"eos_token_id": tokens[4]}))
    ending = load_model(folder)
    (whole, *others) = model.batch(eight()[:3], SHORT)
    (cut, *same) = ending.batch(eight()[:3], SHORT)
    assert (cut.finish, whole.finish) == (Finish.END, Finish.LENGTH)
    assert whole.text.startswith(cut.text)
    assert ending.count(cut.text) == 4
    assert same == others
    assert written(ending, eight()[0], SHORT) == cut


def test_greedy_is_greedy_whatever_dice_the_folder_rolls(
    tiny_model: Path, tmp_path: Path, model: LocalModel
) -> None:
    folder = copied(tiny_model, tmp_path / "rolling")
    dice = {"do_sample": True, "temperature": 2.0, "top_k": 0, "top_p": 1.0}
    rewritten(folder / "generation_config.json", json.dumps(dice))
    assert written(load_model(folder), chat(), SHORT) == written(model, chat(), SHORT)


def test_the_end_of_a_turn_ends_an_answer_whatever_the_folder_says(folder: Path) -> None:
    (folder / "generation_config.json").unlink()
    assert 151645 in load_model(folder)._defaults.ends


def test_leaving_a_stream_ends_the_work_behind_it(model: LocalModel) -> None:
    stream = model.stream(chat(), ENDLESS, threading.Event())
    assert next(stream)
    assert workers()
    stream.close()
    assert not workers()
    assert written(model, chat(), SHORT).finish is Finish.LENGTH


def test_an_answer_can_be_stopped_from_elsewhere(model: LocalModel) -> None:
    cancelled = threading.Event()
    stream = model.stream(chat(), ENDLESS, cancelled)
    pieces = [next(stream)]
    cancelled.set()
    with pytest.raises(StopIteration) as end:
        while True:
            pieces.append(next(stream))
    assert end.value.value is Finish.CANCELLED
    assert not workers()
    assert written(model, chat(), Sampling(len(pieces) + 20, temperature=0)).text.startswith("".join(pieces))


def test_somebody_who_waits_for_the_model_can_be_stopped(model: LocalModel) -> None:
    writing = model.stream(chat(), ENDLESS, threading.Event())
    next(writing)
    cancelled = threading.Event()
    waiting: list[Finish] = []

    def wait() -> None:
        stream = model.stream(chat(), SHORT, cancelled)
        try:
            next(stream)
        except StopIteration as end:
            waiting.append(end.value)

    thread = threading.Thread(target=wait)
    thread.start()
    cancelled.set()
    thread.join()
    assert waiting == [Finish.CANCELLED]
    assert model._lock.locked()  # the other is still writing
    writing.close()


def test_two_threads_get_the_answers_that_one_gets(model: LocalModel) -> None:
    expected = model.batch(eight(), SHORT)
    answers: dict[int, Written] = {}

    def ask(number: int) -> None:
        answers[number] = written(model, eight()[number], SHORT)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[number] for number in range(8)] == expected


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB\nmore"),
            "GPU's memory is full",
        ),
        (RuntimeError("CUDA error: device-side assert\ntriggered"), "The model failed: CUDA error: device"),
        (KeyError("odd"), "The model failed: 'odd'"),
    ],
)
def test_what_breaks_in_the_model_is_one_line_for_who_asked(
    model: LocalModel, failing: Callable[[Exception], None], error: Exception, line: str
) -> None:
    failing(error)
    with pytest.raises(GenerationError, match=line) as raised:
        written(model, chat(), SHORT)
    assert "\n" not in str(raised.value)
    with pytest.raises(GenerationError, match=line):
        model.batch([chat()], SHORT)
    assert not workers()


def test_after_an_error_the_model_answers_again(
    model: LocalModel, failing: Callable[[Exception], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written(model, chat(), SHORT)
    failing(RuntimeError("once"))
    with pytest.raises(GenerationError):
        written(model, chat(), SHORT)
    monkeypatch.undo()
    assert written(model, chat(), SHORT) == before


def test_a_prompt_that_is_longer_than_the_model_reads_is_an_error(model: LocalModel) -> None:
    with pytest.raises(
        GenerationError, match=r"takes 33\d{3} tokens, and \w+ reads at most 32767; allow the picture"
    ):
        written(model, chat("a " * 33_000), SHORT)


def test_a_seed_repeats_an_answer_and_leaves_other_dice_alone(model: LocalModel) -> None:
    wild = Sampling(12, temperature=2.0, seed=7)
    before = torch.random.get_rng_state()
    answers = [written(model, chat(), wild), written(model, chat(), wild)]
    assert answers[0] == answers[1] == model.batch([chat()], wild)[0]
    assert written(model, chat(), replace(wild, seed=8)) != answers[0]
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_seed_holds_while_another_model_draws_words(model: LocalModel, light: Path) -> None:
    other = load_model(light, device=Device.CPU)
    wild = Sampling(24, temperature=2.0, seed=7)
    expected = written(model, chat(), wild)
    busy = threading.Thread(target=lambda: [written(other, chat(), replace(wild, seed=n)) for n in range(6)])
    busy.start()
    answers = [written(model, chat(), wild) for _ in range(4)]
    busy.join()
    assert answers == [expected] * 4


def test_a_model_writes_nothing_to_the_terminal(model: LocalModel, capfd: pytest.CaptureFixture[str]) -> None:
    for sampling in (SHORT, Sampling(4), Sampling(4, temperature=0.5, top_p=0.9, seed=1)):
        written(model, chat(), sampling)
        model.batch(eight()[:2], sampling)
    model.likelihoods(chat(), "AB")
    assert capfd.readouterr() == ("", "")
