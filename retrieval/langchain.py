"""A LangChain retriever whose query is a photo and whose documents are the biographies of who is in it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import run_in_executor
from langsmith.run_helpers import tracing_context
from pydantic import ConfigDict, Field

from retrieval.match import Match
from retrieval.recogniser import Recogniser
from vision.photo import Photo

# A photo of 40 megapixels as JPEG fits; the length of the text is checked before it is decoded.
MAX_DATA_URI = 48 * 1024 * 1024


class PhotoRetriever(BaseRetriever):
    """Documents for the people who are recognised in a photo, most similar first.

    The query is a data URI, or the path of a photo under `root` where `allow_paths` is set. Unknown and
    uncertain regions give no document; `k` caps how many there are.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    recogniser: Recogniser = Field(exclude=True, repr=False)
    k: int | None = Field(default=None, ge=1)
    allow_paths: bool = False
    root: Path | None = None
    trace: bool = False  # let LangChain's tracing, where it is on, see photos and biographies

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> list[Document]:
        """The documents of a photo; nothing of it reaches a tracing service unless `trace` is set."""
        if self.trace:
            return super().invoke(input, config, **kwargs)
        with tracing_context(enabled=False):
            return super().invoke(input, config, **kwargs)

    async def ainvoke(
        self, input: str, config: RunnableConfig | None = None, **kwargs: Any
    ) -> list[Document]:
        """As `invoke`."""
        if self.trace:
            return await super().ainvoke(input, config, **kwargs)
        with tracing_context(enabled=False):
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
        photo = self._photo(query)
        matches = [match for match in self.recogniser.recognise(photo) if match.entity is not None]
        matches.sort(key=lambda match: -(match.similarity or 0.0))
        return [_document(match) for match in matches[: k or self.k]]

    def _photo(self, query: str) -> Photo:
        if query.startswith("data:"):
            return Photo.open(_data(query), name="the data URI")
        if not self.allow_paths or self.root is None:
            raise ValueError("Expected a data URI; paths are read only with allow_paths=True and a root.")
        root = self.root.resolve()
        path = (root / query).resolve()
        if not path.is_relative_to(root):
            raise ValueError(f"Expected a photo under {root}, but the path leads outside.")
        return Photo.open(path)


def _data(uri: str) -> bytes:
    if len(uri) > MAX_DATA_URI:
        raise ValueError(
            f"A data URI holds at most {MAX_DATA_URI:,} characters, but this one has {len(uri):,}."
        )
    head, comma, body = uri.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError(f"Expected data:image/...;base64,..., but the URI begins '{uri[:40]}'.")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:  # not only of binascii: letters outside ASCII
        raise ValueError(f"The data URI is not valid base64: {error}.") from error


def _document(match: Match) -> Document:
    entity, region = match.candidates[0].entity, match.region
    return Document(
        id=str(entity.id),
        page_content=entity.biography,
        metadata={
            "entity_id": entity.id,
            "name": entity.name,
            "box": region.box.as_list(),
            "similarity": match.similarity,
            "decision": match.decision.value,
            "space": region.space,
        },
    )
