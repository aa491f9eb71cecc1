"""The logic of the page Add, and of adding photos to who is known, without a browser."""

from __future__ import annotations

import io
import json
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from PIL import Image, ImageOps
from streamlit.testing.v1 import AppTest

from app.demo import COLLINS, insightface_data, query_photo
from app.portable import METADATA, zip_of
from app.settings import read_settings
from app.web.launching import below
from app.web.resources import Workshop
from gallery.gallery import Gallery
from retrieval.match import Decision
from tests.app.conftest import Run
from vision.errors import UserError
from vision.photo import Photo

WAIT_S = 60  # for the first photo, which loads the model


@pytest.fixture
def gallery() -> Iterator[Gallery]:
    """The gallery of the home."""
    with Gallery.open(read_settings().gallery_url) as opened:
        yield opened
    st.cache_resource.clear()


@pytest.fixture
def shop() -> Iterator[Workshop]:
    """The parts that pages work with."""
    opened = Workshop.open(read_settings())
    yield opened
    opened.close()


def script() -> None:
    """What the site runs for the page."""
    from app.web.add_page import add_page

    add_page()


def person_script() -> None:
    """What the site runs for a person."""
    from app.web.gallery_page import gallery_page

    gallery_page()


def visit() -> AppTest:
    return AppTest.from_function(script, default_timeout=WAIT_S).run()


def upload(page: AppTest, **photos: bytes) -> AppTest:
    """Put files into the first uploader."""
    page.file_uploader[0].set_value([(f"{name}.png", data, "image/png") for name, data in photos.items()])
    return page.run()


def write(page: AppTest, name: str, biography: str = "") -> AppTest:
    """Fill the form in and send it."""
    page.text_input[0].set_value(name)
    page.text_area[0].set_value(biography)
    return press(page, "Add to the gallery")


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label.startswith(label)).click()
    return page.run()


def said(page: AppTest) -> str:
    """Every message of a page."""
    messages = [*page.success, *page.info, *page.warning, *page.error]
    return "\n".join(message.value for message in messages).replace("\\", "")


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def four_people() -> bytes:
    return png(query_photo())


def nobody() -> bytes:
    return png(Image.new("RGB", (300, 300), (90, 120, 90)))


def actor() -> bytes:
    return next(insightface_data().glob("Tom_Hanks_*.png")).read_bytes()


def test_a_person_is_added_and_the_next_photo_knows_them(gallery: Gallery, nasa: Path) -> None:
    page = visit()
    upload(page, photo=nasa.read_bytes())
    write(page, "Eileen Collins", COLLINS.biography)
    assert "Added 1 photo of Eileen Collins." in said(page)
    (entity,) = gallery.find("Eileen Collins")
    assert (entity.source, entity.biography) == ("web", COLLINS.biography)
    # The form is empty again, ready for the next one.
    assert (page.text_input[0].value, page.text_area[0].value) == ("", "")
    assert any(button.label == "Open Eileen Collins" for button in page.button)
    shop = Workshop.open(read_settings())
    matches = shop.recognise(Photo.open(four_people()))
    shop.close()
    assert [match.entity.name for match in matches if match.entity] == ["Eileen Collins"]


def test_what_is_missing_is_said_and_nothing_is_lost(gallery: Gallery, nasa: Path) -> None:
    page = visit()
    write(page, " ", "She flew.")
    assert "Give a name." in said(page)
    write(page, "Ann", "She flew.")
    assert "Add a photo with a face" in said(page)
    upload(page, photo=nobody())
    assert "no face was found" in said(page)
    press(page, "Add to the gallery")
    assert "Add a photo with a face" in said(page)
    assert page.text_area[0].value == "She flew."
    assert gallery.counts().entities == 0


def test_a_file_that_is_no_photo_and_one_twice_cost_the_others_nothing(gallery: Gallery, nasa: Path) -> None:
    page = visit()
    upload(page, broken=b"not a photo", one=nasa.read_bytes(), again=nasa.read_bytes())
    assert "expected one of JPEG" in said(page)
    write(page, "Eileen Collins")
    assert "Added 1 photo" in said(page)
    assert gallery.counts().references == 1
    assert not page.exception


def test_of_several_faces_the_one_that_was_chosen_is_enrolled(gallery: Gallery) -> None:
    page = visit()
    upload(page, group=four_people())
    assert "4 faces, and none stands out" in said(page)
    write(page, "Tom Hanks")
    assert "Add a photo with a face" in said(page)
    [button for button in page.button if button.label == "This one"][3].click().run()
    press(page, "Add to the gallery")
    (reference,) = gallery.references(gallery.find("Tom Hanks")[0].id)
    assert reference.box.left > 900  # the actor stands on the right


