"""Whether two nouns can be of one entity, such as a detector's and the gallery's."""

from __future__ import annotations

from gallery.entity import EntityKind
from vision.detector import noun_key


def nouns_agree(found: str, known: str) -> bool:
    """Whether the last words are the same; no noun, and that of a kind, agree with all.

    >>> nouns_agree("mug", "coffee mug"), nouns_agree("dog", "mug"), nouns_agree("", "mug")
    (True, False, True)
    """
    ours, theirs = noun_key(found), noun_key(known)
    if {ours, theirs} & {"", *EntityKind}:
        return True
    return ours.split()[-1] == theirs.split()[-1]
