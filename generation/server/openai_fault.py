"""What a server that speaks OpenAI's protocol did wrong."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

from generation.server.fault import Fault, quotable
from generation.server.messages import WithheldError

# A server that asks for more is told about to the user, who can wait better than a program.
_LONGEST_WAIT_S = 60.0
_MOST_MODELS = 10


def explained(error: Exception, server: str, *, key: str, timeout_s: float) -> Fault:
    """The fault behind an error of the library, with the URL of the `server` and never with the `key`."""
    match error:
        case APITimeoutError() if not _unreachable(error):
            return Fault(f"{server} sent nothing for {timeout_s:g} seconds; is it overloaded?")
        case APIConnectionError() if _unreachable(error):
            return Fault(f"{server} does not answer; is it running, and is the URL right?")
        case APIConnectionError():
            return Fault(f"{server} dropped the connection.", passing=True)
        case APIStatusError():
            if error.status_code in (401, 403) and not key:
                return Fault(f"{server} wants a key; set the key of this server.")
            return _of_status(error, server, quotable(_message(error), secret=key))
        case APIError():  # an event in the stream
            return _of_event(error, server, quotable(_message(error), secret=key))
        case WithheldError():
            return Fault(f"{server} did not finish the answer ({quotable(str(error), secret=key)}).")
        case _:
            return Fault(
                f"{server} sent something that is no chat answer ({type(error).__name__}); "
                "does it speak OpenAI's protocol?"
            )


def unknown_model(server: str, model: str, known: Sequence[str]) -> str:
    """One line for a model that a server does not have, with those that it has."""
    return f"{server} does not know the model '{quotable(model)}'; it has {listed(known)}."


def listed(models: Sequence[str]) -> str:
    """The names of models for a sentence, the first of many."""
    if not models:
        return "none"
    more = f" and {len(models) - _MOST_MODELS} more" if len(models) > _MOST_MODELS else ""
    return ", ".join(f"'{quotable(model)}'" for model in models[:_MOST_MODELS]) + more


def _of_status(error: APIStatusError, server: str, said: str) -> Fault:
    wait_s = asked_wait_s(error.response.headers.get("retry-after", ""))
    status = f"{error.status_code}: {said}" if said else f"{error.status_code}"
    match error.status_code:
        case 401 | 403:
            return Fault(f"{server} refused the key ({status}); set the key of this server.")
        case 404:
            return Fault(f"{server} does not know the model, or has no chat at this URL ({status}).")
        case 429:
            return _busy(f"{server} is busy ({status})", wait_s)
        case code if 300 <= code < 400:
            place = quotable(error.response.headers.get("location", "elsewhere"), secret="")
            return Fault(
                f"{server} sends questions on to {place} ({code}), which is not followed; "
                "if that is right, give that URL."
            )
        case code if code >= 500:
            return _busy(f"{server} failed ({status})", wait_s)
        case _:
            return Fault(f"{server} refused the question ({status}).")


def _busy(line: str, wait_s: float | None) -> Fault:
    if wait_s is None or wait_s <= _LONGEST_WAIT_S:
        return Fault(f"{line}.", passing=True, wait_s=wait_s)
    return Fault(f"{line} and asks to wait {wait_s:.0f} seconds.", wait_s=wait_s)


def _of_event(error: APIError, server: str, said: str) -> Fault:
    code = error.body.get("code") if isinstance(error.body, dict) else None
    passing = isinstance(code, int) and (code == 429 or code >= 500)
    return Fault(f"{server} failed: {said or 'it does not say why'}.", passing)


def asked_wait_s(retry_after: str) -> float | None:
    """Seconds from now that a Retry-After header asks for; None where it cannot be read."""
    try:
        seconds = float(retry_after)
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def _message(error: APIError) -> str:
    """The sentence in an error's body: OpenAI's `message`, FastAPI's `detail`, or what there is.

    Never a whole body: some servers send the request back, photo and all.
    """
    body = error.body
    if isinstance(body, str):
        return "" if body.lstrip().startswith("<") else body
    if not isinstance(body, dict):
        return "" if isinstance(error, APIStatusError) else error.message
    said = body.get("message") or body.get("detail") or body.get("error") or ""
    if isinstance(said, list):
        said = said[0].get("msg", "") if said and isinstance(said[0], dict) else ""
    return said if isinstance(said, str) else json.dumps(said)


def _unreachable(error: Exception) -> bool:
    """Whether no connection came about. By name: the transport behind the library is its own choice."""
    return any(type(cause).__name__ in ("ConnectError", "ConnectTimeout") for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