def test_a_known_name_asks_who_is_meant(gallery: Gallery, nasa: Path) -> None:
    page = visit()
    upload(page, photo=nasa.read_bytes())
    write(page, "Ann Lee", "The first.")
    upload(page, photo=actor())
    write(page, "ann  lee", "The second.")
    assert "Who is this?" in said(page)
    assert gallery.counts().entities == 1
    press(page, "Somebody else of the same name")
    assert [entity.biography for entity in gallery.page(limit=5)] == ["The first.", "The second."]


def test_a_photo_for_who_is_known_leaves_their_biography_and_says_so(gallery: Gallery, nasa: Path) -> None:
    page = visit()
    upload(page, photo=nasa.read_bytes())
    write(page, "Ann Lee", "The first.")
    with gallery.write() as writer:
        writer.call(1, "astronaut")
    upload(page, photo=png(Image.open(nasa).resize((700, 700))))
    write(page, "Ann Lee", "Another.")
    press(page, "This one: add the photos")
    assert "was not saved" in said(page)
    (entity,) = gallery.page(limit=5)
    assert (entity.biography, entity.noun) == ("The first.", "astronaut")
    assert len(gallery.references(1)) == 2


@pytest.mark.usefixtures("collins")
def test_photos_are_added_on_the_page_of_a_person_through_the_same_gate(gallery: Gallery, nasa: Path) -> None:
    page = AppTest.from_function(person_script, default_timeout=WAIT_S)
    page.query_params["person"] = "1"
    page.run()
    larger = png(Image.open(nasa).resize((700, 700)))
    upload(page, larger=larger, there=nasa.read_bytes(), other=actor(), empty=nobody())
    assert "no face was found" in said(page)
    press(page, "Add 3 photos")
    assert "Added 2 photos of Eileen Collins." in said(page)
    assert "there.png is there already." in said(page)
    # Somebody else's photo is taken, since nobody nearer is known, but with a doubt.
    assert "other.png: unlike the other photos of this person" in said(page)
    assert gallery.entity(1).biography == COLLINS.biography


@pytest.mark.usefixtures("collins")
def test_a_download_can_be_ingested_again(gallery: Gallery, run: Run, tmp_path: Path) -> None:
    entity = gallery.entity(1)
    data = zip_of(gallery, entity)
    assert data == zip_of(gallery, entity)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == ["1.jpg", METADATA]
        assert json.loads(archive.read(METADATA))["biography"] == COLLINS.biography
    gallery.forget(1)
    with gallery.write() as writer:  # somebody may change their mind
        writer.connection.exec_driver_sql("DELETE FROM forgotten")
    path = tmp_path / "Eileen.zip"
    path.write_bytes(data)
    assert run("ingest", path).code == 0
    (again,) = gallery.find(entity.name)
    assert (again.biography, again.noun) == (entity.biography, entity.noun)


