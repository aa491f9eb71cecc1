"""Unknown faces and reports of bulk runs go when their time is over, also while nobody opens a page."""

from __future__ import annotations

import logging
import threading

from gallery.gallery import Gallery
from vision.errors import UserError

# At the start and then so often; a day would do.
EVERY_S = 3600.0
_log = logging.getLogger(__name__)


def keep_time(url: str, stop: threading.Event | None = None, every_s: float = EVERY_S) -> None:
    """Delete what is over, now and again, until `stop` is set."""
    stop = stop or threading.Event()
    while True:
        try:
            Gallery.open(url).close()  # opening deletes what is over
        except UserError as error:
            _log.warning("Unknown faces and reports whose time is over cannot be deleted now: %s", error)
        if stop.wait(every_s):
            return
