"""What the page is sent: boxes, cards, answers, suggestions, files."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from markdown_it import MarkdownIt

from app.web.answer_view import answer_view
from app.web.export import as_markdown, as_zip
from app.web.photo_view import first_fact, photo_view, why
from app.web.plain import escaped, spoken
from app.web.suggestions import suggestions, unasked
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from generation.conversation import Conversation
from generation.generator import Finish
from retrieval.match import Candidate, Decision, Match
from retrieval.rules import MatchRules
from tests.fakes import Echo, reference, region
from tests.generation.contexts import ada, blank, bob, person, photo
from vision.box import Box
from vision.photo import Photo
from vision.region import RegionKind

RULES = MatchRules(threshold=0.6, margin=0.05, band=0.1)
HOSTILE = (
    "<script>alert(1)</script> ![x](http://evil/x.png) [y](javascript:z) $\\frac{1}{2}$ **b** `c` :smile: #h"
)


def match(decision: Decision, *similarities: float, box: Box | None = None) -> Match:
    """A match whose candidates are Ada and Bob."""
    candidates = tuple(
        Candidate(entity, value, 1) for entity, value in zip((ada, bob), similarities, strict=False)
    )
    entity = ada if decision is Decision.ACCEPTED else None
    return Match(region((1, 0, 0), box), decision, entity, candidates)


@pytest.mark.parametrize(
    ("found", "says"),  # {bob} is his whole name
    [
        (match(Decision.UNKNOWN), "The gallery is empty"),
        (match(Decision.UNKNOWN, 0.3), "nearest has 0.30; 0.60 is needed"),
        (
            match(Decision.UNCERTAIN, 0.55, 0.2),
            "to be sure: Ada Lovelace 0.55, {bob} 0.20; 0.60 is needed",
        ),
        (
            match(Decision.UNCERTAIN, 0.72, 0.70),
            "Two are almost equally alike: Ada Lovelace 0.72, {bob} 0.70.",
        ),
        (match(Decision.UNCERTAIN, 0.55), "to be sure: similarity 0.55; 0.60 is needed"),
        (
            match(Decision.UNCERTAIN, 0.72, 0.2),
            "Alike (Ada Lovelace 0.72, {bob} 0.20), but another face in this photo is more so",
        ),
        (match(Decision.ACCEPTED, 0.65, 0.2), "Alike enough to be named: similarity 0.65"),
        (match(Decision.ACCEPTED, 0.95, 0.2), "Very alike: similarity 0.95"),
    ],
)
def test_every_decision_is_explained_with_its_numbers(found: Match, says: str) -> None:
    assert says.format(bob=bob.name) in why(found, RULES)


def test_an_unknown_thing_is_nothing_of_the_gallery() -> None:
    found = match(Decision.UNKNOWN, 0.3)
    thing = replace(found, region=replace(found.region, kind=RegionKind.OBJECT))
    assert (
        why(thing, RULES) == "Nothing in the gallery is alike enough: the nearest has 0.30; 0.60 is needed."
    )


def test_strangers_have_no_number_and_are_not_named(lite: Gallery) -> None:
    left, right = Box(0, 0, 50, 50), Box(100, 0, 150, 50)
    matches = [match(Decision.UNKNOWN, 0.3, box=left), match(Decision.ACCEPTED, 0.9, box=right)]
    pixels = np.full((100, 200, 3), 128, dtype=np.uint8)
    view = photo_view(Photo.from_pixels(pixels), matches, lite, lambda _: RULES)
    stranger, known = view["cards"]
    assert [stranger["number"], known["number"]] == [None, 1]
    assert (stranger["title"], stranger["references"], stranger["biography"]) == ("unknown", [], "")
    assert "Ada" not in json.dumps(stranger)
    assert known["title"] == ada.name
    assert known["box"] == [0.5, 0.0, 0.75, 0.5]
    assert known["references"] == []  # the kept crop has been forgotten since
    assert view["label"] == f"The photo, from left to right: unknown; {ada.name}"


def test_the_kept_crops_of_strangers_likenesses_are_not_sent(lite: Gallery) -> None:
    with lite.write() as writer:
        writer.add_space("colour", 3, "colour")
        writer.add_reference(writer.add(NewEntity("Ada")), reference((1, 0, 0), "photo"), (100, 100))
    pixels = Photo.from_pixels(np.full((100, 200, 3), 128, dtype=np.uint8))
    kinds = [
        match(Decision.UNKNOWN, 0.3),
        match(Decision.UNCERTAIN, 0.59, 0.5),
        match(Decision.ACCEPTED, 0.9),
    ]
    cards = photo_view(pixels, kinds, lite, lambda _: RULES)["cards"]
    assert [len(card["references"]) for card in cards] == [0, 2, 1]


def test_every_card_tells_the_threshold_of_its_own_space(lite: Gallery) -> None:
    pixels = Photo.from_pixels(np.full((100, 200, 3), 128, dtype=np.uint8))
    (card,) = photo_view(
        pixels, [match(Decision.UNKNOWN, 0.3)], lite, lambda region: replace(RULES, threshold=0.77)
    )["cards"]
    assert "0.77 is needed" in card["why"]


def test_a_card_says_how_the_biography_begins() -> None:
    assert first_fact(ada) == "A Senator from Alabama."
    assert first_fact(person("Nobody")) == ""
    assert len(first_fact(person("Long", "word " * 5000))) < 300


def test_only_marks_of_entries_become_links_into_the_photo() -> None:
    context = photo(ada, bob)
    answer = Conversation(blank(context), context, Echo("Ada [1] met Bob [1, 2] in [2019], not [7].")).ask(
        "Who?"
    )
    parts = answer_view(answer, context, photo="p", reason="asked for")["parts"]
    assert [part["number"] for part in parts if "number" in part] == [1, 1, 2]
    assert parts[-1]["text"] == " in [2019], not [7]."
    assert [part["name"] for part in parts if "number" in part][2] == bob.name


def test_a_stopped_answer_says_so() -> None:
    context = photo(ada)
    conversation = Conversation(blank(context), context, Echo("a ", "b ", "c "))
    stream = conversation.stream("Who?")
    next(stream)
    stream.close()
    (exchange,) = conversation.exchanges
    assert exchange.answer.finish is Finish.CANCELLED
    notes = answer_view(exchange.answer, context, photo="p", reason="")["notes"]
    assert notes[-1] == "Stopped; this is what was written."


def test_only_questions_that_can_be_answered_are_suggested_and_none_twice() -> None:
    context = photo(ada, None)
    first = unasked(suggestions(context), [])
    assert first[0] == "Where was Ada Lovelace born?"
    assert "What awards did Ada Lovelace win?" not in first
    assert first[0] not in unasked(suggestions(context), [first[0]])
    assert unasked(suggestions(photo(None)), []) == ["How many people are in this photo?"]


def test_nothing_is_suggested_about_somebody_without_a_biography() -> None:
    assert unasked(suggestions(photo(person("Nora Berg"))), []) == ["Who is in this photo?"]


def test_a_name_cannot_turn_a_buttons_label_into_markup() -> None:
    assert unasked(suggestions(photo(person(f"Ann {HOSTILE}", "Ann was born in Lyon."))), [])
    label = unasked(suggestions(photo(person(f"Ann {HOSTILE}", "She was born in Lyon."))), [])[0]
    assert not set("<>[]()$*`:!#\\{}_") & set(label)
    assert spoken("Zoë O'Neil-Ray, Jr.") == "Zoë O'Neil-Ray, Jr."


def test_an_exported_conversation_holds_no_markup_of_others() -> None:
    context = photo(person(HOSTILE, HOSTILE))
    conversation = Conversation(blank(context), context, Echo(HOSTILE))
    conversation.ask(HOSTILE)
    text = as_markdown(conversation)
    shown = MarkdownIt("commonmark").render(text)
    assert shown.count("<img") == 1  # our own photo
    for markup in ("<script", "<a ", "<strong>", "<code>"):
        assert markup not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ![x](http://evil/x.png)" in shown
    assert escaped("$x$") == "\\$x\\$"


def test_an_export_is_a_zip_of_text_and_picture() -> None:
    context = photo(ada)
    conversation = Conversation(blank(context), context, Echo("It is Ada [1]."))
    conversation.ask("Who?")
    with zipfile.ZipFile(io.BytesIO(as_zip(conversation, [match(Decision.ACCEPTED, 0.9)]))) as archive:
        assert archive.namelist() == ["conversation.md", "photo.jpg"]
        assert Photo.open(archive.read("photo.jpg")).size == (1000, 500)
