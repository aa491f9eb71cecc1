"""The logic of the page Gallery, without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import read_settings
from app.web.editing import save
from app.web.gallery_page import PAGE
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from gallery.writer import UnknownEntityError
from tests.fakes import picture, reference
from vision.errors import UserError

WAIT_S = 60
HOSTILE = "Éva <b>*Kiss*</b>"


@pytest.fixture
def known() -> Iterator[Gallery]:
    """The gallery of the home, with thirty people of one reference each."""
    crop = picture((200, 30, 30))
    with Gallery.open(read_settings().gallery_url) as gallery:
        with gallery.write() as writer:
            writer.add_space("colour", 3, "colour")
            for number in range(30):
                name = f"Ann {number}" if number else HOSTILE
                entity = writer.add(NewEntity(name, biography="She paints."))
                photo = reference((1, number, 0), f"{number:064x}", crop=crop)
                writer.add_reference(entity, photo, (9, 9))
        yield gallery
    st.cache_resource.clear()


def script() -> None:
    """What the site runs for the page."""
    from app.web.gallery_page import gallery_page

    gallery_page()


def visit(person: int | None = None) -> AppTest:
    """The page, or the person of an address."""
    page = AppTest.from_function(script, default_timeout=WAIT_S)
    if person is not None:
        page.query_params["person"] = str(person)
    return page.run()


def shown(page: AppTest) -> list[str]:
    """The texts of a page."""
    return [element.value for element in page.text]


def press(page: AppTest, label: str) -> AppTest:
    """Click the first button of a label and look again."""
    next(button for button in page.button if button.label.startswith(label)).click()
    return page.run()


def test_an_empty_gallery_says_how_it_is_filled() -> None:
    page = visit()
    st.cache_resource.clear()
    assert "placard ingest" in page.info[0].value


@pytest.mark.usefixtures("known")
def test_everybody_is_shown_a_page_at_a_time_and_names_are_text() -> None:
    page = visit()
    first = shown(page)
    assert len(first) == PAGE
    assert first[0] == HOSTILE
    press(page, "More")
    assert len(shown(page)) == 30 - PAGE
    assert not set(first) & set(shown(page))
    press(page, "Back")
    assert shown(page) == first
    assert not page.exception


@pytest.mark.usefixtures("known")
def test_a_search_begins_at_its_first_page() -> None:
    page = press(visit(), "More")
    page.text_input[0].set_value("kiss éva").run()
    assert shown(page) == [HOSTILE]
    page.text_input[0].set_value("nobody").run()
    assert shown(page) == ["Nobody is named nobody."]


def test_a_person_is_renamed_and_described(known: Gallery) -> None:
    page = visit(2)
    page.text_input(key="name-2").set_value("Ann Lee")
    page.text_area(key="biography-2").set_value("She sings.")
    press(page, "Save")
    assert (known.entity(2).name, known.entity(2).biography) == ("Ann Lee", "She sings.")
    assert "Saved Ann Lee" in page.success[0].value


def test_an_edit_never_overwrites_a_newer_one(known: Gallery) -> None:
    page = visit(2)
    with known.write() as writer:
        writer.describe(2, "She teaches.")
    page.text_area(key="biography-2").set_value("She sings.")
    press(page, "Save")
    assert known.entity(2).biography == "She teaches."
    assert "nothing was saved" in page.warning[0].value
    assert "She teaches." in shown(page)
    press(page, "Save")  # having seen it
    assert known.entity(2).biography == "She sings."


def test_a_name_cannot_be_emptied(known: Gallery) -> None:
    page = visit(2)
    page.text_input(key="name-2").set_value("  ")
    press(page, "Save")
    assert "needs a name" in page.error[0].value
    assert known.entity(2).name == "Ann 1"


def test_a_merge_can_be_taken_back(known: Gallery) -> None:
    page = visit(2)
    page.text_input(key="same-2").set_value("3").run()
    press(page, "Treat them")
    assert [other.id for other in known.merged(2)] == [3]
    press(page, "Take the merge back")
    assert known.merged(2) == []
    page.text_input(key="same-2").set_value("999").run()
    press(page, "Treat them")
    assert "999" in page.error[0].value


def test_forgetting_needs_the_number_and_leaves_nothing(known: Gallery) -> None:
    page = visit(2)
    assert next(button for button in page.button if button.label == "Forget for good").disabled
    page.text_input(key="typed-2").set_value("2").run()
    press(page, "Forget for good")
    with pytest.raises(UnknownEntityError):
        known.entity(2)
    assert known.counts().references == 29
    assert "Forgotten" in page.success[0].value


@pytest.mark.usefixtures("known")
def test_somebody_who_is_gone_is_said_to_be() -> None:
    assert "not in the gallery" in visit(999).info[0].value


def test_saving_somebody_who_was_forgotten_meanwhile_is_an_error(known: Gallery) -> None:
    entity = known.entity(2)
    known.forget(2)
    with pytest.raises(UserError, match="2"):
        save(known, entity, "Ann Lee", "")
