"""The last step of a chain: what the model wrote as a checked answer with its citations resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import RunnableConfig, RunnableSerializable
from pydantic import ConfigDict, Field

from gallery.gallery import Gallery
from generation.answer import Answer
from generation.checking.check import checked_answer
from generation.context import PersonBox
from generation.generator import Draft, Finish, GenerationError
from generation.langchain.documents import context_of
from generation.langchain.messages import role_of, text_of
from generation.message import Message, as_sent
from generation.server.messages import WithheldError, finish_of
from retrieval.tracing import Private, traced


@dataclass(frozen=True, slots=True)
class _Chain:
    """A chain as the author of an answer."""

    note: str
    name: str = "chain"


class AnswerCheck(Private, RunnableSerializable[dict[str, Any], Answer]):
    """Turns a model's words and the documents that it got into the answer of every other way to one.

    It is made of `documents` (of `PhotoRetriever`), `answer` (the model's message, or text) and perhaps
    `prompt`, which is then told as what was sent. `gallery` lets the check notice names of people who are
    known but not in the photo.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    gallery: Gallery | None = Field(default=None, exclude=True, repr=False)
    person_box: PersonBox = PersonBox.BODY

    def invoke(
        self,
        input: dict[str, Any],  # noqa: A002  # the name is LangChain's
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Answer:
        """The checked answer."""
        with traced(self.trace):
            return self._call_with_config(self._check, input, config, run_type="parser", **kwargs)

    def _check(self, given: dict[str, Any]) -> Answer:
        missing = [name for name in ("documents", "answer") if name not in given]
        if missing:
            raise GenerationError(f"Expected documents and an answer; missing: {', '.join(missing)}.")
        written: BaseMessage | str = given["answer"]
        context = context_of(given["documents"], person_box=self.person_box)
        author = _Chain(f"{_model(written)} answered in a LangChain chain.")
        draft = Draft(_text(written).strip(), _finish(written), _sent(given.get("prompt")))
        return checked_answer(draft, context, author, self.gallery)


def _text(written: BaseMessage | str) -> str:
    return written if isinstance(written, str) else text_of(written)


def _model(written: BaseMessage | str) -> str:
    told = {} if isinstance(written, str) else written.response_metadata
    return str(told.get("model_name") or "A model")


def _finish(written: BaseMessage | str) -> Finish:
    if isinstance(written, str):
        return Finish.END
    try:
        return finish_of(written) or Finish.END
    except WithheldError as error:
        raise GenerationError(f"The model withheld the rest of its answer ({error}).") from error


def _sent(prompt: PromptValue | None) -> str:
    messages = [] if prompt is None else prompt.to_messages()
    return as_sent(tuple(Message(role_of(message), text_of(message)) for message in messages))
