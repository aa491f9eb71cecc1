"""Numbers with their nouns."""

from __future__ import annotations

import time


def photos(count: int) -> str:
    """A number of photos.

    >>> photos(1), photos(2000)
    ('1 photo', '2,000 photos')
    """
    return f"{count:,} photo{'' if count == 1 else 's'}"


def faces(count: int) -> str:
    """A number of faces.

    >>> faces(1), faces(2000)
    ('1 face', '2,000 faces')
    """
    return f"{count:,} face{'' if count == 1 else 's'}"


def ago(moment: float) -> str:
    """How long ago something was, `moment` in seconds since 1970."""
    minutes = max(0, time.time() - moment) / 60
    if minutes < 1:
        return "just now"
    for size, noun in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        count = int(minutes // size)
        if count:
            return f"{count} {noun}{'' if count == 1 else 's'} ago"
    return "just now"
