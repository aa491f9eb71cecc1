"""A process of its own that ingests a folder, for tests that kill it or run it beside others.

    python -m tests.ingesting URL FOLDER WIDTH

prints the status of each photo as soon as it is committed, in lines of at least WIDTH characters: wide ones
fill the pipe, so that the process cannot run far ahead of whoever reads.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gallery.gallery import Gallery
from ingest.run import ingest
from ingest.sources.opening import open_source
from tests.fakes import ColourFaces

_ROOT = Path(__file__).parent.parent


def start(url: str, folder: Path, *, width: int = 0) -> subprocess.Popen[str]:
    """Begin to ingest a folder in another process."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ingesting", url, str(folder), str(width)],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def main(url: str, folder: str, width: str) -> None:
    """Ingest a folder."""
    gallery = Gallery.open(url)
    with open_source(Path(folder)) as source:
        for outcome in ingest(gallery, ColourFaces(), source.rows()):
            sys.stdout.write(outcome.status.value.ljust(int(width)) + "\n")
            sys.stdout.flush()
    gallery.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
