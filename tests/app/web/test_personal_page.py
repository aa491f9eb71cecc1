"""The logic of the page Personal, without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import read_settings
from app.web.desk import Desk, Table
from app.web.export import as_markdown
from app.web.resources import Workshop
from app.web.telling import Drawing, Texts, box_of, drawing_view, keep, put, tell
from app.web.uploads import astronaut, four_people
from gallery.entity import EntityKind
from gallery.gallery import Gallery
from generation.given import Given
from ingest.outcome import Status
from retrieval.recogniser import Recogniser
from tests.fakes import colour_things
from vision.box import Box
from vision.errors import UserError
from vision.faces import FaceModel

WAIT_S = 60  # for the first photo, which loads the model
SHUTTLE = Given(Box(330, 20, 500, 350), "space shuttle", "Endeavour", "A model that my uncle built in 1992.")
HANKS = Given(Box(960, 130, 1270, 460), "man", "Tom Hanks", "An actor who came to the party.")


@pytest.fixture(autouse=True)
def _loaded_once(dlib_faces: FaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The face model is real, and shared: loading it takes longer than most tests."""
    monkeypatch.setattr("app.wiring.load_faces", lambda *_: dlib_faces)


@pytest.fixture
def shop(collins: None) -> Iterator[Workshop]:
    """The parts that pages work with, and a gallery that knows Eileen Collins."""
    opened = Workshop.open(read_settings())
    yield opened
    opened.close()


def script() -> None:
    """What the site runs for the page."""
    from app.web.personal_page import personal_page

    personal_page()


@pytest.fixture
def page(collins: None, nasa: Path) -> Iterator[AppTest]:
    """The page with a photo of Eileen Collins."""
    opened = AppTest.from_function(script, default_timeout=WAIT_S).run()
    opened.file_uploader[0].set_value(("photo.png", nasa.read_bytes(), "image/png"))
    yield opened.run()
    st.cache_resource.clear()


def parts(page: AppTest, name: str) -> list[Any]:
    """The data of our own parts of one kind."""
    found = [element.proto for element in page.get("bidi_component")]
    return [json.loads(proto.json) for proto in found if proto.component_name == f"placard_{name}"]


def on_table(shop: Workshop, desk: Desk) -> Table:
    table = Table()
    table.put(desk)
    return table


def current(table: Table) -> Desk:
    assert table.current is not None
    return table.current


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def test_a_photo_is_drawn_on_first_and_shows_who_is_recognised(page: AppTest) -> None:
    (view,) = parts(page, "draw")
    assert [other["title"] for other in view["others"]] == ["Eileen Collins"]
    assert view["draft"] is None
    assert parts(page, "photo") == []


def test_without_a_box_nothing_is_said(page: AppTest) -> None:
    page.text_input[0].set_value("dog")
    page.text_area[0].set_value("Barks")
    press(page, "Talk about it")
    assert page.error[0].value == "Draw a box on the photo first\\."
    assert len(parts(page, "draw")) == 1


def test_what_is_said_can_be_asked_about_edited_and_taken_back(page: AppTest) -> None:
    table = page.session_state["personal"]
    desk = current(table)
    page.session_state[f"drawing-{desk.photo.sha256}"] = None
    table.replace(desk, desk.told([SHUTTLE], st_workshop()))
    page.run()
    (photo,) = parts(page, "photo")
    assert [(card["number"], card["title"], card["decision"]) for card in photo["cards"]] == [
        (1, "Eileen Collins", "accepted"),
        (2, "Endeavour", "given"),
    ]
    assert [button.disabled for button in page.button if button.label == "Keep it"] == [True]
    said = [one.value.replace("\\", "") for one in page.caption]
    assert any("Endeavour cannot be kept: a thing" in one and "placard models list" in one for one in said)
    page.chat_input[0].set_value("When was Endeavour built?").run()
    (answer,) = parts(page, "answer")
    assert answer["parts"][0]["text"] == "Endeavour: A model that my uncle built in 1992 "
    assert answer["parts"][1] == {"number": 2, "name": "Endeavour", "given": True}
    press(page, "Edit")
    assert page.text_area[0].value == SHUTTLE.text
    assert parts(page, "draw")[0]["draft"] == photo["cards"][1]["box"]
    press(page, "Back")
    press(page, "Remove")
    assert [card["title"] for card in parts(page, "photo")[0]["cards"]] == ["Eileen Collins"]
    assert parts(page, "answer") == []


def test_a_person_is_offered_to_be_kept_without_an_encoder_for_things(page: AppTest) -> None:
    table = page.session_state["personal"]
    desk = current(table)
    page.session_state[f"drawing-{desk.photo.sha256}"] = None
    table.replace(desk, desk.told([Given(SHUTTLE.box, "man", "Sam", "Not seen.")], st_workshop()))
    page.run()
    assert [button.disabled for button in page.button if button.label == "Keep it"] == [False]
    assert not any("cannot be kept" in one.value for one in page.caption)


def st_workshop() -> Workshop:
    from app.web.resources import workshop

    opened: Workshop = workshop()
    return opened


@pytest.mark.parametrize(
    ("fractions", "expected"),
    [
        ([0.1, 0.25, 0.5, 1.0], Box(20, 25, 100, 100)),
        ([-1.0, -2.0, 7.0, 9.0], Box(0, 0, 200, 100)),  # anybody can send anything
    ],
)
def test_a_drawn_box_is_in_pixels_of_the_photo(fractions: list[float], expected: Box) -> None:
    assert box_of(fractions, (200, 100)) == expected


