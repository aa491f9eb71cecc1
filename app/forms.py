"""The forms of what commands print: stable JSON, and lines for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from generation.answer import Answer, FindingKind
from generation.generator import Finish
from retrieval.match import Decision, Match
from vision.photo import Photo

Json = dict[str, Any]


def region_form(match: Match) -> Json:
    """One region of `who --json`."""
    region = match.region
    similarity = match.similarity
    return {
        "box": region.box.as_list(),
        "kind": region.kind.value,
        "confidence": round(region.confidence, 4),
        "decision": match.decision.value,
        "entity_id": match.entity.id if match.entity else None,
        "name": match.entity.name if match.entity else None,
        "similarity": None if similarity is None else round(similarity, 4),
        "candidates": [
            {
                "entity_id": candidate.entity.id,
                "name": candidate.entity.name,
                "similarity": round(candidate.similarity, 4),
            }
            for candidate in match.candidates
        ],
    }


def who_form(photo: Photo, matches: Sequence[Match]) -> Json:
    """The whole of `who --json`."""
    return {"photo": photo.sha256, "size": list(photo.size), "regions": [region_form(m) for m in matches]}


def ask_form(answer: Answer, reason: str, matches: Sequence[Match]) -> Json:
    """The whole of `ask --json`; `reason` says why this generator answered."""
    citations = [
        {"k": entry.k, "entity_id": entry.entity_id, "name": entry.name, "box": entry.box.as_list()}
        for entry in answer.citations
    ]
    return {
        "answer": answer.text,
        "citations": citations,
        "findings": [
            {"kind": found.kind.value, "start": found.start, "end": found.end, "message": found.message}
            for found in answer.findings
        ],
        "finish": answer.finish.value,
        "generator": answer.generator,
        "reason": reason,
        "note": answer.note,
        "sent": answer.sent,
        "regions": [region_form(match) for match in matches],
    }


def printable(text: str, *, lines: bool = False) -> str:
    """Text from people without what steers a terminal: control, direction and line marks become spaces.

    With `lines` ends of lines stay.
    """
    kept = "\n" if lines else ""
    return "".join(character if character.isprintable() or character in kept else " " for character in text)


def answer_lines(answer: Answer) -> list[str]:
    """What stands below an answer: the entries that it cites, and what the check of it found."""
    cited = [
        f"[{entry.k}] {printable(entry.name)}, box {','.join(map(str, entry.box.as_list()))}"
        for entry in answer.citations
    ]
    # A refusal says so itself.
    found = [f"Check: {f.message}" for f in answer.findings if f.kind is not FindingKind.REFUSAL]
    if answer.finish is Finish.LENGTH:
        found.append("Check: The answer was cut off at the limit of new tokens (PLACARD_MAX_NEW_TOKENS).")
    return [*cited, *map(printable, found)]


def print_json(form: object) -> None:
    """Print JSON on one line; letters outside ASCII are escaped where the output cannot hold them."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(form, ensure_ascii=not utf8))


def caption(match: Match) -> str:
    """Who a region shows, for people."""
    if match.entity is not None:
        return printable(match.entity.name)
    if match.decision is Decision.UNCERTAIN:
        return "maybe " + " or ".join(printable(candidate.entity.name) for candidate in match.candidates)
    return "unknown"


def match_lines(matches: Sequence[Match]) -> list[str]:
    """One line a region, from left to right."""
    lines = []
    for match in sorted(matches, key=lambda match: match.region.box.centre):
        similarity = "" if match.similarity is None else f"  similarity {match.similarity:.2f}"
        box = ",".join(map(str, match.region.box.as_list()))
        lines.append(f"{caption(match):<30}  {match.decision.value:<9}{similarity}  box {box}")
    return lines
