"""A real HTTP server that speaks OpenAI's protocol by a script, faults included."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["Handler"], None]


class Scripted(ThreadingHTTPServer):
    """Gives the replies in their order, the last one for ever; keeps what it was sent."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *replies: Reply, models: Reply | Sequence[str] = ("tiny",)) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = list(replies)
        self.models: Reply = models if callable(models) else listing(models)
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.closed = threading.Event()  # by the client, in the middle of an answer
        self.released = threading.Event()  # at the end of the test, for replies that hang
        self._lock = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Fail silently: clients that hang up are what some tests are about."""

    @property
    def url(self) -> str:
        """Without the version."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_reply(self) -> Reply:
        """The reply to the next question."""
        with self._lock:
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Scripted
    body: dict[str, Any]  # of the question

    def do_GET(self) -> None:
        """The list of models."""
        self.server.models(self)

    def do_POST(self) -> None:
        """A question."""
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(self.body)
        self.server.headers.append(dict(self.headers))
        self.server.next_reply()(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is the library's
        """Nothing."""

    def answer(self, status: int, content: str, body: bytes, **headers: str) -> None:
        """A whole response."""
        self.send_response(status)
        self.send_header("Content-Type", content)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin(self) -> None:
        """The head of a stream, which ends when the connection is closed."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def write(self, text: str) -> None:
        """Some bytes of a stream."""
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, value: object) -> None:
        """One event of a stream."""
        self.write(f"data: {json.dumps(value)}\n\n")

    def end(self) -> None:
        """The proper end of a stream."""
        self.write("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")


def chunk(text: str, finish: str | None = None) -> dict[str, Any]:
    """An event that holds a piece."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}


def says(*pieces: str, finish: str | None = "stop") -> Reply:
    """A whole answer."""

    def reply(handler: Handler) -> None:
        handler.begin()
        for piece in pieces:
            handler.event(chunk(piece))
        if finish is not None:
            handler.event(chunk("", finish))
        handler.end()

    return reply


def cut(*pieces: str) -> Reply:
    """An answer whose connection is dropped after some pieces."""

    def reply(handler: Handler) -> None:
        handler.begin()
        for piece in pieces:
            handler.event(chunk(piece))

    return reply


def dropped(handler: Handler) -> None:
    """No response at all."""
    handler.close_connection = True


def hangs(*pieces: str) -> Reply:
    """An answer that never goes on after some pieces."""

    def reply(handler: Handler) -> None:
        handler.begin()
        for piece in pieces:
            handler.event(chunk(piece))
        handler.server.released.wait(60)

    return reply


def endless(handler: Handler) -> None:
    """An answer that goes on until the client closes the connection."""
    handler.begin()
    try:
        while not handler.server.released.wait(0.001):
            handler.event(chunk("on "))
    except OSError:
        handler.server.closed.set()


def raw(*texts: str) -> Reply:
    """A stream of anything."""

    def reply(handler: Handler) -> None:
        handler.begin()
        for text in texts:
            handler.write(text)
        handler.end()

    return reply


def fails(status: int, message: object = "no reason", **headers: str) -> Reply:
    """An error as OpenAI's servers send it."""
    body = json.dumps({"error": {"message": message}}).encode()
    return lambda handler: handler.answer(status, "application/json", body, **headers)


def html(handler: Handler) -> None:
    """A page for people."""
    handler.answer(200, "text/html", b"<html><body>Welcome</body></html>")


def listing(models: Sequence[str]) -> Reply:
    """A list of models."""
    body = json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in models]})
    return lambda handler: handler.answer(200, "application/json", body.encode())


@contextmanager
def serving(*replies: Reply, models: Reply | Sequence[str] = ("tiny",)) -> Iterator[Scripted]:
    """A server on a free port; gone at the end."""
    server = Scripted(*replies, models=models)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
