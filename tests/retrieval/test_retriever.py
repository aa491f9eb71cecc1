"""The LangChain retriever: documents of the recognised, and nothing that was not asked for."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from langchain_core.load import dumpd, dumps
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from gallery.gallery import Gallery
from retrieval import photos
from retrieval.langchain import PhotoRetriever
from retrieval.recogniser import Recogniser
from tests.fakes import picture
from tests.labelled import GREEN, RED
from tests.retrieval.colours import GREY, GROUP, data_uri, enrolled
from vision.photo import UnreadablePhotoError


@pytest.fixture
def recogniser(lite: Gallery) -> Recogniser:
    """A recogniser of three people."""
    return enrolled(lite)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a photo, beside one with another."""
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/ann.png").write_bytes(picture(RED))
    (folder / "note.txt").write_text("no photo", encoding="utf-8")
    (tmp_path / "secret.png").write_bytes(picture(GREEN))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "inner.png").symlink_to(folder / "deep/ann.png")
    return folder


def reader(recogniser: Recogniser, root: Path) -> PhotoRetriever:
    return PhotoRetriever(recogniser=recogniser, allow_paths=True, root=root)


class TestPhotoRetriever(RetrieversIntegrationTests):
    """LangChain's own tests."""

    @pytest.fixture(autouse=True)
    def _recogniser(self, recogniser: Recogniser) -> None:
        self.recogniser = recogniser

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return PhotoRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"recogniser": self.recogniser}

    @property
    def retriever_query_example(self) -> str:
        return GROUP


def test_documents_are_the_recognised_and_nobody_else_most_similar_first(recogniser: Recogniser) -> None:
    documents = PhotoRetriever(recogniser=recogniser).invoke(GROUP)
    assert [(document.id, document.page_content) for document in documents] == [
        ("3", "Cy's biography."),
        ("2", "Bob's biography."),
        ("1", "Ann's biography."),
    ]
    similarity = documents[2].metadata.pop("similarity")
    assert similarity == pytest.approx(200 / (200**2 + 30**2) ** 0.5, abs=1e-3)
    assert documents[2].metadata == {
        "entity_id": 1,
        "kind": "person",
        "noun": "woman",
        "name": "Ann",
        "source": "manual",
        "external_id": None,
        "region": "face",
        "box": [110, 10, 190, 90],
        "body": None,
        "decision": "accepted",
        "space": "colour",
        "photo": hashlib.sha256(base64.b64decode(GROUP.partition(",")[2])).hexdigest(),
        "photo_size": [400, 100],
    }


@pytest.mark.parametrize("colours", [[GREY], [(0, 0, 0)], [GREY, GREY, (150, 150, 0)]])
def test_unknown_and_uncertain_people_never_pad_the_answer(
    recogniser: Recogniser, colours: list[tuple[int, int, int]]
) -> None:
    retriever = PhotoRetriever(recogniser=recogniser, k=3)
    assert retriever.invoke(data_uri(*colours)) == []
    assert len(retriever.invoke(data_uri(RED, *colours))) == 1


def test_k_of_a_call_goes_before_k_of_the_retriever(recogniser: Recogniser) -> None:
    retriever = PhotoRetriever(recogniser=recogniser, k=1)
    assert len(retriever.invoke(GROUP)) == 1
    assert len(retriever.invoke(GROUP, k=2)) == 2


async def test_k_can_be_given_to_an_asynchronous_call_too(recogniser: Recogniser) -> None:
    retriever = PhotoRetriever(recogniser=recogniser)
    assert [document.id for document in await retriever.ainvoke(GROUP, k=2)] == ["3", "2"]
    assert len(await retriever.ainvoke(GROUP)) == 3


@pytest.mark.parametrize("k", [0, -1])
def test_a_k_that_makes_no_sense_is_refused(recogniser: Recogniser, k: int) -> None:
    with pytest.raises(ValueError, match="k"):
        PhotoRetriever(recogniser=recogniser, k=k)
    with pytest.raises(ValueError, match="at least 1"):
        PhotoRetriever(recogniser=recogniser).invoke(GROUP, k=k)