@pytest.mark.parametrize(
    ("fractions", "says"), [(None, "Draw a box"), ([0.5], "Draw a box"), ([0.5, 0.5, 0.5, 0.9], "too small")]
)
def test_a_box_that_is_none_is_one_line(fractions: list[float] | None, says: str) -> None:
    with pytest.raises(UserError, match=says):
        box_of(fractions, (200, 100))


def test_several_things_are_told_and_one_is_changed(shop: Workshop) -> None:
    desk = Desk.of(astronaut(), shop)
    desk = desk.told(tell(desk, Drawing(1), SHUTTLE.box, Texts("shuttle", " Endeavour ", "A model.")), shop)
    desk = desk.told(tell(desk, Drawing(2), Box(0, 0, 90, 400), Texts("flag", "", "Ours.")), shop)
    first, second = desk.given
    changed = tell(desk, Drawing(3, first), first.box, Texts("shuttle", "Atlantis", "Another model."))
    assert [(one.name, one.text) for one in changed] == [("Atlantis", "Another model."), ("", "Ours.")]
    assert [card["title"] for card in desk.view["cards"]] == ["flag", "Eileen Collins", "Endeavour"]
    view = drawing_view(desk, Drawing(4, second))
    assert [other["title"] for other in view["others"]] == ["Eileen Collins", "Endeavour"]
    with pytest.raises(UserError, match="Expected a text about the flag, but it is empty"):
        tell(desk, Drawing(5), first.box, Texts("flag", "", "  "))
    assert "Endeavour" in as_markdown(desk.conversation)


def test_nothing_that_is_said_enters_the_gallery_and_new_knowledge_keeps_it(shop: Workshop) -> None:
    before = shop.gallery.counts(), shop.gallery.revision()
    desk = Desk.of(astronaut(), shop).told([SHUTTLE], shop)
    desk.conversation.ask("When was Endeavour built?")
    assert (shop.gallery.counts(), shop.gallery.revision()) == before
    with shop.gallery.write() as writer:
        writer.rename(1, "Eileen M. Collins")
    new = desk.renewed(shop)
    assert new is not None
    assert [entry.name for entry in new.context.entries] == ["Eileen M. Collins", "Endeavour"]


def test_a_person_is_kept_with_the_face_that_was_found_and_is_recognised_from_then_on(shop: Workshop) -> None:
    desk = Desk.of(four_people(), shop)
    table = on_table(shop, desk)
    put(table, desk, [SHUTTLE, HANKS], shop)
    outcome = keep(table, current(table), HANKS, shop)
    assert (outcome.status, outcome.name) == (Status.ADDED, "Tom Hanks")
    assert current(table).given == (SHUTTLE,)
    new = current(table).renewed(shop)
    assert new is not None
    assert [entry.name for entry in new.context.entries if not entry.given] == ["Eileen Collins", "Tom Hanks"]
    entity = shop.gallery.entity(outcome.entity_id or 0)
    assert (entity.biography, entity.noun) == (HANKS.text, "man")
    (kept,) = shop.gallery.references(entity.id)
    assert HANKS.box.area > 2 * kept.box.area  # the face, not what was drawn around it


def test_what_cannot_be_kept_says_why(shop: Workshop) -> None:
    nameless = Given(SHUTTLE.box, "man", " ", "An actor")
    table = on_table(shop, Desk.of(astronaut(), shop).told([nameless, SHUTTLE], shop))
    with pytest.raises(UserError, match="Give the man a name first"):
        keep(table, current(table), nameless, shop)
    with pytest.raises(UserError, match="an image encoder, and none is here"):
        keep(table, current(table), SHUTTLE, shop)
    assert shop.gallery.counts().entities == 1


def test_a_thing_is_kept_as_the_box_shows_it_and_known_again(
    shop: Workshop, dlib_faces: FaceModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = colour_things()
    monkeypatch.setattr(shop, "things", lambda: model)
    table = on_table(shop, Desk.of(astronaut(), shop).told([SHUTTLE], shop))
    outcome = keep(table, current(table), SHUTTLE, shop)
    assert (outcome.status, outcome.name) == (Status.ADDED, "Endeavour")
    entity = shop.gallery.entity(outcome.entity_id or 0)
    assert (entity.kind, entity.noun, entity.biography) == (EntityKind.THING, "space shuttle", SHUTTLE.text)
    (kept,) = shop.gallery.references(entity.id)
    assert kept.box == SHUTTLE.box
    recogniser = Recogniser(shop.gallery, dlib_faces, things=model)
    matches = recogniser.recognise(astronaut(), drawn=[SHUTTLE.box])
    assert {match.entity.name for match in matches if match.entity} == {"Eileen Collins", "Endeavour"}


def test_a_box_without_a_face_is_refused_by_the_gate(shop: Workshop) -> None:
    ghost = Given(Box(0, 0, 80, 200), "man", "Nobody", "Is not here")
    table = on_table(shop, Desk.of(astronaut(), shop).told([ghost], shop))
    outcome = keep(table, current(table), ghost, shop)
    assert (outcome.status, outcome.reason) == (Status.SKIPPED, "no_face")
    assert current(table).given == (ghost,)
    with Gallery.open(read_settings().gallery_url) as gallery:
        assert gallery.counts().entities == 1
