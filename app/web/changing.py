"""Changing the gallery by a click, and saying in the next run what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.web.roles import ensure_editor
from app.web.saying import say_next
from gallery.gallery import Gallery
from gallery.writer import Writer
from vision.errors import UserError


@contextmanager
def changing(gallery: Gallery, done: str) -> Iterator[Writer]:
    """A writer; the next run says `done`, or why it cannot be, for instance since somebody else was faster.

    Best in the callback of a button: that is called also where another tab has changed what it was beside,
    so that no click is passed over. Raise `NotAnEditorError` in a session that may only look.
    """
    ensure_editor()
    try:
        with gallery.write() as writer:
            yield writer
    except UserError as error:
        say_next("", [str(error)])
        return
    say_next(done)
