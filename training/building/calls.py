"""Calls of a chat model: each is kept on disk as soon as it is answered, and never made twice."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage
from openai import APIConnectionError

from generation.generator import Finish, GenerationError
from generation.server.chat import Conduct
from generation.server.fault import Fault
from generation.server.messages import WithheldError, finish_of
from generation.server.pulling import Puller
from retrieval.tracing import traced
from vision.errors import UserError

WITHHELD = "withheld"  # how a reply ended that its model did not want to end
# So many calls refused with none answered between them: it is not the calls.
_REFUSED_IN_A_ROW = 5
_SCHEMA = """CREATE TABLE IF NOT EXISTS calls (
    key TEXT PRIMARY KEY, step TEXT NOT NULL, prompt TEXT NOT NULL, model TEXT NOT NULL,
    settings TEXT NOT NULL, text TEXT NOT NULL, finish TEXT NOT NULL,
    tokens_in INTEGER, tokens_out INTEGER)"""
_COLUMNS = "text, finish, tokens_in, tokens_out"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote."""

    text: str
    finish: str  # a `Finish`, or `WITHHELD`
    tokens_in: int | None  # as the server reports them; None where it does not
    tokens_out: int | None


@dataclass(frozen=True, slots=True)
class Used:
    """What a call cost."""

    step: str
    tokens_in: int | None
    tokens_out: int | None


class RefusedError(Exception):
    """A server that does not take this one call; the text says why."""


class Answering(Protocol):
    """Answers prompts."""

    def ask(self, step: str, prompt: str) -> Reply:
        """The reply; raise `RefusedError` for this prompt, `GenerationError` where none can be asked."""


class Calls:
    """The file that keeps replies, by step, prompt, model and settings. Safe to use by several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise UserError(f"Replies cannot be kept in {path} ({error}); name another file.") from error

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def find(self, key: str) -> Reply | None:
        """The reply that is kept; None where there is none."""
        with self._lock:
            row = self._database.execute(f"SELECT {_COLUMNS} FROM calls WHERE key = ?", (key,)).fetchone()
        return None if row is None else Reply(*row)

    def keep(self, key: str, call: tuple[str, str, str, str], reply: Reply) -> None:
        """Keep the reply to a call (step, prompt, model, settings); it is on disk when this returns."""
        values = (key, *call, reply.text, reply.finish, reply.tokens_in, reply.tokens_out)
        try:
            with self._lock:
                self._database.execute("INSERT OR REPLACE INTO calls VALUES (?,?,?,?,?,?,?,?,?)", values)
        except sqlite3.Error as error:  # a full disk
            raise UserError(f"A reply cannot be kept ({error}); mend that and run the same again.") from error


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A chat model and what tells its replies from those of another."""

    chat: BaseChatModel
    name: str
    settings: str  # whatever changes what it writes
    conduct: Conduct


class Asker:
    """Asks a model what was not asked before, with retries; can be stopped from any thread."""

    def __init__(self, model: Model, calls: Calls) -> None:
        self.model = model
        self.fresh = 0  # calls made, those of the file aside
        self.retries = 0
        self._calls = calls
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self.used: dict[str, Used] = {}  # every call behind what was built
        self._refused = 0
        self._asking: dict[str, threading.Lock] = {}

    def stop(self) -> None:
        """Make no more calls, and wait for none."""
        self._stopped.set()

    def ask(self, step: str, prompt: str) -> Reply:
        """The reply that is kept, else a new one, which then is kept."""
        call = (step, prompt, self.model.name, self.model.settings)
        key = hashlib.sha256(json.dumps(call).encode()).hexdigest()
        with self._lock:
            lock = self._asking.setdefault(key, threading.Lock())
        with lock:  # whoever asks the same at the same time waits for the one reply
            reply = self._calls.find(key) or self._fresh(key, call)
        with self._lock:
            self._asking.pop(key, None)
            self.used[key] = Used(step, reply.tokens_in, reply.tokens_out)
        return reply

    def _fresh(self, key: str, call: tuple[str, str, str, str]) -> Reply:
        reply = self._made(call[1])
        self._calls.keep(key, call, reply)
        with self._lock:
            self.fresh += 1
            self._refused = 0
        return reply

    def _made(self, prompt: str) -> Reply:
        conduct = self.model.conduct
        for attempt in range(conduct.retries + 1):
            if self._stopped.is_set():
                raise GenerationError("The build was stopped.")
            try:
                return self._once(prompt)
            except WithheldError as error:
                return Reply(str(error), WITHHELD, None, None)
            except UserError:
                raise
            except Exception as error:  # noqa: BLE001  # of any library that a chat model rests on
                fault = _fault(error, conduct)
            if not fault.passing:
                self._count_refused(fault)
                raise RefusedError(fault.line) from None  # without the cause, which can quote the key
            if attempt < conduct.retries:
                with self._lock:
                    self.retries += 1
                self._stopped.wait(conduct.wait_s(attempt, fault))
        raise GenerationError(f"{fault.line} What was answered is kept; run the same command again.")

    def _once(self, prompt: str) -> Reply:
        def said() -> Iterator[AIMessage]:
            yield self.model.chat.invoke([HumanMessage(prompt)], {"callbacks": []})

        puller = Puller(said, within=lambda: traced(self.model.conduct.trace))
        try:
            message = puller.next(self._stopped)
        finally:
            puller.close()
        if message is None:
            raise GenerationError("The build was stopped.")
        used = message.usage_metadata
        return Reply(
            str(message.text),
            finish_of(message) or Finish.END,
            used["input_tokens"] if used else None,
            used["output_tokens"] if used else None,
        )

    def _count_refused(self, fault: Fault) -> None:
        with self._lock:
            self._refused += 1
            if self._refused >= _REFUSED_IN_A_ROW:
                raise GenerationError(
                    f"{self._refused} calls in a row were refused: {fault.line} What was answered is kept."
                ) from None


def _fault(error: Exception, conduct: Conduct) -> Fault:
    """What went wrong; nobody waits for an answer here, so that a silent server is asked again."""
    fault = conduct.explain(error)
    silent = isinstance(error, TimeoutError | ConnectionError | APIConnectionError)
    return replace(fault, passing=True) if silent else fault
