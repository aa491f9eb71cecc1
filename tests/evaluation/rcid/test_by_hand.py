"""How often the judge of words agrees with a reader, who judged 66 answers before the judge did."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evaluation.rcid.judge import WordJudge
from evaluation.rcid.score import rcid_score
from tests.generation.contexts import person, photo

_HAND = Path(__file__).parent / "judged_by_hand.json"


@dataclass(frozen=True)
class Pair:
    """An answer of one claim: what the reader and the judge say of it."""

    text: str
    true: tuple[bool, bool]  # some text tells it: by hand, by words
    tied: tuple[bool, bool]  # the text of the one cited tells it


def pairs() -> Iterator[Pair]:
    """All answers, each about a photo of three people."""
    for group in json.loads(_HAND.read_text(encoding="utf-8")):
        context = photo(*(person(one["name"], one["text"]) for one in group["people"]))
        for answer in group["answers"]:
            cited = {int(number) for number in re.findall(r"\[(\d)\]", answer["text"])}
            by_hand = set(answer["told_by"])
            judged = rcid_score(answer["text"], context, WordJudge()).judged
            yield Pair(
                answer["text"],
                (bool(by_hand), all(one.entailed_by for one in judged)),
                (bool(by_hand & cited), all(one.consistent for one in judged)),
            )


def counts(verdicts: list[tuple[bool, bool]]) -> tuple[int, int, int, int]:
    """Both yes, hand alone, judge alone, both no."""
    by_hand_and_words = ((True, True), (True, False), (False, True), (False, False))
    yes, hand, words, no = (verdicts.count(pair) for pair in by_hand_and_words)
    return yes, hand, words, no


def test_the_judge_agrees_with_the_reader_as_often_as_the_docs_say() -> None:
    every = list(pairs())
    assert len(every) == 66
    assert counts([pair.true for pair in every]) == (39, 9, 7, 11)
    assert counts([pair.tied for pair in every]) == (36, 8, 7, 15)
