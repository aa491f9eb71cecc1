"""A process of its own that asks the LangChain retriever in every way, for tests of what leaves it.

    python -m tests.retrieving URL PHOTO quiet|traced|inside

LangSmith reads its environment once for a process, so tracing cannot be tested in the test's own.
"""

from __future__ import annotations

import asyncio
import sys

from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.context import tracing_v2_enabled
from langchain_core.tracers.langchain import wait_for_all_tracers

from gallery.gallery import Gallery
from retrieval.langchain import PhotoRetriever
from retrieval.recogniser import Recogniser
from tests.fakes import ColourFaces


async def _ask_async(retriever: PhotoRetriever, photo: str) -> None:
    await retriever.ainvoke(photo)
    await retriever.abatch([photo, photo])
    async for _ in retriever.astream(photo):
        pass


def ask(retriever: PhotoRetriever, photo: str) -> None:
    """Every way in which LangChain calls a retriever."""
    retriever.invoke(photo)
    retriever.batch([photo, photo])
    for _ in retriever.stream(photo):
        pass
    asyncio.run(_ask_async(retriever, photo))


def ask_inside(retriever: PhotoRetriever, photo: str) -> None:
    """From inside of runs that are traced themselves; what they hand on and get back is not secret."""
    asks: RunnableLambda[str, int] = RunnableLambda(lambda _: len(retriever.invoke(photo)))
    asks.invoke("a question")
    with tracing_v2_enabled():
        asks.invoke("a question")


def main(url: str, photo: str, how: str) -> None:
    """Ask, and wait until everything that is to be sent is sent."""
    gallery = Gallery.open(url)
    retriever = PhotoRetriever(recogniser=Recogniser(gallery, ColourFaces()), trace=how == "traced")
    if how == "inside":
        ask_inside(retriever, photo)
    else:
        ask(retriever, photo)
    wait_for_all_tracers()
    gallery.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
