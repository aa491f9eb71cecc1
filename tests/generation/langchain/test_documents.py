"""A context made from documents is the one that the matches make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace

import pytest
from langchain_core.documents import Document

from gallery.gallery import Gallery
from generation.context import Context, PersonBox
from generation.generator import GenerationError
from generation.langchain.documents import context_of
from retrieval.langchain import PhotoRetriever
from retrieval.photos import given_photo
from tests.fakes import ColourFaces
from tests.labelled import GREEN, RED
from tests.retrieval.colours import GROUP, data_uri, enrolled
from vision.photo import Photo
from vision.region import Region, RegionKind


class ColourThings(ColourFaces):
    """As if a detector of things had found them."""

    def regions(self, photos: Sequence[Photo]) -> list[list[Region]]:
        """The same regions, of objects."""
        found = super().regions(photos)
        return [[replace(region, kind=RegionKind.OBJECT) for region in regions] for regions in found]


def entries(context: Context) -> list[tuple[object, ...]]:
    return [astuple(entry) for entry in context.entries]


@pytest.mark.parametrize("person_box", PersonBox)
@pytest.mark.parametrize("faces", [ColourFaces, ColourThings])
def test_documents_make_the_context_of_the_matches(
    lite: Gallery, faces: type[ColourFaces], person_box: PersonBox
) -> None:
    recogniser, photo = enrolled(lite, faces()), given_photo(GROUP)
    expected = Context.of(photo, recogniser.recognise(photo), person_box=person_box)
    documents = PhotoRetriever(recogniser=recogniser).invoke(GROUP)
    assert [document.metadata["name"] for document in documents] == ["Cy", "Bob", "Ann"]
    copies = [Document.model_validate_json(document.model_dump_json()) for document in documents]
    for context in (
        context_of(documents, photo, person_box=person_box),
        context_of(documents, person_box=person_box),
        context_of(copies, photo, person_box=person_box),
    ):
        assert entries(context) == entries(expected)
        assert context.size == expected.size == (400, 100)
    assert [entry.name for entry in expected.entries] == ["Cy", "Ann", "Bob"]


def test_without_documents_there_is_nobody(lite: Gallery) -> None:
    assert context_of([], given_photo(GROUP)).size == (400, 100)
    assert context_of([]).entries == ()


def test_documents_of_another_photo_are_refused(lite: Gallery) -> None:
    retriever = PhotoRetriever(recogniser=enrolled(lite))
    group, pair = retriever.invoke(GROUP), retriever.invoke(data_uri(RED, GREEN))
    with pytest.raises(GenerationError, match="of another photo"):
        context_of(group, given_photo(data_uri(RED, GREEN)))
    with pytest.raises(GenerationError, match="of another photo"):
        context_of([group[0], pair[0]])


@pytest.mark.parametrize(
    ("key", "value"), [("box", None), ("box", [5, 5, 5, 5]), ("kind", "robot"), ("", "")]
)
def test_documents_that_are_not_of_the_retriever_are_refused(lite: Gallery, key: str, value: object) -> None:
    (told,) = PhotoRetriever(recogniser=enrolled(lite)).invoke(data_uri(RED))
    metadata = {**told.metadata, key: value} if key else {}
    with pytest.raises(GenerationError, match="Expected documents of PhotoRetriever"):
        context_of([Document("Ann's biography.", metadata=metadata)])
