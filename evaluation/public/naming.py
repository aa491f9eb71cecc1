"""Is a concept named where its photo is described, as benches of captions count it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.intervals import Rate, rate_by_group
from evaluation.public.concepts import Captioned
from evaluation.rcid.run import QUESTION
from generation.context import Context
from generation.conversation import answers
from generation.folding import folded
from generation.generator import Generator
from generation.request import Request
from retrieval.recogniser import Recogniser
from vision.errors import UserError
from vision.photo import Photo


@dataclass(frozen=True, slots=True)
class Naming:
    """How many descriptions name the concept; a request that failed is neither."""

    rate: Rate  # intervals are drawn by concept
    failed: tuple[tuple[Path, str], ...]


def named_in_descriptions(
    photos: Sequence[Captioned],
    recogniser: Recogniser,
    generator: Generator,
    *,
    told: Callable[[int], None] = lambda _: None,
) -> Naming:
    """Describe each photo as a user would have it described; `told` hears how many more are done."""
    trials: list[tuple[str, bool]] = []
    failed: list[tuple[Path, str]] = []
    for one in photos:
        try:
            photo = Photo.open(one.photo)
            context = Context.of(photo, recogniser.recognise(photo))
            text = answers(generator, [Request(photo, context, QUESTION)])[0].text
        except UserError as error:
            failed.append((one.photo, str(error)))
        else:
            trials.append((one.concept, is_named(one.concept, text)))
        told(1)
    return Naming(rate_by_group(trials), tuple(failed))


def is_named(name: str, text: str) -> bool:
    """Whether a text has a name as words of its own, case and accents aside.

    >>> is_named("bo", "Bo sits on a mat [1]."), is_named("bo", "A boat.")
    (True, False)
    """
    return re.search(rf"(?<!\w){re.escape(folded(name))}(?!\w)", folded(text)) is not None
