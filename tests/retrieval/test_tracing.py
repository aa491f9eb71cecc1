"""What leaves the process while LangSmith's tracing is on: nothing of ours, unless it is asked for."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gallery.gallery import Gallery
from ingest.run import ingest
from tests.conftest import ROOT
from tests.fakes import ColourFaces, picture
from tests.labelled import GREEN, RED, labelled

PHOTO = "data:image/png;base64," + base64.b64encode(picture(RED, GREEN)).decode()
BIOGRAPHY = "Ann keeps a lighthouse."


class Service(ThreadingHTTPServer):
    """Takes what a tracing service would be sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keep)
        self.sent: list[bytes] = []


class _Keep(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self._answer(b"{}")

    def do_POST(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline().strip(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.sent.append(body)
        self._answer(b"{}")

    do_PATCH = do_POST  # noqa: N815

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name of http.server
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    """A tracing service on this machine."""
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(gallery: Gallery, service: Service, how: str) -> bytes:
    """Ask from another process; what the service got."""
    rows = [labelled("Ann", picture(RED), biography=BIOGRAPHY), labelled("Bob", picture(GREEN))]
    list(ingest(gallery, ColourFaces(), rows))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LANG")}
    tracing = {
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{service.server_address[1]}",
        "LANGSMITH_API_KEY": "not a key",
        "LANGSMITH_DISABLE_RUN_COMPRESSION": "true",
    }
    ended = subprocess.run(
        [sys.executable, "-m", "tests.retrieving", gallery.location, PHOTO, how],
        cwd=ROOT,
        env=environment | tracing,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return b"".join(service.sent)


def test_nothing_is_sent_by_any_way_of_asking(lite: Gallery, service: Service) -> None:
    assert ask(lite, service, "quiet") == b""


def test_a_setting_lets_photo_and_biographies_be_traced(lite: Gallery, service: Service) -> None:
    sent = ask(lite, service, "traced")
    assert BIOGRAPHY.encode() in sent
    assert PHOTO[-60:].encode() in sent


def test_a_traced_run_around_the_retriever_does_not_take_it_along(lite: Gallery, service: Service) -> None:
    sent = ask(lite, service, "inside")
    assert b"a question" in sent
    assert BIOGRAPHY.encode() not in sent
    assert PHOTO[-60:].encode() not in sent
