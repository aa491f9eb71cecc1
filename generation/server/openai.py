"""Connecting to a server that speaks OpenAI's protocol: vLLM, SGLang, Ollama, llama.cpp."""

from __future__ import annotations

import logging
import re
import time
import weakref
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from langchain_openai import ChatOpenAI
from openai import APIStatusError, DefaultHttpxClient, OpenAI, OpenAIError, Timeout
from pydantic import SecretStr

from generation.generator import GenerationError
from generation.prompter import Prompter
from generation.sampling import Sampling
from generation.server.chat import ChatGenerator, Conduct
from generation.server.fault import Fault
from generation.server.openai_fault import explained, listed, unknown_model

_log = logging.getLogger(__name__)
# For a connection to come about; a server that is up takes it at once, however busy it is.
_CONNECT_S = 10.0
# Servers without keys want the header all the same.
_NO_KEY = "EMPTY"
_KEY = re.compile(r"[!-~]*")
_VERSION = re.compile(r"v\d+\w*")


def connect(
    url: str,
    model: str | None = None,
    *,
    key: str = "",
    timeout_s: float = 60.0,
    retries: int = 3,
    sampling: Sampling | None = None,
    prompter: Prompter | None = None,
    trace: bool = False,
) -> ChatGenerator:
    """A generator that asks `model` of the server at `url`; without a name, the only one that it has.

    `timeout_s` is how long the server may send nothing. Raise `GenerationError` where no server answers, it
    refuses the key, or no model is named and it has several.
    """
    if not _KEY.fullmatch(key):
        raise GenerationError(
            "The server's key holds characters that no key has; look for a space or a stray line end."
        )
    server = Server(base_url(url), key, timeout_s, retries)
    name = server.chosen(model)
    conduct = Conduct(
        explain=lambda error: server.explained(error, name), retries=retries, says_end=True, trace=trace
    )
    note = f"The model {name} at {server.url} wrote the answer; it was sent the photo and the biographies."
    _log.info("asking the model %s at %s", name, server.url)
    chat = chat_model(server, name, sampling or Sampling())
    generator = ChatGenerator(chat, prompter or Prompter(), note=note, conduct=conduct)
    weakref.finalize(generator, chat.root_client.close)  # connections are kept for the next question
    return generator


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, and how to be let in."""

    url: str  # of its version of the protocol, such as http://localhost:8000/v1
    key: str = field(default="", repr=False)
    timeout_s: float = 60.0
    retries: int = 0  # of its list of models, after a passing fault

    def chosen(self, model: str | None) -> str:
        """The model of that name, else the only one; raise `GenerationError` where nothing can be chosen."""
        try:
            known = self._models_at_last()
        except APIStatusError as error:
            if model is None or error.status_code in (401, 403):
                raise GenerationError(self._list_fault(error).line) from None
            return model  # not every server can list its models
        except OpenAIError as error:
            raise GenerationError(self._list_fault(error).line) from None
        except ValueError:
            if model is None:
                raise GenerationError(
                    f"{self} sent no list of models; is the URL right? If it is, name the model with --model."
                ) from None
            return model
        if model is not None:
            return model  # some answer to more names than they list
        if len(known) == 1:
            return known[0]
        if known:
            raise GenerationError(f"{self} has several models; choose one with --model: {listed(known)}.")
        raise GenerationError(f"{self} lists no model; name the one to ask with --model.")

    def models(self) -> list[str]:
        """The names of the server's models; raise `OpenAIError`, or `ValueError` where it sends no list."""
        with OpenAI(
            base_url=self.url,
            api_key=self.key or _NO_KEY,
            timeout=self.timeout,
            max_retries=0,
            http_client=self.connections(),
        ) as client:
            reply = client.get("/models", cast_to=object)
        data = reply.get("data") if isinstance(reply, dict) else None
        if not isinstance(data, list):
            raise ValueError("Expected a list of models.")
        names = [model.get("id") for model in data if isinstance(model, dict)]
        return [name for name in names if isinstance(name, str)]

    def _models_at_last(self) -> list[str]:
        """The same, tried again after a passing fault: a server that is just starting has some."""
        conduct = Conduct(retries=self.retries)
        for attempt in range(self.retries):
            try:
                return self.models()
            except OpenAIError as error:
                fault = self._list_fault(error)
                if not fault.passing:
                    raise
                time.sleep(conduct.wait_s(attempt, fault))
        return self.models()

    def connections(self) -> DefaultHttpxClient:
        """What carries requests: to this server and no other, for they hold photos and biographies.

        A proxy of the environment is used for other machines only.
        """
        return DefaultHttpxClient(
            timeout=self.timeout, follow_redirects=False, trust_env=not _is_here(self.url)
        )

    @property
    def timeout(self) -> Timeout:
        """The timeouts for the library."""
        return Timeout(self.timeout_s, connect=min(self.timeout_s, _CONNECT_S))

    def explained(self, error: Exception, model: str) -> Fault:
        """The fault behind an error while `model` was asked."""
        if isinstance(error, APIStatusError) and error.status_code == 404:
            try:
                known = self.models()
            except (OpenAIError, ValueError):
                known = []
            if known and model not in known:
                return Fault(unknown_model(str(self), model, known))
        return explained(error, str(self), key=self.key, timeout_s=self.timeout_s)

    def _list_fault(self, error: OpenAIError) -> Fault:
        return explained(error, str(self), key=self.key, timeout_s=self.timeout_s)

    def __str__(self) -> str:
        return f"The server at {self.url}"


def chat_model(server: Server, model: str, sampling: Sampling) -> ChatOpenAI:
    """LangChain's chat model for one model of a server; what `sampling` leaves open is left to the server."""
    # The name that all of them know; the newer `max_completion_tokens` is unknown to some, who ignore it.
    limit: dict[str, Any] = {"max_tokens": sampling.max_new_tokens}
    if urlsplit(server.url).hostname == "api.openai.com":  # its new models refuse the old name
        limit = {"max_completion_tokens": sampling.max_new_tokens}
    return ChatOpenAI(
        model=model,
        base_url=server.url,
        api_key=SecretStr(server.key or _NO_KEY),
        timeout=server.timeout,
        max_retries=0,  # the generator retries: later than the library can, and it can be cancelled
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        seed=sampling.seed,
        extra_body=limit,
        stream_usage=False,  # an unknown field to some servers
        use_responses_api=False,
        http_client=server.connections(),
        openai_proxy=None,  # not that of OPENAI_PROXY
    )


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name
        return False


def base_url(url: str) -> str:
    """The URL of a server's protocol, with the version where it is missing; raise `GenerationError`.

    >>> base_url("http://localhost:8000/")
    'http://localhost:8000/v1'
    """
    try:
        parts = urlsplit(url.strip())
        valid = parts.scheme in ("http", "https") and parts.hostname is not None and (parts.port or 1) > 0
    except ValueError:
        valid = False
    # Not quoted in the error: what is wrong about it may be a password.
    if not valid:
        raise GenerationError(
            "Expected a server's URL such as http://localhost:8000/v1, but got another text."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise GenerationError(
            f"The URL of the server {parts.hostname} holds a user name, a password, '?' or '#', which would "
            "show in logs; give the address alone, and the key in the setting for it."
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    if not any(_VERSION.fullmatch(step) for step in path.split("/")):
        path += "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
