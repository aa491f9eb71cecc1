"""The logic of the page Gallery, without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import read_settings
from app.web.editing import Texts, save
from app.web.enrolling import by_hand
from app.web.gallery_page import PAGE
from app.web.plain import escaped
from gallery.entity import EntityKind, NewEntity
from gallery.gallery import Gallery
from gallery.writer import UnknownEntityError
from tests.fakes import picture, reference
from vision.box import Box
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


def names(page: AppTest) -> list[str]:
    """Who is on a page of the gallery."""
    return [button.label.replace("\\", "") for button in page.button if str(button.key).startswith("open-")]


def press(page: AppTest, label: str) -> AppTest:
    """Click the first button of a label and look again."""
    next(button for button in page.button if button.label.startswith(label)).click()
    return page.run()


def test_an_empty_gallery_says_how_it_is_filled() -> None:
    page = visit()
    assert "placard ingest" in page.info[0].value
    press(page, "Try it with two people")
    assert names(page) == ["Eileen Collins", "Tom Hanks"]
    assert "are in the gallery now" in page.success[0].value
    assert not page.exception
    st.cache_resource.clear()


@pytest.mark.usefixtures("known")
def test_everybody_is_shown_a_page_at_a_time_and_names_are_text() -> None:
    page = visit()
    first = names(page)
    assert len(first) == len(page.get("image")) == PAGE
    assert first == sorted(first)
    press(page, "More")
    assert len(names(page)) == 30 - PAGE
    assert names(page)[-1] == HOSTILE
    assert not set(first) & set(names(page))
    press(page, "Back")
    assert names(page) == first
    assert not page.exception


@pytest.mark.usefixtures("known")
def test_a_search_begins_at_its_first_page() -> None:
    page = press(visit(), "More")
    page.text_input[0].set_value("kiss éva").run()
    assert names(page) == [HOSTILE]
    page.text_input[0].set_value("nobody").run()
    assert shown(page) == ["Nobody is named nobody."]


def test_a_person_is_renamed_and_described(known: Gallery) -> None:
    page = visit(2)
    page.text_input(key="name-2").set_value("Ann Lee")
    page.text_input(key="noun-2").set_value("woman")
    page.text_area(key="biography-2").set_value("She sings.")
    press(page, "Save")
    assert Texts.of(known.entity(2)) == Texts("Ann Lee", "woman", "She sings.")
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
    page.text_input(key="same-2").set_value("kiss").run()
    assert page.radio[0].options == [escaped(f"{HOSTILE} (number 1)")]
    assert not any("type more" in one.value for one in page.caption)
    page.text_input(key="same-2").set_value("ann").run()
    assert any("type more" in one.value for one in page.caption)
    page.text_input(key="same-2").set_value("3").run()
    assert page.radio[0].options[0] == escaped("Ann 2 (number 3)")
    press(page, "Make it part")
    assert [other.id for other in known.merged(2)] == [3]
    assert "now part of Ann 1" in page.success[0].value
    press(page, "Take this back")
    assert known.merged(2) == []
    with known.write() as writer:
        writer.add(NewEntity("Ann the mug", EntityKind.THING, "mug"))
        writer.call(3, "man")
        writer.call(2, "woman")
    page.text_input(key="same-2").set_value("the mug").run()
    assert "Nobody else is named the mug." in shown(page)  # a thing is no person
    page.text_input(key="same-2").set_value("3").run()
    said = escaped("Ann 2 is called man, and this one woman.")
    assert said in [one.value for one in page.warning]
    page.text_input(key="same-2").set_value("999").run()
    assert "Nobody else is named 999." in shown(page)


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


def test_what_was_written_about_somebody_who_is_gone_is_handed_back_once(known: Gallery) -> None:
    page = visit(2)
    known.forget(2)
    page.text_area(key="biography-2").set_value("She paints boats.")
    press(page, "Save")
    assert "not in the gallery" in page.info[0].value
    assert "not saved" in page.warning[0].value
    assert "She paints boats." in [text.value for text in page.text]
    assert "shown-2" not in page.session_state  # what is forgotten is in no session either
    page.run()
    assert not page.warning


def test_saving_somebody_who_was_forgotten_meanwhile_is_an_error(known: Gallery) -> None:
    entity = known.entity(2)
    known.forget(2)
    with pytest.raises(UserError, match="2"):
        save(known, entity, Texts("Ann Lee", "woman", ""))


def test_what_somebody_else_wrote_meanwhile_is_announced_and_shown_when_asked_for(known: Gallery) -> None:
    page = visit(2)
    with known.write() as writer:
        writer.describe(2, "She teaches.")
    page.run()
    assert page.text_area(key="biography-2").value == "She paints."
    assert "Somebody else has changed this" in page.warning[0].value
    press(page, "Show what it is now")
    assert page.text_area(key="biography-2").value == "She teaches."
    assert not page.warning


def test_a_wrong_photo_becomes_an_entry_of_its_own_or_goes(known: Gallery) -> None:
    with known.write() as writer:
        for number in (1, 2):
            photo = reference((0, 0, number), f"{number}".rjust(64, "f"), crop=picture((9, 9, 200)))
            writer.add_reference(2, photo, (9, 9))
    _, second, third = known.references(2)
    page = visit(2)
    press(page, "Give it to them")
    assert "Say who it is" in page.error[0].value
    page.text_input(key=f"who-{second.id}").set_value(" Bob ")
    page.button(key=f"split-{second.id}").click().run()
    (bob,) = known.find("Bob")
    assert [one.photo for one in known.references(bob.id)] == [second.photo]
    page.button(key=f"reject-{third.id}").click().run()
    assert len(known.references(2)) == 1
    assert "was removed from Ann 1" in page.success[0].value


def test_a_photo_for_a_name_that_is_known_asks_who_is_meant(known: Gallery) -> None:
    with known.write() as writer:
        for number in (1, 2):
            photo = reference((0, 0, number), f"{number}".rjust(64, "f"), crop=picture((9, 9, 200)))
            writer.add_reference(2, photo, (9, 9))
    _, second, third = known.references(2)
    page = visit(2)
    page.text_input(key=f"who-{second.id}").set_value("ann 2")
    page.button(key=f"split-{second.id}").click().run()
    assert "Somebody of this name" in page.info[0].value
    assert len(known.references(2)) == 3
    page.button(key=f"split-{second.id}-to-3").click().run()
    assert [one.photo for one in known.references(3)][1:] == [second.photo]
    assert "was given to Ann 2, number 3" in page.success[0].value.replace("\\", "")
    page.text_input(key=f"who-{third.id}").set_value("Ann 2")
    page.button(key=f"split-{third.id}").click().run()
    page.button(key=f"split-{third.id}-other").click().run()
    assert sorted(len(known.references(one.id)) for one in known.find("Ann 2")) == [1, 2]
    page.text_input(key=f"who-{known.references(2)[0].id}").set_value("Ann 1")  # the name of the entry itself
    page.button(key=f"split-{known.references(2)[0].id}").click().run()
    assert "an entry of its own" in page.success[0].value
    assert "no photo yet" in page.info[0].value
    assert not page.warning


def test_what_is_clicked_on_a_photo_that_went_meanwhile_is_said_to_have_come_too_late(known: Gallery) -> None:
    with known.write() as writer:
        photo = reference((0, 0, 1), "f" * 64, crop=picture((9, 9, 200)))
        second = writer.add_reference(2, photo, (9, 9))
    one, other = visit(2), visit(2)
    one.button(key=f"reject-{second}").click().run()
    assert not one.warning
    other.button(key=f"reject-{second}").click().run()
    assert "1 photo that was here is gone already" in other.warning[0].value
    assert not other.run().warning


def test_what_was_taken_back_already_is_said_to_be(known: Gallery) -> None:
    with known.write() as writer:
        writer.merge(3, 2)
        number = writer.reject_in(2, "e" * 64, Box(1, 2, 30, 40))
    one, other = visit(2), visit(2)
    for key, says in ((f"unreject-{number}", f"no rejection {number}"), ("unmerge-3", "is not merged into")):
        one.button(key=key).click().run()
        assert one.success
        other.button(key=key).click().run()
        assert says in other.warning[0].value.replace("\\", "")


def test_each_picture_of_a_merged_entry_says_whose_it_was(known: Gallery) -> None:
    with known.write() as writer:
        writer.merge(3, 2)
    page = visit(2)
    marks = [one.value.replace("\\", "") for one in page.caption if "merge" in one.value]
    assert marks == [":material/merge: From Ann 2, number 3"]
    press(page, "Take this back")
    assert not [one for one in page.caption if "merge" in one.value]
    assert not page.warning


def test_a_photo_can_be_split_off_under_the_first_name_of_the_entry(known: Gallery) -> None:
    with known.write() as writer:
        photo = reference((0, 0, 1), "f" * 64, crop=picture((9, 9, 200)))
        new = by_hand(known, Texts("Cy"), photo=photo.photo, box=photo.box)
        cy = writer.add(new)
        number = writer.add_reference(cy, photo, (9, 9))
        writer.rename(cy, "Dan")
    page = visit(cy)
    page.text_input(key=f"who-{number}").set_value("Cy")
    page.button(key=f"split-{number}").click().run()
    (split,) = known.find("Cy")
    assert split.id != cy
    assert len(known.references(split.id)) == 1


def test_a_person_of_many_photos_shows_some_and_then_more(known: Gallery) -> None:
    with known.write() as writer:
        for number in range(20):
            photo = reference((0, 0, 1), f"{number}".rjust(64, "f"), crop=picture((9, 9, 200)))
            writer.add_reference(2, photo, (9, 9))
    page = visit(2)
    assert len(page.get("image")) == 12
    press(page, "Show more of 21")
    assert len(page.get("image")) == 21


@pytest.mark.usefixtures("known")
def test_an_address_that_names_nobody_shows_everybody() -> None:
    page = AppTest.from_function(script, default_timeout=WAIT_S)
    page.query_params["person"] = "9" * 40
    assert len(names(page.run())) == PAGE
    assert not page.exception


def test_a_kind_and_a_source_can_be_chosen_where_there_are_several(known: Gallery) -> None:
    page = visit()
    assert not page.selectbox
    assert not page.segmented_control
    with known.write() as writer:
        writer.add(NewEntity("Ann's mug", EntityKind.THING, source="kitchen"))
        writer.add(NewEntity("Ann of Hull", source="kitchen"))
    press(visit(), "More")
    page = press(visit(), "More")
    page.selectbox(key="gallery-source").set_value("kitchen").run()
    assert names(page) == ["Ann of Hull", "Ann's mug"]  # from the first page again
    page.segmented_control(key="gallery-kind").set_value(EntityKind.THING).run()
    assert names(page) == ["Ann's mug"]
    page.text_input[0].set_value("hull").run()
    assert shown(page) == ["Nobody is named hull. Kind or source leave others out."]


def test_a_cover_is_chosen_and_shown_in_the_list(known: Gallery) -> None:
    other = picture((9, 200, 9))
    with known.write() as writer:
        second = writer.add_reference(2, reference((0, 0, 1), "f" * 64, crop=other), (9, 9))
    page = visit(2)
    page.button(key=f"cover-{second}").click().run()
    assert known.covers([2])[2].crop == other
    assert "stands for Ann 1 now" in page.success[0].value
    assert not any(button.key == f"cover-{second}" for button in page.button)


def test_what_was_said_not_to_show_somebody_is_listed_and_taken_back(known: Gallery) -> None:
    assert "Take this back" not in [button.label for button in visit(2).button]
    with known.write() as writer:
        writer.reject_in(2, "e" * 64, Box(1, 2, 30, 40))
        writer.reject_in(2, "d" * 64, None)
    page = visit(2)
    assert [text for text in shown(page) if text.startswith("Photo ")] == [
        "Photo dddddddddddd, all of it",
        "Photo eeeeeeeeeeee, the face at 1,2,30,40",
    ]
    press(page, "Take this back")
    with known.ledger() as ledger:
        assert [one.photo for one in ledger.rejections_of(2)] == ["e" * 64]
    assert "Taken back" in page.success[0].value
