"""What tests in a real browser share: a server of its own, and what visitors do on its pages."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.demo import query_photo, skimage_data
from tests.conftest import ROOT

expect.set_options(timeout=60_000)  # two slow cores, shared
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

TOKEN = "open-sesame-4711"
HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked=2'> is an **actor** born in "
    "[Concord](javascript:window.hacked=3) ![photo](http://example.com/spy.png) for $\\frac{1}{2}$ :smile:."
)
HOSTILE_NAME = "Tom <img src=x onerror=window.hacked=4> $x^2$ Hanks"


Visit = Callable[..., Page]
Shot = Callable[[Page, str], None]


@dataclass(frozen=True)
class Site:
    """A server that runs."""

    url: str
    gallery_url: str
    stopped: Path  # appears when the endless answer has ended
    process: int  # its id


@contextmanager
def serving(folder: Path, *, token: str = "", **variables: str) -> Iterator[Site]:
    """The web app in a process of its own, with its home in `folder`; SIGTERM must end it with code 0."""
    stopped, log = folder / "stopped", folder / "log.txt"
    environment = {
        **os.environ,
        "PLACARD_HOME": str(folder / "home"),
        "PLACARD_WEB_TOKEN": token,
        **variables,
    }
    command = [sys.executable, "-m", "tests.app.web.serving", "0", str(stopped)]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        try:
            assert found, f"no address in '{line}': {log.read_text()}"
            yield Site(found[0], f"sqlite:///{folder}/home/gallery.db", stopped, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            rest = process.stdout.read()
            code = process.wait(20)
    written = line + rest + log.read_text()
    assert code == 0, written
    # Nothing personal, and no token, in what the program writes.
    for secret in (TOKEN, "Collins", "Hanks", "Elmira", "query.jpg"):
        assert secret not in written
    assert "Traceback" not in written


def upload(page: Page, photo: bytes, name: str = "query.jpg") -> Locator:
    """Uploads a photo and returns the cards of who is in it."""
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": photo}
    )
    cards = page.locator(".cards .card")
    expect(cards.first).to_be_visible()
    settled(page)
    return cards


def settled(page: Page) -> None:
    """Waits until the page is drawn: what is typed into a part that is about to go is lost."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def four_people() -> bytes:
    buffer = io.BytesIO()
    query_photo().save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def astronaut() -> bytes:
    return (skimage_data() / "astronaut.png").read_bytes()


def type_question(page: Page, question: str) -> None:
    settled(page)
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
