"""The page Unknown, and what the page Ask keeps while it is on, without a browser."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.demo import insightface_data
from app.settings import read_settings
from app.web.desk import Desk
from app.web.expiring import keep_time
from app.web.noticing import notice
from app.web.resources import Workshop
from app.web.roles import NotAnEditorError
from app.web.unknowns import delete, ignore, name_faces, switch_off
from app.web.uploads import astronaut, four_people
from gallery import database
from gallery.gallery import Gallery
from gallery.watch import DAY_S
from retrieval.match import Decision
from tests.app.conftest import Run
from tests.app.web.test_ask_page import WAIT_S, parts
from vision.errors import UserError
from vision.faces import FaceModel
from vision.region import RegionKind

PURPOSE = "To add **guests** who agreed <b>at the entrance</b>"


@pytest.fixture(autouse=True)
def _loaded_once(dlib_faces: FaceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The face model is real, and shared: loading it takes longer than most tests."""
    monkeypatch.setattr("app.wiring.load_faces", lambda *_: dlib_faces)


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    """The gallery of the home."""
    with Gallery.open(read_settings().gallery_url) as opened:
        yield opened
    st.cache_resource.clear()


@pytest.fixture
def shop(collins: None) -> Iterator[Workshop]:
    """The parts that pages work with, and a gallery that knows Eileen Collins."""
    opened = Workshop.open(read_settings())
    yield opened
    opened.close()


def script() -> None:
    """What the site runs for the page."""
    from app.web.unknown_page import unknown_page

    unknown_page()


def ask_script() -> None:
    """What the site runs for the page Ask."""
    from app.web.ask_page import ask_page

    ask_page()


def personal_script() -> None:
    """What the site runs for the page Personal."""
    from app.web.personal_page import personal_page

    personal_page()


def visit() -> AppTest:
    return AppTest.from_function(script, default_timeout=WAIT_S).run()


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def on(gallery: Gallery) -> None:
    gallery.strangers.switch_on(PURPOSE, 7, who="ann")


def ask_about(photo: Path) -> AppTest:
    page = AppTest.from_function(ask_script, default_timeout=WAIT_S).run()
    page.file_uploader[0].set_value(("photo.png", photo.read_bytes(), "image/png"))
    return page.run()


def test_it_is_off_and_says_what_it_would_do(gallery: Gallery, nasa: Path) -> None:
    page = visit()
    assert page.text[0].value.startswith("Off. Unknown people leave nothing behind")
    assert "biometric" in page.markdown[0].value
    ask_about(nasa)
    assert gallery.strangers.groups() == []


def test_it_needs_a_purpose(gallery: Gallery) -> None:
    page = press(visit(), "Switch on")
    assert "without a purpose they may not be kept" in page.warning[0].value
    assert gallery.strangers.watch() is None


def test_switched_on_the_page_ask_keeps_unknown_faces_once_and_says_so(gallery: Gallery, nasa: Path) -> None:
    page = visit()
    page.text_area[0].set_value(PURPOSE)
    page.number_input[0].set_value(3)
    press(page, "Switch on")
    assert page.success[0].value.startswith("On")
    assert f"What for: {PURPOSE}" in [text.value for text in page.text]
    asked = ask_about(nasa)
    assert any(text.value.endswith(f"are kept for 3 days: {PURPOSE}") for text in asked.text)
    asked.run()
    ask_about(nasa)  # the same picture again
    ((kept,),) = gallery.strangers.groups()
    assert gallery.strangers.crops([kept.id])[kept.id][:2] == b"\xff\xd8"
    assert "1 face, last seen just now" in visit().caption[1].value


@pytest.mark.usefixtures("collins")
def test_known_people_and_other_pages_keep_nothing(gallery: Gallery, nasa: Path) -> None:
    on(gallery)
    ask_about(nasa)
    page = AppTest.from_function(personal_script, default_timeout=WAIT_S).run()
    stranger = (insightface_data() / "Tom_Hanks_54745.png").read_bytes()
    page.file_uploader[0].set_value(("photo.png", stranger, "image/png"))
    page.run()
    assert [other["title"] for other in parts(page, "draw")[0]["others"]] == ["unknown"]
    assert gallery.strangers.groups() == []


def test_what_was_forgotten_while_its_photo_is_open_is_not_kept_as_unknown(shop: Workshop) -> None:
    on(shop.gallery)
    desk = Desk.of(astronaut(), shop)
    notice(desk, shop)
    shop.gallery.forget(1)
    new = desk.renewed(shop)
    assert new is not None
    notice(new, shop)
    assert shop.gallery.strangers.groups() == []


def test_things_and_maybes_are_not_kept(shop: Workshop) -> None:
    on(shop.gallery)
    desk = Desk.of(four_people(), shop)
    unknown = [match for match in desk.matches if match.decision is Decision.UNKNOWN]
    thing = replace(unknown[0], region=replace(unknown[0].region, kind=RegionKind.OBJECT))
    maybe = replace(unknown[1], decision=Decision.UNCERTAIN)
    notice(replace(desk, matches=[thing, maybe, unknown[2]]), shop)
    assert [len(group) for group in shop.gallery.strangers.groups()] == [1]


def test_a_photo_that_came_before_it_was_on_is_not_looked_at_later(shop: Workshop) -> None:
    desk = Desk.of(four_people(), shop)
    notice(desk, shop)
    on(shop.gallery)
    notice(desk, shop)
    assert shop.gallery.strangers.groups() == []
    shop.gallery.strangers.switch_off(who="ann")


