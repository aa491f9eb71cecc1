"""The logic of the page Ask, without a browser."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from app.settings import read_settings
from app.web import uploads
from app.web.desk import MOST_PHOTOS, Table
from app.web.server import SCRIPT
from gallery.gallery import Gallery
from generation.generator import GenerationError
from tests.fakes import Echo
from tests.vision.tiny_things import save_clip, save_owl

WAIT_S = 60  # for the first photo, which loads the model


@pytest.fixture
def page() -> Iterator[AppTest]:
    """The site on its first page, with parts of its own."""
    yield AppTest.from_file(str(SCRIPT), default_timeout=WAIT_S).run()
    st.cache_resource.clear()


def upload(page: AppTest, data: bytes) -> AppTest:
    page.file_uploader[0].set_value(("photo.png", data, "image/png"))
    return page.run()


def ask(page: AppTest, question: str) -> AppTest:
    page.chat_input[0].set_value(question)
    return page.run()


def parts(page: AppTest, name: str) -> list[Any]:
    """The data of our own parts of one kind."""
    found = [element.proto for element in page.get("bidi_component")]
    return [json.loads(proto.json) for proto in found if proto.component_name == f"placard_{name}"]


def table(page: AppTest) -> Table:
    kept = page.session_state["table"]
    assert isinstance(kept, Table)
    return kept


def tinted(number: int) -> bytes:
    """A small photo without faces, another one for each number."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), (number * 20, 100, 100)).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_empty_gallery_is_explained(page: AppTest) -> None:
    assert not page.exception
    assert "placard ingest" in page.info[0].value


def test_what_is_said_where_nothing_is_found_depends_on_what_was_looked_for(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "was found in this photo. A larger or sharper one may help."
    upload(page, tinted(1))
    assert f"No face {told}" in [info.value for info in page.info]
    st.cache_resource.clear()
    monkeypatch.setenv("PLACARD_THINGS", str(save_clip(tmp_path / "encoder")))
    monkeypatch.setenv("PLACARD_THING_DETECTOR", str(save_owl(tmp_path / "owl")))
    monkeypatch.setenv("PLACARD_THING_CONFIDENCE", "1")
    page = upload(AppTest.from_file(str(SCRIPT), default_timeout=WAIT_S).run(), tinted(2))
    assert f"Nobody and nothing known {told}" in [info.value for info in page.info]


@pytest.mark.usefixtures("collins")
def test_a_photo_is_recognised_and_a_question_is_answered(page: AppTest, nasa: Path) -> None:
    upload(page, nasa.read_bytes())
    (photo,) = parts(page, "photo")
    assert [card["title"] for card in photo["cards"]] == ["Eileen Collins"]
    assert len(photo["cards"][0]["references"]) == 1
    ask(page, "Where was she born?")
    (answer,) = parts(page, "answer")
    assert "Elmira, New York" in answer["parts"][0]["text"]
    assert answer["parts"][1] == {"number": 1, "name": "Eileen Collins", "given": False}
    assert answer["by"].startswith("Answered by the reader: ")
    assert "Where was she born?" in [text.value for text in page.text]


@pytest.mark.usefixtures("collins")
def test_a_suggestion_is_asked_by_a_click_and_then_gone(page: AppTest, nasa: Path) -> None:
    upload(page, nasa.read_bytes())
    label = "Where was Eileen Collins born?"
    next(button for button in page.button if button.label == label).click().run()
    assert len(parts(page, "answer")) == 1
    assert label not in [button.label for button in page.button]


@pytest.mark.usefixtures("collins")
def test_photos_keep_their_own_conversations_and_the_oldest_leaves(page: AppTest, nasa: Path) -> None:
    upload(page, nasa.read_bytes())
    ask(page, "Where was she born?")
    upload(page, tinted(0))
    assert parts(page, "answer") == []
    assert "No face was found" in page.info[0].value
    first, second = table(page).desks
    assert (len(first.conversation.exchanges), len(second.conversation.exchanges)) == (1, 0)
    switch = next(one for one in page.segmented_control if str(one.key).startswith("switch"))
    switch.set_value(1).run()
    assert len(parts(page, "answer")) == 1
    for number in range(1, MOST_PHOTOS):
        upload(page, tinted(number))
        warned = any("takes the place of the oldest" in caption.value for caption in page.caption)
        assert warned == (len(table(page).desks) == MOST_PHOTOS)
    assert len(table(page).desks) == MOST_PHOTOS
    assert first not in table(page).desks


@pytest.mark.usefixtures("collins")
def test_who_is_forgotten_leaves_the_open_pages_too(page: AppTest, nasa: Path) -> None:
    upload(page, nasa.read_bytes())
    ask(page, "Where was she born?")
    with Gallery.open(read_settings().gallery_url) as gallery:
        gallery.forget(1)
    page.run()
    assert "Collins" not in json.dumps(parts(page, "photo"))
    assert parts(page, "answer") == []
    assert "gallery has changed" in page.info[0].value


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "empty"), (b"not a photo", "expected one of JPEG"), (tinted(1)[:60], "damaged")],
)
def test_what_is_no_photo_is_one_clear_line(page: AppTest, data: bytes, says: str) -> None:
    upload(page, data)
    (error,) = page.error
    assert says in error.value
    assert not page.exception
    assert table(page).desks == []


