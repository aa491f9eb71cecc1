"""A model behind HTTP: `transformers serve` in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

NAME = "placard/tiny"
_REVISION = "0" * 40
_START_S = 120  # imports of torch on a busy machine


@contextmanager
def served(model: Path, home: Path) -> Iterator[str]:
    """The URL of a server of the model in a folder, in float32, from a cache folder so that it is listed."""
    _fill_cache(home, model)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    program = [str(Path(sys.executable).with_name("transformers")), "serve", NAME, "--dtype", "float32"]
    log = home / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            [*program, "--device", "cpu", "--host", "127.0.0.1", "--port", port],
            env={**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _await(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()  # nothing in it is worth a farewell


def _fill_cache(home: Path, model: Path) -> None:
    repository = home / "hub" / f"models--{NAME.replace('/', '--')}"
    snapshot = repository / "snapshots" / _REVISION
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs/main").write_text(_REVISION)
    for file in model.iterdir():
        (snapshot / file.name).symlink_to(file)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:  # URLError is one
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-2000:]}")
