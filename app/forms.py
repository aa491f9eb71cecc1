"""The forms of what commands print: stable JSON, and lines for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from generation.answer import Answer
from generation.context import Entry
from generation.generator import Finish
from generation.given import Given
from generation.placing import Placed, placed
from retrieval.match import Decision, Match
from vision.box import Box
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
        "noun": region.noun or None,
        "body": region.body.as_list() if region.body else None,
    }


def given_form(given: Given) -> Json:
    """One region of `ask --json` that was given on the spot; none of it is in the gallery."""
    return {
        "box": given.box.as_list(),
        "kind": "given",
        "confidence": None,
        "decision": "given",
        "entity_id": None,
        "name": given.name or None,
        "similarity": None,
        "candidates": [],
        "noun": given.noun,
        "text": given.text,
    }


def who_form(photo: Photo, matches: Sequence[Match]) -> Json:
    """The whole of `who --json`."""
    return {"photo": photo.sha256, "size": list(photo.size), "regions": [region_form(m) for m in matches]}


def ask_form(answer: Answer, reason: str, places: Sequence[Placed]) -> Json:
    """The whole of `ask --json`; `reason` says why this generator answered."""
    return {
        "answer": answer.text,
        "citations": [_citation_form(entry) for entry in answer.citations],
        "findings": [
            {"kind": found.kind.value, "start": found.start, "end": found.end, "message": found.message}
            for found in answer.findings
        ],
        "finish": answer.finish.value,
        "generator": answer.generator,
        "reason": reason,
        "note": answer.note,
        "sent": answer.sent,
        "regions": [
            given_form(place.shows) if isinstance(place.shows, Given) else region_form(place.shows)
            for place in places
        ],
    }


def _citation_form(entry: Entry) -> Json:
    return {
        "k": entry.k,
        "entity_id": entry.entity_id,
        "name": entry.name or None,
        "box": entry.box.as_list(),
        "given": entry.given,
        "body": entry.body.as_list() if entry.body else None,
    }


def printable(text: str, *, lines: bool = False) -> str:
    """Text from people without what steers a terminal: control, direction and line marks become spaces.

    With `lines` ends of lines stay.
    """
    kept = "\n" if lines else ""
    return "".join(character if character.isprintable() or character in kept else " " for character in text)


def answer_lines(answer: Answer) -> list[str]:
    """What stands below an answer: the entries that it cites, and what the check of it found."""
    cited = [f"[{entry.k}] {title(entry)}, {_where(entry.box, entry.body)}" for entry in answer.citations]
    found = [f"Check: {message}" for message in dict.fromkeys(f.message for f in answer.findings)]
    if answer.finish is Finish.LENGTH:
        found.append("Check: The answer was cut off at the limit of new tokens (PLACARD_MAX_NEW_TOKENS).")
    return [*cited, *map(printable, found)]


def print_json(form: object) -> None:
    """Print JSON on one line; letters outside ASCII are escaped where the output cannot hold them."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(form, ensure_ascii=not utf8))


def title(known: Entry | Given) -> str:
    """What is known by its name, or by its noun where it has none."""
    return printable(known.name or known.noun)


def caption(match: Match | Given) -> str:
    """Who or what a region shows, for people."""
    if isinstance(match, Given):
        return title(match)
    if match.entity is not None:
        return printable(match.entity.name)
    if match.decision is Decision.UNCERTAIN:
        return "maybe " + " or ".join(printable(candidate.entity.name) for candidate in match.candidates)
    return f"unknown {printable(match.region.noun)}".rstrip()


def match_lines(matches: Sequence[Match], given: Sequence[Given] = ()) -> list[str]:
    """One line a region, from left to right."""
    return [
        f"{caption(place.shows):<30}  {_how(place.shows)}  {_where(place.box, place.body)}"
        for place in placed(matches, given)
    ]


def _where(box: Box, body: Box | None) -> str:
    """The box of a face or thing, and of the body that a face was found on."""
    box_said = f"box {','.join(map(str, box.as_list()))}"
    return box_said if body is None else f"{box_said}, body {','.join(map(str, body.as_list()))}"


def _how(shows: Match | Given) -> str:
    """How a region came to its name: a decision with the similarity, or that it was given."""
    if isinstance(shows, Given):
        return f"{'given':<9}"
    similarity = "" if shows.similarity is None else f"  similarity {shows.similarity:.2f}"
    return f"{shows.decision.value:<9}{similarity}"
