"""RC-Qwen2-VL on this machine as a LangChain chat model."""

from __future__ import annotations

import threading
from collections.abc import Generator as Writer
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, Self, runtime_checkable

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LangSmithParams
from langchain_core.language_models.chat_models import (
    BaseChatModel,
    agenerate_from_stream,
    generate_from_stream,
)
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from generation.dtype import Dtype
from generation.family import Family
from generation.generator import Finish, GenerationError
from generation.langchain.messages import messages_of
from generation.langchain.prompt import RCVITPrompt
from generation.langchain.stopping import until
from generation.message import Message
from generation.picture import PictureBudget
from generation.prompt import Wording
from generation.sampling import Sampling
from retrieval.tracing import Private
from vision.device import Device

# LangChain's users know OpenAI's words.
_FINISH = {Finish.END: "stop", Finish.LENGTH: "length", Finish.CANCELLED: "cancelled"}


@runtime_checkable
class Local(Protocol):
    """A model on this machine."""

    @property
    def name(self) -> str:
        """What the model is called."""

    @property
    def family(self) -> Family:
        """How it reads places and cuts pictures into tokens."""

    @property
    def picture_budget(self) -> PictureBudget:
        """How large its pictures are, as its own folder says."""

    def count(self, text: str) -> int:
        """How many tokens a text is."""

    def stream(
        self, messages: Sequence[Message], sampling: Sampling, cancelled: threading.Event
    ) -> Writer[str, None, Finish]:
        """Answer a chat piece by piece."""


class RCQwen2VL(Private, BaseChatModel):
    """A local RC-Qwen2-VL, or a stock model of its families, behind LangChain's interface.

    Messages hold text and at most one picture (see `messages_of`). An unknown option is an error, of the
    constructor as of a call. `response_metadata` of an answer has its `finish_reason`: stop or length.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    local: Local = Field(exclude=True, repr=False)
    max_tokens: int = Field(default=Sampling().max_new_tokens, ge=1)  # new ones
    temperature: float | None = Field(default=None, ge=0, le=2)  # 0 is greedy; None is as in the folder
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    stop: list[str] | None = None  # an answer ends where one of these begins
    picture: PictureBudget | None = None  # None is as in the folder

    @classmethod
    def load(
        cls,
        folder: Path | str,
        *,
        processor: Path | str = "",
        device: Device = Device.AUTO,
        dtype: Dtype = Dtype.AUTO,
        **options: Any,
    ) -> Self:
        """The model in a folder; raise `GenerationError` for one that holds no whole model."""
        from generation.local.loading import load_model  # torch takes seconds

        local = load_model(Path(folder), processor=processor, device=device, dtype=dtype)
        return cls(local=local, **options)

    def prompt(self, **options: Any) -> RCVITPrompt:
        """The prompt for this model: its way of writing places, its pictures, its count of tokens.

        `options` are further fields of `RCVITPrompt`; the family in a `wording` is the model's own anyway.
        """
        wording = replace(options.pop("wording", Wording()), family=self.local.family)
        own = {"wording": wording, "picture": self._budget, "count": self.local.count, "trace": self.trace}
        return RCVITPrompt(**own | options)

    def get_num_tokens(self, text: str) -> int:
        """How many tokens of this model a text is."""
        return self.local.count(text)

    @property
    def _budget(self) -> PictureBudget:
        return self.picture or self.local.picture_budget

    @property
    def _llm_type(self) -> str:
        return "placard-rc-qwen2-vl"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {
            "model_name": self.local.name,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "seed": self.seed,
            "picture": (self._budget.min_tokens, self._budget.max_tokens),
        }

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        own = super()._get_ls_params(stop=stop or self.stop, **kwargs)
        own["ls_provider"] = "placard"
        own.setdefault("ls_model_name", self.local.name)
        return own

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del run_manager  # who does not stream gets no single tokens
        return generate_from_stream(self._stream(messages, stop, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del run_manager
        # By way of the stream, so that cancelling the task ends the work behind it.
        return await agenerate_from_stream(self._astream(messages, stop, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        sampling = self._sampling(kwargs)
        chat = messages_of(messages, self._budget, self.local.family.token_side)
        cancelled = threading.Event()
        pieces = until(self.local.stream(chat, sampling, cancelled), stop or self.stop or ())
        try:
            finish = yield from _chunks(pieces, run_manager)
        finally:
            cancelled.set()
            pieces.close()
        yield self._last(finish)

    def _sampling(self, asked: dict[str, Any]) -> Sampling:
        """The settings of one call: its own before those of the model."""
        own: dict[str, Any] = {"max_tokens": self.max_tokens, "temperature": self.temperature}
        own |= {"top_p": self.top_p, "seed": self.seed}
        unknown = sorted(set(asked) - set(own))
        if unknown:
            raise GenerationError(
                f"Unknown options for RCQwen2VL: {', '.join(unknown)}; known are {', '.join(own)} and stop."
            )
        own |= asked
        return Sampling(max_new_tokens=own.pop("max_tokens"), **own)

    def _last(self, finish: Finish) -> ChatGenerationChunk:
        return ChatGenerationChunk(
            message=AIMessageChunk(content="", chunk_position="last"),
            generation_info={"finish_reason": _FINISH[finish], "model_name": self.local.name},
        )


def _chunks(
    pieces: Writer[str, None, Finish], run_manager: CallbackManagerForLLMRun | None
) -> Writer[ChatGenerationChunk, None, Finish]:
    while True:
        try:
            piece = next(pieces)
        except StopIteration as end:
            finish: Finish = end.value
            return finish
        chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
        if run_manager is not None:
            run_manager.on_llm_new_token(piece, chunk=chunk)
        yield chunk
