"""Whether what a detector calls a thing fits what the gallery calls it."""

from __future__ import annotations

from gallery.entity import EntityKind
from vision.detector import noun_key


def nouns_agree(found: str, known: str) -> bool:
    """Whether the last words are the same; a region or entity that nobody gave a noun agrees with all.

    >>> nouns_agree("mug", "coffee mug"), nouns_agree("dog", "mug"), nouns_agree("", "mug")
    (True, False, True)
    """
    ours, theirs = noun_key(found).split(), noun_key(known).split()
    if not ours or not theirs or theirs == [EntityKind.THING.value]:
        return True
    return ours[-1] == theirs[-1]
