"""The code of docs/langchain.md runs, and prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from app.demo import write_photos
from gallery.gallery import Gallery
from generation.picture import PictureBudget
from ingest.run import ingest
from ingest.sources.opening import open_source
from tests.conftest import ROOT
from tests.generation.server.scripted import says, serving
from vision.faces import FaceModel

EXAMPLES = re.compile(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", re.DOTALL)


@pytest.fixture
def readme_example(tmp_path: Path, dlib_faces: FaceModel, tiny_model: Path) -> Path:
    """A folder as the README's example leaves it, photos in a folder of their own, and a model."""
    write_photos(tmp_path / "photos")
    with (
        Gallery.open(f"sqlite:///{tmp_path / 'gallery.db'}") as gallery,
        open_source(tmp_path / "photos/people") as source,
    ):
        list(ingest(gallery, dlib_faces, source.rows()))
    (tmp_path / "models/language").mkdir(parents=True)
    (tmp_path / "models/language/weihongliang--RC-Qwen2VL-2b").symlink_to(tiny_model)
    return tmp_path


def test_the_examples_run_and_print_what_the_page_shows(
    readme_example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(readme_example)
    examples = EXAMPLES.findall((ROOT / "docs/langchain.md").read_text(encoding="utf-8"))
    assert len(examples) == 7
    names: dict[str, object] = {"SMALL": PictureBudget(4, 64)}  # what is large takes seconds here
    with serving(says("In Elmira [1].")) as server:
        for code, shown in examples:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                here = code.replace("http://127.0.0.1:8000", server.url)
                here = here.replace("max_tokens=64", "max_tokens=4, picture=SMALL")
                exec(compile(here, "docs/langchain.md", "exec"), names)
            if shown:
                assert printed.getvalue() == shown
    assert printed.getvalue() == "In Elmira [1]."
    assert isinstance(names["gallery"], Gallery)
    names["gallery"].close()
