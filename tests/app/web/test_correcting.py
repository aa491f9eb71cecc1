"""Correcting who is named in a photo, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import Settings, read_settings
from app.web import resources, roles
from app.web.correcting import Undo, name_shown, reject_shown, take_back
from app.web.desk import Desk
from app.web.resources import Workshop
from app.wiring import Choice
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from retrieval.recogniser import Recogniser
from retrieval.rules import MatchRules
from tests.fakes import ColourFaces, picture, reference
from tests.labelled import GREEN, RED
from vision.device import Device
from vision.errors import UserError
from vision.photo import Photo

RULES = MatchRules(threshold=0.9, margin=0.05, band=0.2)
REDDISH = (200, 60, 0)  # 0.96 like Ann, 0.29 like Bob
BETWEEN = (200, 120, 0)  # 0.86 like Ann: maybe
GREY = (120, 120, 120)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A workshop whose faces are colours: Ann is red, Bob is green."""

    def open_colours(settings: Settings, gallery: Gallery) -> tuple[Recogniser, Choice]:
        recogniser = Recogniser(gallery, ColourFaces(), device=Device.CPU, rules=RULES)
        return recogniser, Choice("colour", "colour", "a fake")

    monkeypatch.setattr(resources, "open_recogniser", open_colours)
    opened = Workshop.open(read_settings())
    with opened.gallery.write() as writer:
        writer.add_space("colour", 3, "colour")
        for name, colour in (("Ann", RED), ("Bob", GREEN)):
            entity = writer.add(NewEntity(name, biography=f"{name} paints."))
            writer.add_reference(
                entity, reference(colour, f"photo of {name}", crop=picture(colour)), (100, 100)
            )
    yield opened
    opened.close()


def desk_of(shop: Workshop, *colours: tuple[int, int, int]) -> Desk:
    return Desk.of(Photo.open(picture(*colours)), shop)


def titles(shop: Workshop, desk: Desk) -> list[str]:
    """The cards, with what the gallery says now."""
    now = desk.renewed(shop) or desk
    return [card["title"] for card in now.view["cards"]]


def rejected(shop: Workshop, desk: Desk) -> list[str]:
    now = desk.renewed(shop) or desk
    return [one["name"] for card in now.view["cards"] for one in card["rejected"]]


def test_who_is_said_not_to_be_there_is_not_named_until_that_is_taken_back(shop: Workshop) -> None:
    desk = desk_of(shop, RED, GREEN)
    assert titles(shop, desk) == ["Ann", "Bob"]
    done = reject_shown(shop, desk, 0, 1)
    assert done.done == "This is not Ann: remembered for this photo."
    assert titles(shop, desk) == ["unknown", "Bob"]
    assert rejected(shop, desk) == ["Ann"]
    # Another session, and the photo asked about again.
    assert titles(shop, desk_of(shop, RED, GREEN)) == ["unknown", "Bob"]
    assert done.undo is not None
    take_back(shop, done.photo, done.undo)
    assert titles(shop, desk) == ["Ann", "Bob"]
    with pytest.raises(UserError, match="no rejection"):
        take_back(shop, done.photo, done.undo)


def test_one_of_two_who_may_be_meant_is_ruled_out(shop: Workshop) -> None:
    desk = desk_of(shop, BETWEEN)
    assert titles(shop, desk) == ["maybe Ann or Bob"]
    reject_shown(shop, desk, 0, 1)
    assert titles(shop, desk) == ["unknown"]


def test_only_who_is_shown_can_be_ruled_out(shop: Workshop) -> None:
    desk = desk_of(shop, RED)
    for other in (2, 999):  # the next nearest, who is not shown, and nobody
        with pytest.raises(UserError, match="somebody else by now"):
            reject_shown(shop, desk, 0, other)
    with shop.gallery.ledger() as ledger:
        assert ledger.rejections(desk.photo.sha256) == []


