"""A person is shown and cited by face and body, where a detector found both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.annotate import annotated
from app.forms import answer_lines, ask_form, match_lines
from app.web.photo_view import photo_view
from gallery.gallery import Gallery
from generation.answer import Answer
from generation.checking.check import checked_answer
from generation.context import Context
from generation.extractive.reader import Reader
from generation.generator import Draft, Finish
from generation.given import Given
from generation.placing import placed
from retrieval.match import Candidate, Decision, Match
from retrieval.rules import MatchRules
from tests.fakes import region
from tests.generation.contexts import person
from vision.box import Box
from vision.photo import Photo

PHOTO = Photo.from_pixels(np.full((400, 800, 3), 128, dtype=np.uint8))
FACE, BODY = Box(400, 50, 500, 150), Box(300, 20, 600, 400)
ANN = person("Ann Lee", "Ann Lee paints.")
SEEN = replace(region((1, 0, 0), FACE), body=BODY)
MATCH = Match(SEEN, Decision.ACCEPTED, ANN, (Candidate(ANN, 0.9, 1),))


def answer(*given: Given) -> Answer:
    context = Context.of(PHOTO, [MATCH], given=given)
    return checked_answer(Draft("She paints [1].", Finish.END, ""), context, Reader(), None)


def test_lines_and_json_name_the_body_beside_the_face() -> None:
    assert answer_lines(answer())[0] == "[1] Ann Lee, box 400,50,500,150, body 300,20,600,400"
    assert match_lines([MATCH])[0].endswith("box 400,50,500,150, body 300,20,600,400")
    [cited] = ask_form(answer(), "", placed([MATCH]))["citations"]
    assert (cited["box"], cited["body"]) == (FACE.as_list(), BODY.as_list())
    bare = replace(MATCH, region=replace(SEEN, body=None))
    assert match_lines([bare])[0].endswith("box 400,50,500,150")


def test_what_is_given_about_a_face_has_its_body_and_about_a_body_is_the_body() -> None:
    [of_face] = answer(Given(FACE, "woman", "Eve", "She paints.")).citations
    [of_body] = answer(Given(BODY, "woman", "Eve", "She paints.")).citations
    assert (of_face.box, of_face.body) == (FACE, BODY)
    assert (of_body.box, of_body.body) == (BODY, None)


def test_both_boxes_are_drawn_and_sent_to_the_page(lite: Gallery) -> None:
    drawn = np.asarray(annotated(PHOTO, [MATCH]))
    for box in (FACE, BODY):
        assert (drawn[box.bottom - 1, box.left + 5] != 128).any(), box
    rules = MatchRules(threshold=0.5, margin=0.1, band=0.1)
    [card] = photo_view(PHOTO, [MATCH], lite, lambda _: rules)["cards"]
    assert (card["box"], card["body"]) == ([0.5, 0.125, 0.625, 0.375], [0.375, 0.05, 0.75, 1.0])