def archive(**photos: bytes) -> bytes:
    """A zip of a folder with one photo for each person."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in photos.items():
            file.writestr(f"{name}/photo.png", data)
    return buffer.getvalue()


def many(data: bytes, name: str = "people.zip") -> AppTest:
    """The page with an archive in it."""
    page = visit()
    page.segmented_control[0].set_value("Many at once").run()
    page.file_uploader[0].set_value((name, data, "application/zip"))
    return page.run()


def wait(gallery: Gallery, page: AppTest) -> AppTest:
    """The page once the run has ended."""
    while (job := gallery.jobs.latest()) is not None and job.active:
        time.sleep(0.05)
    return page.run()


def uploads() -> list[Path]:
    """What is on disk of archives."""
    return list((read_settings().home / "uploads").rglob("*.zip"))


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_an_archive_is_tried_out_before_it_is_added(gallery: Gallery, nasa: Path) -> None:
    page = many(archive(Ann=nasa.read_bytes(), Bad=b"no photo", Nobody=nobody()))
    assert not any(button.label.startswith("Add") for button in page.button)
    press(page, "Try it out")
    # Another tab shows the same run, and offers no second one.
    other = visit()
    other.segmented_control[0].set_value("Many at once").run()
    assert [header.value for header in other.subheader] == ["Trying out people"]
    assert not other.file_uploader
    wait(gallery, page)
    assert "nothing was written" in said(page)
    assert gallery.counts().entities == gallery.revision() == 0
    assert metrics(page) == {"Would be added": "1", "Refused": "2"}
    refused = [one.value.replace("\\", "") for one in page.caption if ": " in one.value]
    assert refused[0].startswith("Unreadable: Cannot read Bad/photo.png as a photo: expected one of JPEG")
    assert refused[1] == "No face: no face was found"
    assert len(page.get("image")) == 1
    assert len(uploads()) == 1
    press(page, "Add 1 photo")
    wait(gallery, page)
    assert "Done" in said(page)
    assert [entity.name for entity in gallery.page(limit=5)] == ["Ann"]
    assert metrics(page) == {"Added": "1", "Refused": "2"}
    assert not any(button.label.startswith("Add ") for button in page.button)
    assert uploads() == []
    press(page, "Remove")
    assert not page.get("image")
    assert gallery.jobs.all() == []
    assert not page.exception


@pytest.mark.usefixtures("collins")
def test_a_doubt_about_what_would_be_added_says_whom_it_is_about(gallery: Gallery, nasa: Path) -> None:
    with Image.open(nasa) as photo:
        twin = png(ImageOps.mirror(photo.convert("RGB")))
    page = wait(gallery, press(many(archive(Twin=twin)), "Try it out"))
    doubts = [one.value.replace("\\", "") for one in page.caption]
    assert any("Would be added: looks like Eileen Collins (entity 1, similarity " in one for one in doubts)


def test_an_archive_that_cannot_be_read_is_one_clear_line(gallery: Gallery) -> None:
    page = wait(gallery, press(many(b"no archive"), "Try it out"))
    (error,) = page.error
    assert "people.zip is none or is damaged" in error.value.replace("\\", "")
    assert not page.exception
    assert uploads() == []


def test_a_process_that_is_killed_is_no_run_for_ever(gallery: Gallery, nasa: Path) -> None:
    page = press(many(archive(Ann=nasa.read_bytes())), "Try it out")
    while (job := gallery.jobs.latest()) is None or job.pid is None:
        time.sleep(0.02)
    os.kill(job.pid, signal.SIGKILL)
    wait(gallery, page)
    assert "This failed." in said(page)
    assert "Its process was killed, perhaps for lack of memory." in said(page)
    while uploads():  # else the limit of the test ends it
        time.sleep(0.05)


def test_a_folder_on_the_server_is_offered_only_below_a_root_that_is_set(
    gallery: Gallery, nasa: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit()
    page.segmented_control[0].set_value("Many at once").run()
    assert len(page.segmented_control) == 1
    root = tmp_path / "photos"
    (root / "people" / "Ann").mkdir(parents=True)
    (root / "people" / "Ann" / "1.png").write_bytes(nasa.read_bytes())
    (tmp_path / "secret").mkdir()
    (root / "out").symlink_to(tmp_path / "secret")
    monkeypatch.setenv("PLACARD_WEB_INGEST_ROOT", str(root))
    st.cache_resource.clear()
    page = visit()
    page.segmented_control[0].set_value("Many at once").run()
    page.segmented_control[1].set_value("A folder on the server").run()
    assert page.selectbox[0].options == ["people"]
    page.selectbox[0].set_value("people").run()
    wait(gallery, press(page, "Try it out"))
    assert metrics(page) == {"Would be added": "1"}
    wait(gallery, press(page, "Add 1 photo"))
    assert [entity.source for entity in gallery.page(limit=5)] == ["people"]
    assert (root / "people" / "Ann" / "1.png").exists()


@pytest.mark.parametrize(
    "text", ["", ".", "..", "../secret", "people/../../secret", "out", "out/deep", "/etc", "no\0t", "lost"]
)
def test_what_is_not_below_the_root_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    root = tmp_path / "photos"
    (root / "people").mkdir(parents=True)
    (tmp_path / "secret" / "deep").mkdir(parents=True)
    (root / "out").symlink_to(tmp_path / "secret")
    assert below(root, " people ") == root / "people"
    with pytest.raises(
        UserError, match=r"^Expected a folder or zip archive below .*photos, but '.*' is none"
    ):
        below(root, text)


def test_who_was_added_elsewhere_is_known_to_a_workshop_that_was_open(
    shop: Workshop, run: Run, nasa: Path, tmp_path: Path
) -> None:
    photo = Photo.open(nasa)
    assert [match.decision for match in shop.recognise(photo)] == [Decision.UNKNOWN]
    (tmp_path / "people.zip").write_bytes(archive(Ann=nasa.read_bytes()))
    assert run("ingest", tmp_path / "people.zip").code == 0
    assert [match.decision for match in shop.recognise(photo)] == [Decision.ACCEPTED]
    shop.gallery.forget(1)
    assert [match.decision for match in shop.recognise(photo)] == [Decision.UNKNOWN]
