"""Numbers with their nouns, codes and times in words."""

from __future__ import annotations

import time

from ingest.reason import Reason

_REASONS = {
    Reason.DUPLICATE.value: "enrolled for another one",
    Reason.IDENTITY_CONFLICT.value: "nearer to another one",
    Reason.REJECTED.value: "said not to be this one",
}


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


def why_refused(code: str) -> str:
    """A reason why a photo is not enrolled.

    >>> why_refused("face_too_small"), why_refused("duplicate")
    ('face too small', 'enrolled for another one')
    """
    return _REASONS.get(code, code.replace("_", " "))


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
