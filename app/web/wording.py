"""Numbers with their nouns."""

from __future__ import annotations


def photos(count: int) -> str:
    """A number of photos.

    >>> photos(1), photos(2000)
    ('1 photo', '2,000 photos')
    """
    return f"{count:,} photo{'' if count == 1 else 's'}"
