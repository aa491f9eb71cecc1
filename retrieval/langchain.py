"""A LangChain retriever whose query is a photo and whose documents are the biographies of who is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import run_in_executor
from pydantic import ConfigDict, Field

from retrieval.match import Match
from retrieval.photos import given_photo
from retrieval.recogniser import Recogniser
from retrieval.tracing import Private, traced
from vision.photo import Photo


class PhotoRetriever(Private, BaseRetriever):
    """Documents for the people and things that are recognised in a photo, most similar first.

    The query is a data URI, or the path of a photo under `root` where `allow_paths` is set. Unknown and
    uncertain regions give no document; `k` caps how many there are.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    recogniser: Recogniser = Field(exclude=True, repr=False)
    k: int | None = Field(default=None, ge=1)
    allow_paths: bool = False
    root: Path | None = None

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:
        """The documents of a photo; nothing of it reaches a tracing service unless `trace` is set."""
        with traced(self.trace):
            return super().invoke(input, config, **kwargs)

    async def ainvoke(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> list[Document]:
        """As `invoke`."""
        with traced(self.trace):
            return await super().ainvoke(input, config, **kwargs)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        del run_manager
        return self._documents(query, k)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        del run_manager
        return await run_in_executor(None, self._documents, query, k)

    def _documents(self, query: str, k: int | None) -> list[Document]:
        if k is not None and k < 1:
            raise ValueError(f"k is how many documents there may be, at least 1, but got {k}.")
        photo = given_photo(query, allow_paths=self.allow_paths, root=self.root)
        matches = [match for match in self.recogniser.recognise(photo) if match.entity is not None]
        matches.sort(key=lambda match: -(match.similarity or 0.0))
        return [_document(match, photo) for match in matches[: k or self.k]]


def _document(match: Match, photo: Photo) -> Document:
    """All that a prompt says about one recognised entity, so that it can be made from documents alone."""
    entity, region = match.candidates[0].entity, match.region
    return Document(
        id=str(entity.id),
        page_content=entity.biography,
        metadata={
            "entity_id": entity.id,
            "kind": entity.kind.value,
            "noun": entity.noun,
            "name": entity.name,
            "source": entity.source,
            "external_id": entity.external_id,
            "region": region.kind.value,
            "box": region.box.as_list(),
            "body": region.body.as_list() if region.body else None,
            "similarity": match.similarity,
            "decision": match.decision.value,
            "space": region.space,
            "photo": photo.sha256,
            "photo_size": list(photo.size),
        },
    )