def test_ruling_out_whom_the_photo_is_enrolled_for_says_so(shop: Workshop) -> None:
    desk = desk_of(shop, GREY)
    name_shown(shop, desk, 0, "Cy")
    now = desk.renewed(shop)
    assert now is not None
    done = reject_shown(shop, now, 0, 3)
    assert "kept as one of Cy" in done.remarks[0]


@pytest.mark.parametrize(
    ("colour", "before"), [(REDDISH, "Ann"), (BETWEEN, "maybe Ann or Bob"), (GREY, "unknown")]
)
def test_somebody_new_is_named_wherever_they_were_taken_for_another(
    shop: Workshop, colour: tuple[int, int, int], before: str
) -> None:
    desk = desk_of(shop, colour)
    assert titles(shop, desk) == [before]
    done = name_shown(shop, desk, 0, " Cy ")
    assert done.done == "Added 1 photo of Cy."
    assert titles(shop, desk) == ["Cy"]
    (cy,) = shop.gallery.find("Cy")
    assert [one.photo for one in shop.gallery.references(cy.id)] == [desk.photo.sha256]
    assert len(shop.gallery.crop(shop.gallery.references(cy.id)[0].id)) > 100


def test_somebody_known_is_named_although_another_is_more_alike(shop: Workshop) -> None:
    desk = desk_of(shop, REDDISH)
    done = name_shown(shop, desk, 0, shop.gallery.entity(2))
    assert titles(shop, desk) == ["Bob"]
    assert "unlike the other photos" in done.remarks[0]
    assert shop.gallery.entity(2).biography == "Bob paints."


@pytest.mark.parametrize("colour", [REDDISH, BETWEEN, GREY])
def test_naming_somebody_new_is_taken_back_without_a_trace(
    shop: Workshop, colour: tuple[int, int, int]
) -> None:
    desk = desk_of(shop, colour)
    before = titles(shop, desk), shop.gallery.counts()
    done = name_shown(shop, desk, 0, "Cy")
    assert done.undo is not None
    back = take_back(shop, done.photo, done.undo)
    assert back.done == "Taken back: the picture of Cy was removed, and the new entry."
    assert (titles(shop, desk), shop.gallery.counts()) == before
    assert rejected(shop, desk) == []
    again = take_back(shop, done.photo, done.undo)
    assert again.done == "Taken back; the picture of Cy had gone already."
    assert name_shown(shop, desk, 0, "Cy").done == "Added 1 photo of Cy."  # not refused for it


def test_naming_somebody_known_is_taken_back_and_all_else_of_them_stays(shop: Workshop) -> None:
    desk = desk_of(shop, REDDISH)
    first = reject_shown(shop, desk, 0, 1)  # by itself, before: not part of what is taken back
    now = desk.renewed(shop)
    assert now is not None
    done = name_shown(shop, now, 0, shop.gallery.entity(2))
    assert done.undo is not None
    take_back(shop, done.photo, done.undo)
    assert [one.photo for one in shop.gallery.references(2)] == ["photo of Bob"]
    assert rejected(shop, desk) == ["Ann"]
    assert first.undo is not None
    take_back(shop, first.photo, first.undo)
    assert titles(shop, desk) == ["Ann"]


def test_a_ban_that_was_lifted_meanwhile_does_not_keep_the_picture(shop: Workshop) -> None:
    desk = desk_of(shop, REDDISH)
    done = name_shown(shop, desk, 0, "Cy")
    assert done.undo is not None
    take_back(shop, done.photo, Undo(done.undo.rejections))
    take_back(shop, done.photo, done.undo)
    assert titles(shop, desk) == ["Ann"]


