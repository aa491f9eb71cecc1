"""The page Status, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import read_settings
from gallery.calibration import Calibration
from gallery.entity import SpaceKind
from gallery.gallery import Gallery
from gallery.jobs import JobState, Tally
from retrieval.rules import rules_for
from tests.vision.tiny_things import save_clip
from vision.crops import Views
from vision.embedder import identity_of
from vision.faces import DLIB_SPACE

WAIT_S = 60


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    """The gallery of the home."""
    with Gallery.open(read_settings().gallery_url) as opened:
        yield opened
    st.cache_resource.clear()


def script() -> None:
    """What the site runs for the page."""
    from app.web.status_page import status_page

    status_page()


def visit() -> AppTest:
    return AppTest.from_function(script, default_timeout=WAIT_S).run()


def told(page: AppTest) -> str:
    """Everything that a page says."""
    parts = [
        *page.title,
        *page.subheader,
        *page.text,
        *page.caption,
        *page.warning,
        *page.success,
        *page.error,
    ]
    return "\n".join(part.value for part in parts).replace("\\", "")


@pytest.mark.usefixtures("collins")
def test_it_says_what_works_here_and_why(gallery: Gallery) -> None:
    page = visit()
    assert {metric.label: metric.value for metric in page.metric}["People and things"] == "1"
    said, rules = told(page), rules_for(DLIB_SPACE)
    for text in (
        "gallery.db",
        "dlib (the gallery was made with it)",
        f"similarity {rules.threshold:.3f} and {rules.margin:.2f} ahead of the next",
        rules.reason,
        "0 references, revision 0; the next photo brings it to 1",
        "reader (no server is set",
    ):
        assert text in said
    assert not page.exception


def test_models_that_may_not_be_used_commercially_stand_out(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit()
    table = page.dataframe[0].value.set_index("model")
    assert table["use"]["buffalo_l"] == "NON-COMMERCIAL ONLY"
    assert (table["use"]["dlib"], table["here"]["dlib"]) == ("also commercial", "in use")
    assert table["use"]["rc-qwen2-vl-2b"] == "see its licence"
    assert table["here"]["buffalo_l"].startswith("not here, ")
    assert "tells things apart" in table["licence"]["clip-vit-b-32"]
    assert "not for commercial use" not in told(page)
    st.cache_resource.clear()
    monkeypatch.setattr("app.web.status_page._in_use", lambda _: {"buffalo_l"})
    assert "In use here, and not for commercial use: buffalo_l." in told(visit())


def test_things_have_their_thresholds_and_say_what_these_were_calibrated_on(
    gallery: Gallery, tmp_path: Path
) -> None:
    encoder = save_clip(tmp_path / "encoder")
    space = Views().space(identity_of(encoder))
    with gallery.write() as writer:
        writer.add_space(space, 16, str(encoder), kind=SpaceKind.THING)
        made = (0.77, 0.02, 0.05, 15, 15, 78, "tail", "2026-11-25T10:00:00+00:00")
        writer.calibrate(Calibration(space, *made))
    said = told(visit())
    assert "similarity 0.770 and 0.02 ahead of the next" in said
    assert "calibrated on 15 things on 2026-11-25: about 5 % of unknown things get a name among 15" in said


@pytest.mark.usefixtures("collins")
def test_the_examination_is_that_of_doctor(gallery: Gallery) -> None:
    page = visit()
    assert "Nothing is wrong" not in told(page)
    page.button(key="doctor").click().run()
    assert "Nothing is wrong." in told(page)
    with gallery.write() as writer:
        writer.add_space("colour", 3, "colour", current=False)
        writer.connection.exec_driver_sql("DELETE FROM embeddings")
    page.button(key="doctor").click().run()
    assert "1 references have no embedding in dlib-resnet" in told(page)


def test_a_model_whose_files_are_gone_is_one_line_and_the_rest_is_there(gallery: Gallery) -> None:
    with gallery.write() as writer:
        writer.add_space("insightface-lost-123456789abc", 128, "/gone/lost")
    page = visit()
    (error,) = page.error
    assert "are not found" in error.value
    assert "Models and licences" in told(page)
    page.button(key="doctor").click().run()
    assert [one.value.count("\n") for one in page.error] == [0] * len(page.error)
    assert len(page.error) > 1
    assert not page.exception


def test_runs_are_listed_with_how_they_ended(gallery: Gallery) -> None:
    jobs = gallery.jobs
    job = jobs.start(jobs.begin("people", "/tmp/people.zip", trial=False).id)
    jobs.report(job.id, 9, Tally(added=3, skipped=1), [])
    assert "running: 4 of 9 photos, 3 added, 1 refused" in told(visit())
    jobs.end(job.id, JobState.FAILED, "It went wrong.")
    said = told(visit())
    assert "failed: 4 of 9 photos, 3 added, 1 refused. It went wrong." in said
    assert "people, just now" in said


def test_no_secret_is_shown(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("hush-token", "hush-key")
    monkeypatch.setenv("PLACARD_WEB_TOKEN", secrets[0])
    monkeypatch.setenv("PLACARD_SERVER_KEY", secrets[1])
    page = visit()
    page.button(key="doctor").click().run()
    said = told(page) + repr([frame.value.to_dict() for frame in page.dataframe])
    assert "whoever knows the token" in said
    for secret in secrets:
        assert secret not in said


def test_the_password_of_a_database_is_not_shown(gallery_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password = gallery_url.replace("postgres@", "postgres:hush-password@")
    monkeypatch.setenv("PLACARD_DATABASE_URL", with_password)
    page = visit()
    page.button(key="doctor").click().run()
    assert not page.exception
    assert "Revision" in told(page)
    assert "hush-password" not in told(page)
    st.cache_resource.clear()
