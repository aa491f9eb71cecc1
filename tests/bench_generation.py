"""Speed of answers against plain calls of the library in the same run: part of `make bench`.

Random weights are as fast as trained ones. On a GPU a model of the true 2B configuration is measured.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from gallery.entity import Entity, EntityKind
from generation.checking.check import checked_answer
from generation.context import Context, Entry
from generation.dtype import Dtype
from generation.extractive.reader import Reader
from generation.generator import Draft, Finish, Generator
from generation.local.generator import LocalGenerator, open_local
from generation.local.model import LocalModel
from generation.message import Message
from generation.prompter import Prompter
from generation.request import Request
from generation.sampling import Sampling
from generation.server.openai import connect
from tests.conftest import ASSETS
from tests.served import served
from tests.tiny import save_tiny, save_true_2b
from vision.box import Box
from vision.device import Device
from vision.photo import Photo

NEW_TOKENS = 64
SAMPLING = Sampling(max_new_tokens=NEW_TOKENS, temperature=0)
ROUNDS = 5
PEOPLE = 5
BIOGRAPHY = (
    "born in Haleyville, Winston County, Ala., July 22, 1965; B.A., Birmingham Southern College, 1987; "
    "J.D., Samford University, 1990; nurse; elected to the town council in 1998 and mayor from 2004 to 2012; "
)
QUESTION = "Where was the person on the left born?"


def main() -> None:
    """Print every figure as a line of a table."""
    import torch

    source = ASSETS / "tokenizers/qwen2"
    print("| what | measured | baseline | ratio |\n|---|---|---|---|")
    for line in _outside():
        print(line, flush=True)
    if not source.exists():
        print("| local models | not measured: PLACARD_ASSETS has no tokenizer | | |")
        return
    with tempfile.TemporaryDirectory() as folder:
        tiny = save_tiny(source, Path(folder) / "tiny")
        for line in (*_local("10M weights", tiny, Dtype.FLOAT32, (8,)), _served(tiny, Path(folder))):
            print(line, flush=True)
        if not torch.cuda.is_available():
            print("| a model of the 2B configuration on a GPU | not measured: no GPU is here | | |")
            return
        true = save_true_2b(source, Path(folder) / "2b")
        for line in _local("2B configuration, bfloat16", true, Dtype.BFLOAT16, (8, 32)):
            print(line, flush=True)
        peak = torch.cuda.max_memory_allocated() / 2**30
        print(f"| peak memory, both models loaded | {peak:.1f} GiB | | |")


def _outside() -> Iterator[str]:
    """What a question costs beside the model: messages from a photo of 12 megapixels, and the check."""
    request = _request(0, (4000, 3000))
    prompter = Prompter()
    messages = _median(partial(prompter.messages, request))
    text = " ".join(f"{entry.name} was born on July 22, 1965 [{entry.k}]." for entry in _entries()) * 4
    draft = Draft(text, Finish.END, "")
    check = _median(partial(checked_answer, draft, request.context, Reader()))
    picture = _median(partial(prompter.messages, _request(0, (1148, 840))))
    yield f"| prompt and picture of a 12-megapixel photo, {PEOPLE} people | {1000 * messages:.1f} ms | | |"
    yield f"| the same for a photo that needs no scaling | {1000 * picture:.1f} ms | | |"
    yield f"| check of an answer of {len(text.split())} words | {1000 * check:.1f} ms | | |"


def _local(title: str, folder: Path, dtype: Dtype, sizes: Sequence[int]) -> Iterator[str]:
    generator = open_local(folder, dtype=dtype, sampling=SAMPLING)
    model, plain = generator.model, Plain(folder, generator)
    messages = generator._prompter.messages(_request(0, (640, 480)))
    model.forget_pictures()
    runs = [(_streamed(model, messages), plain.answer([messages])) for _ in range(ROUNDS)]
    ours, bare = (min(run[side].whole_s for run in runs) for side in (0, 1))
    first = min(run[0].first_s for run in runs)
    yield (
        f"| {title}: one answer of {NEW_TOKENS} tokens, streamed, against plain `generate` "
        f"| {ours:.3f} s | {bare:.3f} s | {ours / bare:.2f} |"
    )
    yield f"| {title}: first token, {NEW_TOKENS / ours:.0f} tokens/s | {1000 * first:.0f} ms | | |"
    yield _picture_kept(title, model, messages)
    for size in sizes:
        chats = [generator._prompter.messages(_request(n, (640, 480))) for n in range(size)]
        runs = [(_batched(model, chats), plain.answer(chats)) for _ in range(3)]
        ours, bare = (min(run[side].whole_s for run in runs) for side in (0, 1))
        yield (
            f"| {title}: {size} answers in batches ({size * NEW_TOKENS / ours:.0f} tokens/s), "
            f"against plain `generate` of all | {ours:.3f} s | {bare:.3f} s | {ours / bare:.2f} |"
        )


def _served(folder: Path, home: Path) -> str:
    """One answer through HTTP, `transformers serve` on the CPU, against the same model in this process."""
    request = _request(0, (640, 480))
    local = open_local(folder, device=Device.CPU, sampling=SAMPLING)
    with served(folder, home) as url:
        server = connect(url, sampling=SAMPLING)
        runs = [(_asked(server, request), _asked(local, request)) for _ in range(ROUNDS + 1)][1:]
    ours, theirs = (min((run[side] for run in runs), key=lambda run: run.whole_s) for side in (0, 1))
    return (
        f"| 10M weights: one answer served (first token {1000 * ours.first_s:.0f} ms), "
        f"against local (first token {1000 * theirs.first_s:.0f} ms) "
        f"| {ours.whole_s:.3f} s | {theirs.whole_s:.3f} s | {ours.whole_s / theirs.whole_s:.2f} |"
    )


def _asked(generator: Generator, request: Request) -> Run:
    start, first = time.perf_counter(), 0.0
    for _ in generator.stream(request):
        first = first or time.perf_counter() - start
    return Run(time.perf_counter() - start, first)


@dataclass(frozen=True, slots=True)
class Run:
    """How long an answer took."""

    whole_s: float
    first_s: float = 0.0


def _streamed(model: LocalModel, messages: Sequence[Message]) -> Run:
    model.forget_pictures()
    start, first = time.perf_counter(), 0.0
    for _ in model.stream(messages, SAMPLING, threading.Event()):
        first = first or time.perf_counter() - start
    return Run(time.perf_counter() - start, first)


def _batched(model: LocalModel, chats: Sequence[Sequence[Message]]) -> Run:
    model.forget_pictures()
    return Run(_timed(partial(model.batch, chats, SAMPLING)))


def _picture_kept(title: str, model: LocalModel, messages: Sequence[Message]) -> str:
    """First tokens of a second question, the picture being known, against seeing it anew."""
    kept = statistics.median(_first(model, messages) for _ in range(ROUNDS))
    anew = statistics.median(_first(model, messages, forget=True) for _ in range(ROUNDS))
    return (
        f"| {title}: first token of a further question about a photo, against looking at it again "
        f"| {1000 * kept:.0f} ms | {1000 * anew:.0f} ms | {kept / anew:.2f} |"
    )


def _first(model: LocalModel, messages: Sequence[Message], *, forget: bool = False) -> float:
    if forget:
        model.forget_pictures()
    start = time.perf_counter()
    pieces = model.stream(messages, SAMPLING, threading.Event())
    next(pieces)
    first = time.perf_counter() - start
    pieces.close()
    return first


class Plain:
    """The library alone: its processor, its model, its `generate`."""

    def __init__(self, folder: Path, generator: LocalGenerator) -> None:
        from transformers import AutoModelForImageTextToText, AutoProcessor

        model = generator.model
        self._processor = AutoProcessor.from_pretrained(folder)
        network = AutoModelForImageTextToText.from_pretrained(folder, dtype=model.dtype)
        self._network = network.to(model.device).eval()

    def answer(self, chats: Sequence[Sequence[Message]]) -> Run:
        """Answer all chats in one call, pictures included."""
        start = time.perf_counter()
        inputs = self._processor.apply_chat_template(
            [_as_library(chat) for chat in chats],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs={"padding": True, "padding_side": "left"},
        ).to(self._network.device)
        ids = self._network.generate(**inputs, max_new_tokens=NEW_TOKENS, do_sample=False)
        assert ids.shape[1] - inputs["input_ids"].shape[1] == NEW_TOKENS
        return Run(time.perf_counter() - start)


def _as_library(chat: Sequence[Message]) -> list[dict[str, Any]]:
    from PIL import Image

    return [
        {
            "role": message.role.value,
            "content": [
                *(
                    {"type": "image", "image": Image.fromarray(picture.pixels)}
                    for picture in [message.picture]
                    if picture is not None
                ),
                {"type": "text", "text": message.text},
            ],
        }
        for message in chat
    ]


def _request(seed: int, size: tuple[int, int]) -> Request:
    """A question about a photo of noise; every seed gives another photo."""
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    return Request(Photo.from_pixels(pixels), Context(size, _entries(), ()), QUESTION)


def _entries() -> tuple[Entry, ...]:
    return tuple(
        Entry.of(k, Entity(k, EntityKind.PERSON, "person", f"Ann Lee {k}", 5 * BIOGRAPHY, "bench"), box, box)
        for k, box in ((k, Box(100 * k, 50, 100 * k + 80, 400)) for k in range(1, PEOPLE + 1))
    )


def _median(function: Callable[[], object]) -> float:
    return statistics.median(_timed(function) for _ in range(9))


def _timed(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
