"""What leaves the process while LangSmith's tracing is on: nothing of ours, unless it is asked for."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import langsmith
import pytest
from langsmith.run_helpers import tracing_context
from langsmith.run_trees import RunTree
from langsmith.utils import get_env_var, tracing_is_enabled

from gallery.gallery import Gallery
from ingest.run import ingest
from retrieval.tracing import keep_private
from tests.conftest import ROOT
from tests.fakes import ColourFaces, picture
from tests.labelled import GREEN, RED, labelled

PHOTO = "data:image/png;base64," + base64.b64encode(picture(RED, GREEN)).decode()
CHAIN = "tests.generation.langchain.chaining"
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


def ask(gallery: Gallery, service: Service, how: str, module: str = "tests.retrieving") -> bytes:
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
        [sys.executable, "-m", module, gallery.location, PHOTO, how],
        cwd=ROOT,
        env=environment | tracing,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("is now off for this process") == (how != "traced"), ended.stderr
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


def test_nothing_of_an_ordinary_chain_is_sent(lite: Gallery, service: Service) -> None:
    assert ask(lite, service, "quiet", CHAIN) == b""


def test_a_setting_lets_an_ordinary_chain_be_traced(lite: Gallery, service: Service) -> None:
    sent = ask(lite, service, "traced", CHAIN)
    assert b"RunnableSequence" in sent
    for secret in (BIOGRAPHY, PHOTO[-60:], "Who keeps a lighthouse?", "Bob [2]."):
        assert secret.encode() in sent


def forget_environment() -> None:
    """LangSmith keeps what it read of the environment."""
    get_env_var.cache_clear()  # type: ignore[attr-defined]  # the overloads hide the cache


@pytest.fixture
def asked_to_trace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment that turns tracing on; everything is as it was at the end."""
    for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    forget_environment()
    yield
    langsmith.configure(enabled=None)
    monkeypatch.undo()
    forget_environment()


def in_a_thread() -> object:
    """Whether code is traced that says nothing about it."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(tracing_is_enabled).result()


@pytest.mark.usefixtures("asked_to_trace")
def test_the_default_of_the_process_is_turned_off_once_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert tracing_is_enabled() and in_a_thread()
    keep_private()
    keep_private()
    assert not tracing_is_enabled() and not in_a_thread()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "pass trace=True" in record.getMessage()


@pytest.mark.usefixtures("asked_to_trace")
def test_what_the_developers_own_code_asks_for_stays() -> None:
    with tracing_context(enabled=True):
        keep_private()
        assert tracing_is_enabled()
    assert not tracing_is_enabled()
    with tracing_context(enabled=True):
        assert tracing_is_enabled()
    langsmith.configure(enabled=True)
    assert tracing_is_enabled()


@pytest.mark.usefixtures("asked_to_trace")
def test_inside_of_a_run_that_is_traced_already_it_is_off_as_well() -> None:
    with tracing_context(parent=RunTree(name="outer")):
        assert tracing_is_enabled()
        keep_private()
        assert not tracing_is_enabled()


def test_where_nobody_asked_for_tracing_nothing_is_touched(caplog: pytest.LogCaptureFixture) -> None:
    forget_environment()
    keep_private()
    assert caplog.records == []
    langsmith.configure(enabled=True)
    try:
        keep_private()
        assert tracing_is_enabled()
    finally:
        langsmith.configure(enabled=None)
