"""What tests share: where real photos are, real models, and a gallery on each database."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gallery.gallery import Gallery
from vision import faces
from vision.faces import FaceModel

ROOT = Path(__file__).parent.parent
ASSETS = Path(os.environ.get("PLACARD_ASSETS", ROOT.parent / "shared"))
POSTGRES = os.environ.get("PLACARD_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a home of its own, and no setting of the machine reaches it."""
    for name in list(os.environ):
        if name.startswith("PLACARD_") and name not in ("PLACARD_ASSETS", "PLACARD_TEST_POSTGRES_URL"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PLACARD_HOME", str(tmp_path / "home"))


def need(path: Path) -> Path:
    """A path under the assets, or a skip that says what is missing."""
    if not path.exists():
        pytest.skip(f"real photos are not here: {path.name} is missing from PLACARD_ASSETS")
    return path


@pytest.fixture(scope="session")
def congress() -> list[dict[str, Any]]:
    """The first 40 people of the congress gallery, `portrait` as an absolute path."""
    table = need(ASSETS / "data/congress/people.jsonl")
    rows = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()[:40]]
    return [{**row, "portrait": str(table.parent / row["portrait"])} for row in rows]


@pytest.fixture(scope="session")
def press() -> dict[str, list[Path]]:
    """Two press photos of each of ten people who are not in the congress gallery."""
    folder = need(ASSETS / "data/lfw10")
    return {person.name: sorted(person.glob("*.jpg"))[:2] for person in sorted(folder.iterdir())}


@pytest.fixture(scope="session")
def mini_pack() -> Path:
    """The folder of a small real InsightFace pack."""
    return need(ASSETS / "models/insightface/models/mini")


@pytest.fixture(scope="session")
def mini(mini_pack: Path) -> FaceModel:
    """A small real InsightFace pack, loaded."""
    return faces.load(str(mini_pack), ())


@pytest.fixture(scope="session")
def dlib_faces() -> FaceModel:
    """dlib, loaded."""
    return faces.load(faces.DLIB, ())


@pytest.fixture(scope="session")
def qwen2_files() -> Path:
    """The folder with vocabulary, merges, chat template and image settings of Qwen2-VL."""
    return need(ASSETS / "tokenizers/qwen2")


@pytest.fixture(scope="session")
def tiny_model(qwen2_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small random Qwen2-VL with the real tokenizer; never changed by a test."""
    from tests.tiny import save_tiny  # imported here: torch takes seconds, and few tests need it

    return save_tiny(qwen2_files, tmp_path_factory.mktemp("models") / "tiny")


def postgres_database() -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database; a skip where no server answers, a failure in CI."""
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL answers (PLACARD_TEST_POSTGRES_URL): {str(error).splitlines()[0]}")
    name = f"placard_test_{uuid.uuid4().hex[:12]}"
    with connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def gallery_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, on both engines."""
    if request.param == "postgresql":
        yield from postgres_database()
    else:
        yield f"sqlite:///{tmp_path / 'gallery.db'}"


@pytest.fixture
def open_gallery() -> Iterator[Callable[[str], Gallery]]:
    """Opens galleries and closes them after the test."""
    opened: list[Gallery] = []

    def open_(url: str) -> Gallery:
        opened.append(Gallery.open(url))
        return opened[-1]

    yield open_
    for gallery in opened:
        gallery.close()


@pytest.fixture
def gallery(gallery_url: str, open_gallery: Callable[[str], Gallery]) -> Gallery:
    """An empty gallery, on both engines."""
    return open_gallery(gallery_url)


@pytest.fixture
def lite(tmp_path: Path, open_gallery: Callable[[str], Gallery]) -> Gallery:
    """An empty gallery on SQLite, for tests that are not about databases."""
    return open_gallery(f"sqlite:///{tmp_path / 'lite.db'}")
