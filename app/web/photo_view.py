"""A photo as data for the page: its boxes, and a card for each person or thing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

from app.forms import Json, caption, printable
from gallery.entity import Entity
from gallery.gallery import Gallery
from generation.extractive.quoting import without_heading
from generation.given import Given
from generation.neutral import shortened
from generation.passages import quotations, sentence
from generation.placing import Placed, placed
from retrieval.match import Candidate, Decision, Match
from retrieval.rules import MatchRules
from vision.box import Box
from vision.errors import UserError
from vision.photo import Photo, crop_of, small_jpeg
from vision.region import Region, RegionKind

# The longer side that a browser is sent, in pixels.
_SHOWN_SIDE = 1600
_FACT_LIMIT = 220  # characters


def photo_view(
    photo: Photo,
    matches: Sequence[Match],
    gallery: Gallery,
    rules_of: Callable[[Region], MatchRules],
    *,
    given: Sequence[Given] = (),
) -> Json:
    """What the component for photos is sent."""
    places = placed(matches, given)
    with gallery.ledger() as ledger:
        rejections = ledger.rejections(photo.sha256)
    names = gallery.entities(one.entity_id for one in rejections)
    return {
        **shown_photo(photo),
        "label": _label(places),
        "cards": [
            {
                "number": place.k,
                "title": caption(place.shows),
                "box": fractions(place.box, photo.size),
                "body": fractions(place.body, photo.size) if place.body else None,
                "crop": _data_uri(crop_of(photo, place.box)),
                "rejected": [
                    _named(one.id, names[one.entity_id])
                    for one in rejections
                    if one.covers(place.box) and one.entity_id in names
                ],
                **(
                    _told(place.shows, place.instead_of)
                    if isinstance(place.shows, Given)
                    else _matched(place.shows, gallery, rules_of(place.shows.region))
                ),
            }
            for place in places
        ],
    }


def shown_names(match: Match) -> list[Entity]:
    """Whom a region is said to be, surely or maybe."""
    return [candidate.entity for candidate in _shown_candidates(match)]


def shown_photo(photo: Photo) -> Json:
    """The photo itself, as every component that shows it is sent it."""
    width, height = photo.size
    return {
        "photo": photo.sha256,
        "uri": _data_uri(small_jpeg(photo.pixels, _SHOWN_SIDE, quality=88)),
        "width": width,
        "height": height,
    }


def _matched(match: Match, gallery: Gallery, rules: MatchRules) -> Json:
    return {
        "decision": match.decision.value,
        "why": why(match, rules),
        "references": _references(match, gallery),
        "biography": first_fact(match.entity) if match.entity else "",
        "entity": match.entity.id if match.entity else None,
        "names": [_named(one.id, one) for one in shown_names(match)],
        "enrollable": match.region.kind is RegionKind.FACE,
    }


def _told(given: Given, instead_of: Match | None) -> Json:
    why_given = "Said here, and not in the gallery."
    if instead_of is not None and instead_of.entity is not None:
        why_given += f" It counts instead of {caption(instead_of)}, who was recognised here."
    text = shortened(printable(given.text), _FACT_LIMIT)
    return {
        "decision": "given",
        "why": why_given,
        "references": [],
        "biography": text,
        "entity": None,
        "names": [],
        "enrollable": False,
    }


def why(match: Match, rules: MatchRules) -> str:
    """The decision in plain words with its numbers."""
    similarity = match.similarity
    if similarity is None:
        return "The gallery is empty, so there is nobody to compare with."
    needed = f"{rules.threshold:.2f} is needed"
    if match.decision is Decision.ACCEPTED:
        much = "Very alike" if similarity >= (1 + rules.threshold) / 2 else "Alike enough to be named"
        return f"{much}: similarity {similarity:.2f} of at most 1; {needed}."
    if match.decision is Decision.UNKNOWN:
        nobody = "Nobody" if match.region.kind is RegionKind.FACE else "Nothing"
        return f"{nobody} in the gallery is alike enough: the nearest has {similarity:.2f}; {needed}."
    if similarity < rules.threshold:
        return f"Not alike enough to be sure: {_how_alike(match)}; {needed}."
    if len(match.candidates) > 1 and similarity - match.candidates[1].similarity < rules.margin:
        return f"Two are almost equally alike: {_how_alike(match)}."
    more = "but another face in this photo is more so, and nobody is here twice"
    return f"Alike ({_how_alike(match)}), {more}."


def _how_alike(match: Match) -> str:
    """The similarity of everybody who may be meant, with the names where there are several."""
    if len(match.candidates) == 1:
        return f"similarity {match.candidates[0].similarity:.2f}"
    return ", ".join(f"{printable(one.entity.name)} {one.similarity:.2f}" for one in match.candidates)


def first_fact(entity: Entity) -> str:
    """How the biography begins, as a sentence; empty where there is none."""
    found = quotations(entity.biography)
    if not found:
        return ""
    text = shortened(without_heading(found[0]), _FACT_LIMIT)
    return sentence(text[:1].upper() + text[1:])


def _label(places: Sequence[Placed]) -> str:
    """The photo in words."""
    if not places:
        return "The photo; no face was found in it"
    return f"The photo, from left to right: {'; '.join(caption(place.shows) for place in places)}"


def fractions(box: Box, size: tuple[int, int]) -> list[float]:
    """A box as fractions of the photo's sides, clipped to the photo."""
    box = box.clipped(size) or box
    return [
        round(edge / side, 5)
        for edge, side in zip(box.as_list(), (size[0], size[1], size[0], size[1]), strict=True)
    ]


def _references(match: Match, gallery: Gallery) -> list[Json]:
    """The crops that a match comes from: one for who is named, two for who may be, none for strangers."""
    found = [(one, _kept_crop(one, gallery)) for one in _shown_candidates(match)]
    return [{"uri": uri, "name": printable(one.entity.name)} for one, uri in found if uri]


def _shown_candidates(match: Match) -> Sequence[Candidate]:
    shown = {Decision.ACCEPTED: match.candidates[:1], Decision.UNCERTAIN: match.candidates}
    return shown.get(match.decision, ())


def _named(number: int, entity: Entity) -> Json:
    return {"number": number, "name": printable(entity.name)}


def _kept_crop(candidate: Candidate, gallery: Gallery) -> str:
    try:
        return _data_uri(gallery.crop(candidate.reference_id))
    except UserError:  # forgotten since
        return ""


def _data_uri(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"
