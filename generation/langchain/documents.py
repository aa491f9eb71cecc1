"""The context of a photo from the documents that the retriever gave for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.documents import Document

from gallery.entity import Entity, EntityKind
from generation.context import Context, Entry, PersonBox, prompt_box
from generation.generator import GenerationError
from vision.box import Box
from vision.photo import Photo
from vision.region import RegionKind


@dataclass(frozen=True, slots=True)
class _Place:
    """What a document says about an entity and where it is."""

    entity: Entity
    box: Box
    region: RegionKind
    photo: str  # SHA-256 of the photo that it was recognised in
    size: tuple[int, int]  # (width, height) of that photo
    body: Box | None  # of a person, where a detector found it

    @classmethod
    def of(cls, document: Document) -> _Place:
        told: dict[str, Any] = document.metadata
        try:
            left, top, right, bottom = map(int, told["box"])
            width, height = map(int, told["photo_size"])
            entity = Entity(
                id=int(told["entity_id"]),
                kind=EntityKind(told["kind"]),
                noun=str(told["noun"]),
                name=str(told["name"]),
                biography=document.page_content,
                source=str(told["source"]),
                external_id=told["external_id"],
            )
            box, region = Box(left, top, right, bottom), RegionKind(told["region"])
            body = None if told.get("body") is None else Box(*map(int, told["body"]))
            return cls(entity, box, region, str(told["photo"]), (width, height), body)
        except (KeyError, TypeError, ValueError) as error:
            raise GenerationError(
                "Expected documents of PhotoRetriever, with who and where in their metadata, "
                f"but one does not say it: {type(error).__name__} {error}."
            ) from error

    def prompt_box(self, person_box: PersonBox) -> Box:
        shows = self.region, self.entity.kind
        return prompt_box(self.box, self.size, shows=shows, person_box=person_box, body=self.body)


def context_of(
    documents: Sequence[Document], photo: Photo | None = None, *, person_box: PersonBox = PersonBox.BODY
) -> Context:
    """What the documents of one photo say, numbered from left to right; as `Context.of`, without strangers.

    Raise `GenerationError` for documents of something else, or of another photo than `photo`.
    """
    places = sorted(map(_Place.of, documents), key=lambda place: place.box.centre)
    _check_photo({place.photo for place in places}, photo)
    entries = (
        Entry.of(k, place.entity, place.box, place.prompt_box(person_box), body=place.body)
        for k, place in enumerate(places, start=1)
    )
    size = places[0].size if places else (0, 0)
    return Context(photo.size if photo else size, tuple(entries), strangers=())


def _check_photo(told: set[str], photo: Photo | None) -> None:
    expected = told if photo is None else {photo.sha256}
    if len(told) > 1 or not told <= expected:
        raise GenerationError(
            "The documents are of another photo than the one asked about; "
            "give the retriever and the prompt the same photo."
        )