def test_a_photo_with_too_many_pixels_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, page: AppTest
) -> None:
    st.cache_resource.clear()
    monkeypatch.setenv("PLACARD_MAX_PIXELS", "100")
    upload(page, tinted(1))
    said = page.error[0].value.replace("\\", "")
    assert said == "The file has 40 x 40 pixels; at most 100 are decoded. Scale it down."


def test_an_upload_that_is_too_large_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch, page: AppTest
) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_MB", 0)
    upload(page, tinted(1))
    assert "at most 0 MB are taken" in page.error[0].value


def test_a_question_without_a_photo_says_what_is_missing_and_stays_in_its_place(page: AppTest) -> None:
    ask(page, "Who is this?")
    assert "Add a photo first" in page.warning[0].value
    assert page.chat_input[0].proto.value == "Who is this?"
    page.run()
    assert not page.warning
    upload(page, tinted(0))
    assert page.chat_input[0].proto.value == "Who is this?"


@pytest.mark.usefixtures("collins")
def test_a_photo_that_comes_again_goes_on_with_its_conversation(page: AppTest, nasa: Path) -> None:
    upload(page, nasa.read_bytes())
    ask(page, "Where was she born?")
    upload(page, tinted(0))
    upload(page, nasa.read_bytes())
    assert len(table(page).desks) == 2
    assert len(parts(page, "answer")) == 1


@pytest.mark.usefixtures("collins")
def test_a_model_that_fails_is_one_line_and_the_next_question_is_answered(page: AppTest, nasa: Path) -> None:
    upload(page, nasa.read_bytes())
    conversation = table(page).desks[0].conversation
    reader = conversation.generator
    conversation.generator = Echo("half ", fails=GenerationError("The server at $x$ is down; start it."))
    ask(page, "Who is this?")
    assert page.warning[0].value.replace("\\", "") == "The server at $x$ is down; start it."
    conversation.generator = reader
    ask(page, "Where was she born?")
    assert not page.warning
    assert len(parts(page, "answer")) == 1


def test_nothing_is_shown_before_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACARD_WEB_TOKEN", "sesame")
    page = AppTest.from_file(str(SCRIPT), default_timeout=WAIT_S).run()
    assert not page.file_uploader
    page.text_input[0].set_value("sesame")
    page.button[0].click().run()
    assert page.file_uploader
    st.cache_resource.clear()


def test_a_gallery_that_cannot_be_opened_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACARD_DATABASE_URL", "mysql://somewhere")
    page = AppTest.from_file(str(SCRIPT), default_timeout=WAIT_S).run()
    assert "A gallery lives in sqlite or postgresql" in page.error[0].value.replace("\\", "")
    assert not page.exception


@pytest.mark.usefixtures("collins")
def test_the_status_page_says_what_works_with_what() -> None:
    def script() -> None:
        from app.web.status_page import status_page

        status_page()

    page = AppTest.from_function(script, default_timeout=WAIT_S).run()
    st.cache_resource.clear()
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["1", "1", "1"]
    said = [text.value for text in page.text]
    assert "dlib (the gallery was made with it)" in said
    assert "reader (no server is set, and no language model is on disk)" in said
