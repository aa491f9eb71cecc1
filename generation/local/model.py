"""A language model with eyes on this machine: it writes, token by token or in batches."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator as Writer
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from transformers import GenerationConfig, PreTrainedModel, ProcessorMixin, StoppingCriteriaList

from generation.family import Family
from generation.generator import Finish, GenerationError
from generation.local.chat import ChatTemplate
from generation.local.defaults import Defaults
from generation.local.pieces import Pieces
from generation.local.sight import Sight, arguments
from generation.message import Message
from generation.picture import PictureBudget
from generation.sampling import GREEDY, Sampling
from vision.errors import UserError

# Chats in one `generate`; of 2,500 tokens each they take 1.2 GB beside the weights of a 7B model.
BATCH_SIZE = 8
# The library draws words with the process's own dice: a second model beside would change what a seed gives.
_ONE_AT_A_TIME = threading.Lock()
_PATIENCE_S = 0.05  # between two looks at whether somebody who waits for the model was cancelled


@dataclass(frozen=True, slots=True, eq=False)
class _Prompts:
    """Chats as `generate` takes them, shorter ones filled up on the left."""

    arguments: Mapping[str, object]
    length: int  # of each, in tokens


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote, and why it stopped."""

    text: str
    finish: Finish


class LocalModel:
    """A vision-language model of a known family. Safe for several threads: one of a process writes."""

    def __init__(
        self,
        network: PreTrainedModel,
        processor: ProcessorMixin,
        *,
        name: str,
        family: Family,
        picture_budget: PictureBudget,
    ) -> None:
        self.name, self.family, self.picture_budget = name, family, picture_budget
        self._network = network
        self._tokenizer = processor.tokenizer
        self._chat = ChatTemplate(processor, network.config.image_token_id)
        self._sight = Sight(network, processor)
        self._defaults = Defaults.of(network.generation_config, processor.tokenizer)
        # `generate` fills its gaps from here; what a folder may say is in the defaults.
        network.generation_config = GenerationConfig()
        self._context_length: int = network.config.get_text_config().max_position_embeddings
        self._lock = _ONE_AT_A_TIME

    @property
    def device(self) -> str:
        """Where it runs: cpu or cuda."""
        return str(self._network.device.type)

    @property
    def dtype(self) -> str:
        """The numbers that its weights are kept in, such as bfloat16."""
        return str(self._network.dtype).removeprefix("torch.")

    @property
    def note(self) -> str:
        """A warning about speed; empty on a GPU."""
        if self.device != "cpu":
            return ""
        smaller = "; bfloat16 (PLACARD_DTYPE) halves its memory" if self.dtype == "float32" else ""
        return f"{self.name} runs on the CPU, which is many times slower than a GPU{smaller}."

    def count(self, text: str) -> int:
        """How many tokens a text is."""
        return self._chat.count(text)

    def forget_pictures(self) -> None:
        """Keep nothing of the pictures that were seen."""
        with self._lock:
            self._sight.forget()

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, cancelled: threading.Event
    ) -> Writer[str, None, Finish]:
        """Write an answer token by token; raise `GenerationError` where that fails.

        Characters come whole. When the generator is closed, or `cancelled` is set, the work behind it ends.
        """
        tokens: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        pieces, last = Pieces(self._decoded), -1
        with ThreadPoolExecutor(1, "placard-model") as executor:
            work = executor.submit(self._write_into, tokens, messages, sampling, cancelled)
            work.add_done_callback(lambda _: tokens.put(None))
            try:
                while (token := tokens.get()) is not None:
                    last = token
                    if last not in self._defaults.ends and (piece := pieces.add(token)):
                        yield piece
            finally:
                if not work.done():  # somebody left
                    cancelled.set()
        with _told_in_a_line():
            work.result()
        if rest := pieces.rest():
            yield rest
        if last in self._defaults.ends:
            return Finish.END
        return Finish.CANCELLED if cancelled.is_set() else Finish.LENGTH

    def batch(self, chats: Sequence[Sequence[Message]], sampling: Sampling) -> list[Written]:
        """Write an answer to each chat, several in one go; the same texts as one by one where greedy."""
        written: list[Written] = []
        for start in range(0, len(chats), BATCH_SIZE):
            with self._lock, _told_in_a_line():
                written += self._answers(chats[start : start + BATCH_SIZE], sampling)
        return written

    def likelihoods(self, messages: Sequence[Message], options: Sequence[str]) -> list[float]:
        """How likely each option begins the answer, as the natural logarithm of its probability.

        Every option must be one token; a `ValueError` says which is not.
        """
        ids = [self._chat.single_token(option) for option in options]
        with self._lock, _told_in_a_line():
            settings = self._defaults.under(replace(GREEDY, max_new_tokens=1))
            settings.return_dict_in_generate = settings.output_logits = True
            prompts = self._prompts([messages])
            output = self._network.generate(**prompts.arguments, generation_config=settings)
            logits: torch.Tensor = output.logits[0]  # (1, vocabulary), of the first new token
        return logits[0].log_softmax(dim=-1)[ids].tolist()

    def _write_into(
        self,
        tokens: queue.SimpleQueue[int | None],
        messages: Sequence[Message],
        sampling: Sampling,
        cancelled: threading.Event,
    ) -> None:
        while not self._lock.acquire(timeout=_PATIENCE_S):
            if cancelled.is_set():
                return
        try:
            if cancelled.is_set():
                return
            prompts = self._prompts([messages])
            with self._seeded(sampling.seed):
                self._network.generate(
                    **prompts.arguments,
                    generation_config=self._settings(sampling, prompts),
                    streamer=_Tokens(tokens),
                    stopping_criteria=StoppingCriteriaList([_Cancelled(cancelled)]),
                )
        finally:
            self._lock.release()

    def _answers(self, chats: Sequence[Sequence[Message]], sampling: Sampling) -> list[Written]:
        prompts = self._prompts(chats)
        with self._seeded(sampling.seed):
            rows: torch.Tensor = self._network.generate(
                **prompts.arguments, generation_config=self._settings(sampling, prompts)
            )
        return [self._written(row) for row in rows[:, prompts.length :].tolist()]

    def _written(self, tokens: list[int]) -> Written:
        """A row of a batch, which is filled up behind the end of its answer."""
        for place, token in enumerate(tokens):
            if token in self._defaults.ends:
                return Written(self._decoded(tokens[:place]), Finish.END)
        return Written(self._decoded(tokens), Finish.LENGTH)

    def _settings(self, sampling: Sampling, prompts: _Prompts) -> GenerationConfig:
        """The settings of one call of `generate`, within what the model can read."""
        room = self._context_length - prompts.length
        if room < 1:
            raise GenerationError(
                f"The prompt takes {prompts.length} tokens, and {self.name} reads at most "
                f"{self._context_length - 1}; allow the picture, the biographies or the history fewer."
            )
        return self._defaults.under(replace(sampling, max_new_tokens=min(sampling.max_new_tokens, room)))

    def _prompts(self, chats: Sequence[Sequence[Message]]) -> _Prompts:
        seen = [[self._sight.see(told.picture) for told in chat if told.picture] for chat in chats]
        rows = [
            self._chat.tokens(chat, [one.tokens for one in pictures])
            for chat, pictures in zip(chats, seen, strict=True)
        ]
        length = max(map(len, rows))
        gaps = [length - len(row) for row in rows]
        ids = torch.tensor(
            [[self._defaults.padding] * gap + row for gap, row in zip(gaps, rows, strict=True)]
        )
        tensors = {
            "input_ids": ids,
            "attention_mask": torch.tensor([[0] * gap + [1] * (length - gap) for gap in gaps]),
            "mm_token_type_ids": torch.eq(ids, self._network.config.image_token_id).long(),
        }
        placed = {name: tensor.to(self._network.device) for name, tensor in tensors.items()}
        pictures = arguments([one for chat in seen for one in chat], self._network.device)
        return _Prompts({**placed, **pictures}, length)

    @contextmanager
    def _seeded(self, seed: int | None) -> Iterator[None]:
        """Dice that fall alike for the same seed; the process's own dice are left as they were."""
        if seed is None:
            yield
            return
        gpus = [torch.cuda.current_device()] if self.device == "cuda" else []
        with torch.random.fork_rng(devices=gpus):
            torch.manual_seed(seed)
            yield

    def _decoded(self, tokens: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text


class _Tokens:
    """Passes on the tokens that `generate` shows it, without the prompt."""

    def __init__(self, tokens: queue.SimpleQueue[int | None]) -> None:
        self._tokens = tokens
        self._prompt_seen = False

    def put(self, value: torch.Tensor) -> None:
        if self._prompt_seen:
            for token in value.tolist():
                self._tokens.put(token)
        self._prompt_seen = True

    def end(self) -> None:
        """Nothing: the end is when the work behind it is done, with or without an error."""


class _Cancelled:
    """Tells `generate` to stop."""

    def __init__(self, cancelled: threading.Event) -> None:
        self._cancelled = cancelled

    def __call__(self, ids: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        return torch.full((ids.shape[0],), self._cancelled.is_set(), device=ids.device)


@contextmanager
def _told_in_a_line() -> Iterator[None]:
    """Whatever breaks in the library, as one line for the user."""
    try:
        yield
    except UserError:
        raise
    except torch.OutOfMemoryError as error:
        raise GenerationError(
            "The GPU's memory is full; use a smaller model, a smaller picture or fewer biographies."
        ) from error
    except Exception as error:
        line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise GenerationError(f"The model failed: {line}") from error
