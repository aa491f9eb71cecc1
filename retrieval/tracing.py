"""What LangSmith may see of photos and biographies: nothing, unless the developer says so."""

from __future__ import annotations

import contextvars
import logging
from contextlib import AbstractContextManager, nullcontext
from typing import Self

import langsmith
from langsmith.run_helpers import get_current_run_tree, get_tracing_context, tracing_context
from langsmith.utils import get_env_var, tracing_is_enabled
from pydantic import BaseModel, model_validator

_logger = logging.getLogger(__name__)


class Private(BaseModel):
    """A part of a chain that meets photos and biographies: untraced unless it is told otherwise."""

    trace: bool = False  # let LangChain's tracing, where it is on, see photos and biographies

    @model_validator(mode="after")
    def _keep_private(self) -> Self:
        if not self.trace:
            keep_private()
        return self


def keep_private() -> None:
    """Turn LangSmith's tracing off for this process where the environment turned it on, and say so.

    A component cannot reach the chain around it, whose inputs and outputs are photos and biographies too.
    What the developer's own code asks for stays: a tracing context, callbacks, a later `langsmith.configure`.
    """
    if not _asked_by_environment() or not _on_by_default():
        return
    _logger.warning(
        "LangSmith's tracing, which the environment turns on, is now off for this process: it would send "
        "photos and biographies. To allow that, pass trace=True to every part of Placard that a chain has."
    )
    # In a context of its own, so that only the default of the process changes.
    contextvars.Context().run(langsmith.configure, enabled=False)
    if get_current_run_tree() is not None and get_tracing_context()["enabled"] is None:
        langsmith.configure(enabled=False)  # inside of a run that is traced, the default counts for nothing


def traced(trace: bool) -> AbstractContextManager[None]:
    """A context in which tracing stays as it is, or is off where `trace` is not set."""
    return nullcontext() if trace else tracing_context(enabled=False)


def _asked_by_environment() -> bool:
    return get_env_var("TRACING_V2", default=get_env_var("TRACING", default="")) == "true"


def _on_by_default() -> bool:
    """Whether code is traced that says nothing about it, in an empty context."""
    return contextvars.Context().run(tracing_is_enabled) is True