def test_the_first_name_of_somebody_who_was_renamed_is_a_name_like_any_other(shop: Workshop) -> None:
    desk = desk_of(shop, GREY)
    name_shown(shop, desk, 0, "Cy")
    with shop.gallery.write() as writer:
        writer.rename(3, "Dan")
    now = desk.renewed(shop)
    assert now is not None
    for name in ("Cy", "Eve"):
        with pytest.raises(UserError, match=r"enrolled as Dan \(entity 3\) already"):
            name_shown(shop, now, 0, name)
    assert titles(shop, desk) == ["Dan"]


def test_a_face_that_is_not_good_enough_changes_nothing_and_says_why(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(shop, REDDISH)
    before = shop.gallery.counts()
    monkeypatch.setattr(ColourFaces, "sure_confidence", 0.99)
    with pytest.raises(UserError, match=r"Nothing was changed: .*0\.90 sure"):
        name_shown(shop, desk, 0, "Cy")
    assert shop.gallery.counts() == before
    assert titles(shop, desk) == ["Ann"]
    assert rejected(shop, desk) == []


def test_who_is_in_the_photo_already_is_not_added_and_nobody_is_ruled_out(shop: Workshop) -> None:
    desk = desk_of(shop, GREEN, REDDISH)
    name_shown(shop, desk, 0, "Cy")
    (cy,) = shop.gallery.find("Cy")
    now = desk.renewed(shop)
    assert now is not None
    done = name_shown(shop, now, 1, cy)
    assert done.done == "Nothing was added to Cy."
    assert titles(shop, desk) == ["Cy", "Ann"]
    assert rejected(shop, desk) == ["Bob"]


def test_two_new_people_of_one_name_in_a_photo_are_two_and_a_second_click_makes_no_third(
    shop: Workshop,
) -> None:
    desk = desk_of(shop, GREY, REDDISH)
    for place in (0, 1, 1):
        name_shown(shop, desk, place, "Cy")
    first, second = shop.gallery.find("Cy")
    assert [len(shop.gallery.references(one.id)) for one in (first, second)] == [1, 1]


def test_who_was_ruled_out_is_not_enrolled_and_stays_ruled_out(shop: Workshop) -> None:
    desk = desk_of(shop, RED)
    reject_shown(shop, desk, 0, 1)
    now = desk.renewed(shop)
    assert now is not None
    with pytest.raises(UserError, match="this photo does not show this person"):
        name_shown(shop, now, 0, shop.gallery.entity(1))
    assert rejected(shop, desk) == ["Ann"]


def test_a_reader_corrects_nothing(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(shop, RED)
    monkeypatch.setattr(roles, "may_edit", lambda: False)
    with pytest.raises(UserError, match="only editors"):
        reject_shown(shop, desk, 0, 1)
    with pytest.raises(UserError, match="only editors"):
        name_shown(shop, desk, 0, "Cy")
    with pytest.raises(UserError, match="only editors"):
        take_back(shop, desk.photo.sha256, Undo((1,)))
    assert titles(shop, desk) == ["Ann"]


def open_dialog(page: AppTest) -> None:
    """Run the page as after a click on a card: a dialog of its own reruns is not what `AppTest` knows."""
    page.session_state["ask-who"] = 0
    page.run()


@pytest.mark.usefixtures("collins")
def test_the_page_asks_who_it_is_and_says_why_an_answer_is_not_taken(nasa: Path) -> None:
    from app.web.server import SCRIPT

    page = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    page.file_uploader[0].set_value(("photo.png", nasa.read_bytes(), "image/png"))
    page.run()
    open_dialog(page)
    assert any("A small picture of the face is kept" in caption.value for caption in page.caption)
    page.text_input(key="who-name").set_value("eileen")
    open_dialog(page)
    assert page.button(key="who-1").label == "Eileen Collins, number 1"
    page.text_input(key="who-name").set_value("Nora <b>")
    open_dialog(page)
    page.button(key="who-new").click()
    open_dialog(page)
    assert "Nothing was changed: enrolled as Eileen Collins" in page.warning[0].value.replace("\\", "")
    st.cache_resource.clear()
    assert not page.exception
