"""The prompt as a step of a chain: photo, question and documents in, messages for a chat model out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from langchain_core.embeddings import Embeddings
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.prompt_values import ChatPromptValue, PromptValue
from langchain_core.runnables import RunnableConfig, RunnableSerializable
from pydantic import ConfigDict, Field, model_validator

from generation.budget import Count, TextBudget, estimated_tokens
from generation.context import PersonBox
from generation.generator import GenerationError
from generation.langchain.documents import context_of
from generation.langchain.messages import text_of
from generation.picture import PictureBudget
from generation.prompt import Wording
from generation.prompter import Prompter
from generation.request import Request, Turn
from generation.server.messages import as_langchain
from retrieval.photos import given_photo
from retrieval.tracing import Private, traced


class RCVITPrompt(Private, RunnableSerializable[dict[str, Any], PromptValue]):
    """The prompt of every other way to an answer, for a chain: the picture, then the text.

    It is made of `photo` (a data URI, or a path under `root` where `allow_paths` is set), `question`,
    `documents` (of `PhotoRetriever`, for the same photo) and perhaps `history` (earlier turns about the
    photo, or a human and an AI message for each, oldest first).

    Families of models read places differently: `wording` names that of the model which answers, and
    `RCQwen2VL.prompt` makes the prompt that fits a local model.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    wording: Wording = Field(default_factory=Wording)
    picture: PictureBudget = Field(default_factory=PictureBudget)
    text: TextBudget = Field(default_factory=TextBudget)
    count: Count = Field(default=estimated_tokens, exclude=True, repr=False)
    embeddings: Embeddings | None = Field(default=None, exclude=True, repr=False)
    person_box: PersonBox = PersonBox.BODY
    allow_paths: bool = False
    root: Path | None = None

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.wording.strangers:
            raise ValueError("strangers=True needs people who are not in the gallery; no document is of them")
        return self

    def invoke(
        self,
        input: dict[str, Any],  # noqa: A002  # the name is LangChain's
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> PromptValue:
        """The messages for a model; raise `GenerationError` for documents that are not of the photo."""
        with traced(self.trace):
            return self._call_with_config(self._prompt, input, config, run_type="prompt", **kwargs)

    def _prompt(self, asked: dict[str, Any]) -> PromptValue:
        missing = [name for name in ("photo", "question", "documents") if name not in asked]
        if missing:
            raise GenerationError(f"Expected photo, question and documents; missing: {', '.join(missing)}.")
        photo = given_photo(asked["photo"], allow_paths=self.allow_paths, root=self.root)
        context = context_of(asked["documents"], photo, person_box=self.person_box)
        request = Request(photo, context, asked["question"], _turns(asked.get("history", ())))
        prompter = Prompter(self.wording, self.picture, self.text, self.count, self.embeddings)
        return ChatPromptValue(messages=as_langchain(prompter.messages(request)))


def _turns(history: Sequence[Turn | BaseMessage]) -> tuple[Turn, ...]:
    """Turns as they are, or made of a human message and the AI message after it."""
    turns = [told for told in history if isinstance(told, Turn)]
    if len(turns) == len(history):
        return tuple(turns)
    asked, answered = history[0::2], history[1::2]
    if len(asked) != len(answered):
        raise GenerationError("Expected a history that ends with an answer, but it ends with a question.")
    return tuple(_turn(question, answer) for question, answer in zip(asked, answered, strict=True))


def _turn(question: Turn | BaseMessage, answer: Turn | BaseMessage) -> Turn:
    if not isinstance(question, HumanMessage) or not isinstance(answer, AIMessage):
        raise GenerationError("Expected a history of turns, or of a human message before each AI message.")
    return Turn(text_of(question), text_of(answer))
