"""Bulk runs in a real browser: watched from two tabs, stopped, and shown with what was refused."""

from __future__ import annotations

import io
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Page, expect

from app.demo import COLLINS
from app.web.server import MAX_UPLOAD_MB
from gallery.gallery import Gallery
from tests.app.web.browsing import (
    Shot,
    Site,
    Visit,
    astronaut,
    needs_chromium,
    serving,
    settled,
)

pytestmark = needs_chromium
RUN_MS = 180_000  # for a process that begins, and looks at some photos
MANY = 96  # photos, so that a run lasts long enough to be watched
HOSTILE = "<img src=x onerror=window.hacked=1> $x^2$ **Hanks** ![a](x) :smile:"
SCRIPT = "<script>window.hacked=3</script>"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Gallery]]:
    """A server with a gallery that was empty at first, and that gallery."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "home").mkdir()
    with (
        Gallery.open(f"sqlite:///{folder}/home/gallery.db") as gallery,
        serving(folder) as running,
    ):
        yield running, gallery


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def portrait() -> Image.Image:
    return Image.open(io.BytesIO(astronaut())).convert("RGB")


def hills() -> Image.Image:
    """A made-up landscape: nobody is in it."""
    rows, columns = np.mgrid[0:360, 0:480]
    ground = rows > 220 + 40 * np.sin(columns / 60)
    sky = np.stack([120 + rows / 4, 170 + rows / 5, np.full_like(rows, 235)], axis=2)
    pixels = np.where(ground[..., None], np.array([70, 130, 70]), sky)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def twice() -> Image.Image:
    """Two faces, of which none stands out."""
    both = Image.new("RGB", (1024, 512))
    both.paste(portrait(), (0, 0))
    both.paste(ImageOps.mirror(portrait()), (512, 0))
    return both


def archive(files: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in files.items():
            file.writestr(name, data)
    return buffer.getvalue()


def mixed() -> bytes:
    """One good photo, and one of each kind that is refused for another reason."""
    return archive(
        {
            "Eileen Collins/portrait.png": astronaut(),
            "Eileen Collins/biography.txt": COLLINS.biography,
            "Dusk/evening.jpg": jpeg(portrait().point(lambda value: value // 8)),
            "From afar/query.jpg": jpeg(portrait().resize((180, 180))),
            "Landscape/hills.jpg": jpeg(hills()),
            "Not a photo/broken.jpg": b"not a photo",
            "Twice/mirror.jpg": jpeg(twice()),
        }
    )


def choose(page: Page, name: str, data: bytes | Path) -> None:
    """Goes to the page Add and puts an archive into it."""
    page.get_by_role("link", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Add", exact=True)).to_be_visible()
    put(page, name, data)


def put(page: Page, name: str, data: bytes | Path) -> None:
    settled(page)
    page.get_by_role("radio", name="Many at once").click()
    expect(page.get_by_text("First it is only tried out", exact=False)).to_be_visible()
    settled(page)
    page.locator("input[type=file]").set_input_files(
        data if isinstance(data, Path) else {"name": name, "mimeType": "application/zip", "buffer": data}
    )
    expect(page.get_by_role("button", name="Try it out")).to_be_visible()
    settled(page)


def fits(page: Page) -> bool:
    """Whether nothing is wider than the page."""
    wide = "e => e.scrollWidth > e.clientWidth"
    return not page.locator("html").evaluate(wide) and not page.get_by_test_id("stMain").evaluate(wide)


def test_a_run_is_the_same_in_every_tab_and_is_stopped_from_any(
    opened: tuple[Site, Gallery], visit: Visit, shot: Shot
) -> None:
    site, gallery = opened
    photo = jpeg(portrait())
    photos: dict[str, bytes | str] = {
        f"Eileen Collins/{number:03}.jpg": photo + str(number).encode() for number in range(MANY)
    }
    page = visit(site.url)
    choose(page, "people.zip", archive(photos))
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("heading", name="Trying out people")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"\d+ of {MANY} photos"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Trying out people")).to_be_visible()
    other = visit(site.url)
    other.get_by_role("link", name="Add", exact=True).click()
    expect(other.get_by_role("heading", name="Trying out people")).to_be_visible()
    assert other.locator("input[type=file]").count() == 0
    # Both see it grow without a click.
    expect(page.get_by_text(re.compile(rf"[1-9]\d* of {MANY} photos"))).to_be_visible(timeout=RUN_MS)
    shot(page, "run")
    other.get_by_role("button", name="Stop").click()
    for tab in (page, other):
        said = tab.get_by_text(re.compile(rf"Stopped after \d+ of {MANY} photos"))
        expect(said).to_be_visible(timeout=RUN_MS)
    job = gallery.jobs.all()[0]
    assert 0 < job.tally.done < MANY
    settled(page)
    shot(page, "run-stopped")
    assert gallery.find("Eileen Collins") == []  # it was a trial


def test_what_was_refused_is_shown_with_its_picture_and_reason(
    opened: tuple[Site, Gallery], visit: Visit, shot: Shot, tmp_path: Path
) -> None:
    site, gallery = opened
    page = visit(site.url, height=960)
    large = tmp_path / "people.zip"  # larger than a photo may be
    large.write_bytes(mixed())
    with zipfile.ZipFile(large, "a") as file:
        file.writestr("notes.bin", bytes((MAX_UPLOAD_MB + 2) * 1024 * 1024))
    choose(page, large.name, large)
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_text("This was a trial: nothing was written yet.")).to_be_visible(timeout=RUN_MS)
    settled(page)
    trial = gallery.jobs.all()[0]
    lines = gallery.jobs.lines(trial.id)
    assert [line.reason for line in lines] == [
        "blurred",
        "face_too_small",
        "no_face",
        "unreadable",
        "several_faces",
    ]
    assert [line.picture is not None for line in lines] == [True, True, True, False, True]
    expect(page.get_by_text("Several faces: 2 faces, and none stands out")).to_be_visible()
    shot(page, "add-many")
    _fits_a_phone(site, visit, shot)
    # After a reload the trial can still be done for good, without a second upload; by keyboard.
    page.reload()
    page.get_by_role("button", name="Add 1 photo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done. The next question knows them.")).to_be_visible(timeout=RUN_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    assert '"reason": "blurred"' in download.value.path().read_text()
    assert [entity.biography for entity in gallery.find("Eileen Collins")] == [COLLINS.biography]


def _fits_a_phone(site: Site, visit: Visit, shot: Shot) -> None:
    """The same report, and the page Status, on a phone in the dark; by keyboard."""
    page = visit(site.url, width=390, height=1600, scheme="dark")
    page.goto(f"{site.url}/add")  # the navigation is behind a button
    expect(page.get_by_text("This was a trial: nothing was written yet.")).to_be_visible()
    settled(page)
    assert fits(page)
    shot(page, "add-phone")
    page.goto(f"{site.url}/status")
    expect(page.get_by_text("Named from")).to_be_visible()
    page.get_by_role("button", name="Compare database, index and models").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is wrong.")).to_be_visible(timeout=RUN_MS)
    settled(page)
    assert fits(page)
    shot(page, "status-phone")


def test_who_has_not_got_the_page_s_own_token_uploads_nothing(opened: tuple[Site, Gallery]) -> None:
    site, _ = opened
    place = f"{site.url}/_stcore/upload_file/session/file"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(place, data=b"x", method="PUT"))


def test_text_from_people_is_text_on_every_page(
    opened: tuple[Site, Gallery], visit: Visit, shot: Shot
) -> None:
    site, gallery = opened
    page = visit(site.url)
    files: dict[str, bytes | str] = {
        f"{HOSTILE}/portrait.png": astronaut() + b"another",
        f"{HOSTILE}/biography.txt": f"{HOSTILE} [b](javascript:window.hacked=2) {SCRIPT}",
        f"{HOSTILE}/{HOSTILE}.jpg": b"not a photo",
    }
    choose(page, f"{HOSTILE}.zip", archive(files))
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("heading", name=f"Trial of {HOSTILE}")).to_be_visible(timeout=RUN_MS)
    page.get_by_role("button", name="Add 1 photo").click()
    expect(page.get_by_text("Done. The next question knows them.")).to_be_visible(timeout=RUN_MS)
    settled(page)
    shot(page, "hostile-add")
    (entity,) = gallery.find(HOSTILE)
    harmless(page)
    # One person of the same name, from a photo whose file is called so too.
    page.get_by_role("radio", name="One person").click()
    expect(page.get_by_role("heading", name="Who it is")).to_be_visible()
    settled(page)
    page.locator("input[type=file]").set_input_files(
        {"name": f"{HOSTILE}.png", "mimeType": "image/png", "buffer": astronaut()}
    )
    expect(page.get_by_text("Good enough")).to_be_visible()
    page.get_by_label("Name").fill(HOSTILE)
    page.get_by_role("button", name="Add to the gallery").click()
    expect(page.get_by_text(f"{HOSTILE}, number {entity.id}.", exact=False)).to_be_visible()
    harmless(page)
    for place, text in (("status", f"{HOSTILE}, just now"), (f"gallery?person={entity.id}", HOSTILE)):
        page.goto(f"{site.url}/{place}")
        expect(page.get_by_text(text, exact=False).first).to_be_visible()
        settled(page)
        harmless(page)
    page.goto(f"{site.url}/gallery")
    expect(page.get_by_role("button", name=HOSTILE, exact=True)).to_be_visible()
    harmless(page)
    for place in ("personal", ""):
        page.goto(f"{site.url}/{place}")
        settled(page)
        harmless(page)


def harmless(page: Page) -> None:
    """No text became an element, and no script of a text ran; `visit` sees that nothing was fetched."""
    assert page.evaluate("window.hacked") is None
    for markup in (".katex", "a[href^=javascript]", "img[src=x]", "strong:has-text('Hanks')"):
        assert page.locator(markup).count() == 0