def test_a_group_is_named_through_the_gate_and_recognised_from_then_on(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    on(shop.gallery)
    desk = Desk.of(four_people(), shop)
    notice(desk, shop)
    groups = shop.gallery.strangers.groups()
    assert [len(group) for group in groups] == [1, 1, 1]  # the strangers; who is known is not kept
    hanks = max(face.id for group in groups for face in group)
    (outcome,) = name_faces(shop, [hanks], "Tom Hanks")
    assert (outcome.status.value, outcome.name) == ("added", "Tom Hanks")
    new = desk.renewed(shop)
    assert new is not None
    assert [entry.name for entry in new.context.entries] == ["Eileen Collins", "Tom Hanks"]
    assert len(shop.gallery.strangers.groups()) == 2
    said = shop.gallery.strangers.lines()[0].what
    assert said == f"1 face named as number {outcome.entity_id} of the gallery"
    with pytest.raises(UserError, match="gone by now"):
        name_faces(shop, [hanks], "Tom Hanks")
    assert "Hanks" not in caplog.text
    assert "guests" not in caplog.text


def test_faces_that_the_gate_refuses_stay_unknown(shop: Workshop) -> None:
    on(shop.gallery)
    notice(Desk.of(four_people(), shop), shop)
    with database.writing(shop.gallery._engine) as connection:
        connection.exec_driver_sql("UPDATE strangers SET crop = x'00'")
    faces = [face.id for group in shop.gallery.strangers.groups() for face in group]
    with pytest.raises(UserError, match=r"Nothing was changed: .* expected one of"):
        name_faces(shop, faces, "Nobody")
    assert (len(shop.gallery.strangers.groups()), shop.gallery.counts().entities) == (3, 1)


def test_groups_are_ignored_and_deleted_and_all_goes_when_it_is_switched_off(shop: Workshop) -> None:
    on(shop.gallery)
    notice(Desk.of(four_people(), shop), shop)
    page = visit()
    assert len(page.button) >= 10
    press(page, "Ignore")
    assert page.success[0].value == "Ignored from now on\\."
    assert shop.gallery.strangers.ignored() == 1
    press(page, "Delete")
    assert len(shop.gallery.strangers.groups()) == 1
    press(page, "Stop ignoring")
    assert shop.gallery.strangers.ignored() == 0
    press(page, "Switch off and delete everything")
    assert (shop.gallery.strangers.watch(), shop.gallery.strangers.groups()) == (None, [])
    assert any("switched off; 1 face deleted" in text.value for text in page.text)
    assert page.success[0].value.startswith("Off\\. 1 face was deleted")
    st.cache_resource.clear()


def test_it_is_switched_off_where_the_face_model_is_gone(shop: Workshop) -> None:
    on(shop.gallery)
    notice(Desk.of(four_people(), shop), shop)
    kept = sum(map(len, shop.gallery.strangers.groups()))
    with shop.gallery.write() as writer:
        writer.add_space("insightface-lost-123456789abc", 128, "/gone/lost")
    page = visit()
    (error,) = page.error
    assert "are not found" in error.value
    assert any("Who did what" in one.label for one in page.expander)
    press(page, "Switch off and delete everything")
    assert shop.gallery.strangers.groups() == []
    assert page.success[0].value.startswith(f"Off\\. {kept} faces were deleted")
    assert not page.exception
    st.cache_resource.clear()


def test_a_session_that_may_only_look_changes_nothing(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(gallery)
    monkeypatch.setattr("app.web.roles.may_edit", lambda: False)
    shop = Workshop.open(read_settings())
    for act in (
        lambda: switch_off(shop),
        lambda: delete(shop, [1]),
        lambda: ignore(shop, 1),
        lambda: name_faces(shop, [1], "Eve"),
    ):
        with pytest.raises(NotAnEditorError):
            act()
    shop.close()
    assert visit().exception
    assert len(gallery.strangers.lines()) == 1


def test_the_program_deletes_what_is_over_while_nobody_looks(gallery: Gallery) -> None:
    on(gallery)
    assert gallery.strangers.watch() is not None
    with database.writing(gallery._engine) as connection:
        connection.exec_driver_sql(
            'INSERT INTO strangers (id, "group", space, vector, crop, seen) VALUES '
            f"(1, 1, 's', x'00', x'00', {9e8 - 8 * DAY_S})"
        )
    stop = threading.Event()
    keeper = threading.Thread(target=keep_time, args=(read_settings().gallery_url, stop, 60.0))
    keeper.start()
    while gallery.strangers.groups():
        pass
    stop.set()
    keeper.join()
    assert gallery.strangers.lines()[0].what == "1 face deleted: their time was over"


def test_a_database_that_cannot_be_opened_does_not_end_the_watch_over_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database" * 100)
    stop = threading.Event()
    stop.set()
    keep_time(f"sqlite:///{tmp_path / 'broken.db'}", stop)
    assert "cannot be deleted now" in caplog.text


@pytest.mark.usefixtures("collins")
def test_doctor_and_status_say_that_it_is_on(run: Run, gallery: Gallery) -> None:
    assert "unknown" not in run("doctor").out
    on(gallery)
    assert f"unknown   0 faces are kept, each for 7 days: {PURPOSE}" in run("doctor").out

    def status() -> None:
        from app.web.status_page import status_page

        status_page()

    page = AppTest.from_function(status, default_timeout=WAIT_S).run()
    assert PURPOSE in [text.value for text in page.text]