def test_a_photo_under_the_root_is_read_where_paths_are_allowed(recogniser: Recogniser, root: Path) -> None:
    retriever = reader(recogniser, root)
    for query in ("deep/ann.png", "deep/../deep/ann.png", str(root / "deep/ann.png"), "inner.png"):
        assert [document.metadata["name"] for document in retriever.invoke(query)] == ["Ann"]


def test_no_path_is_read_unless_that_is_allowed(recogniser: Recogniser, root: Path) -> None:
    path = str(root / "deep/ann.png")
    with pytest.raises(ValueError, match="paths are read only with allow_paths"):
        PhotoRetriever(recogniser=recogniser).invoke(path)
    with pytest.raises(ValueError, match="paths are read only with allow_paths"):
        PhotoRetriever(recogniser=recogniser, root=root).invoke(path)
    with pytest.raises(ValueError, match="and a root"):
        PhotoRetriever(recogniser=recogniser, allow_paths=True).invoke(path)


@pytest.mark.parametrize(
    "query", ["../secret.png", "deep/../../secret.png", "{outside}", "link.png", "/etc/passwd"]
)
def test_nothing_outside_the_root_is_read(recogniser: Recogniser, root: Path, query: str) -> None:
    query = query.replace("{outside}", str(root.parent / "secret.png"))
    with pytest.raises(ValueError, match="leads outside"):
        reader(recogniser, root).invoke(query)


@pytest.mark.parametrize(
    "query", ["http://127.0.0.1:9/ann.png", "https://127.0.0.1/ann.png", "", "note.txt", "no.png"]
)
def test_what_is_no_photo_under_the_root_is_an_error(recogniser: Recogniser, root: Path, query: str) -> None:
    with pytest.raises(UnreadablePhotoError):
        reader(recogniser, root).invoke(query)


@pytest.mark.parametrize("query", ["http://127.0.0.1:9/ann.png", "file:///etc/passwd"])
def test_a_url_is_never_fetched(recogniser: Recogniser, query: str) -> None:
    with pytest.raises(ValueError, match="Expected a data URI"):
        PhotoRetriever(recogniser=recogniser).invoke(query)


@pytest.mark.parametrize(
    ("uri", "complaint"),
    [
        ("data:", "Expected data:image/"),
        ("data:image/png;base64", "Expected data:image/"),
        ("data:image/png,abcd", "Expected data:image/"),
        ("data:text/plain;base64,aGVsbG8=", "Expected data:image/"),
        ("data:image/png;base64,a*b=", "not valid base64"),
        ("data:image/png;base64,aGVs*bG8=", "not valid base64"),
        ("data:image/png;base64,abc", "not valid base64"),
        ("data:image/png;base64,é", "not valid base64"),
        ("data:image/png;base64,", "the file is empty"),
        ("data:image/png;base64,aGVsbG8=", "expected one of"),
    ],
)
def test_a_data_uri_without_a_photo_is_refused(recogniser: Recogniser, uri: str, complaint: str) -> None:
    with pytest.raises((ValueError, UnreadablePhotoError), match=complaint):
        PhotoRetriever(recogniser=recogniser).invoke(uri)


def test_an_over_long_data_uri_is_refused_before_it_is_decoded(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MAX_DATA_URI", len(GROUP) - 1)
    with pytest.raises(ValueError, match=f"at most {len(GROUP) - 1:,} characters"):
        PhotoRetriever(recogniser=recogniser).invoke(GROUP)
    monkeypatch.setattr(photos, "MAX_DATA_URI", len(GROUP))
    assert len(PhotoRetriever(recogniser=recogniser).invoke(GROUP)) == 3


def test_no_form_of_the_retriever_shows_the_gallery(recogniser: Recogniser) -> None:
    retriever = PhotoRetriever(recogniser=recogniser, k=2)
    shown = [repr(retriever), str(retriever), dumps(retriever), str(dumpd(retriever))]
    shown += [str(retriever.model_dump()), retriever.model_dump_json()]
    for text in shown:
        assert "k" in text
        for secret in ("ecogniser", "lite.db", "Gallery", "ColourFaces"):
            assert secret not in text
