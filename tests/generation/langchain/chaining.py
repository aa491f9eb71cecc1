"""A process of its own that runs an ordinary chain in every way, for tests of what leaves it.

    python -m tests.generation.langchain.chaining URL PHOTO quiet|traced

LangSmith reads its environment once for a process, so tracing cannot be tested in the test's own.
"""

from __future__ import annotations

import asyncio
import sys
from operator import itemgetter
from typing import Any

from langchain_core.runnables import Runnable, RunnablePassthrough
from langchain_core.tracers.langchain import wait_for_all_tracers

from gallery.gallery import Gallery
from generation.langchain.checking import AnswerCheck
from generation.langchain.model import RCQwen2VL
from generation.langchain.prompt import RCVITPrompt
from retrieval.langchain import PhotoRetriever
from retrieval.recogniser import Recogniser
from tests.fakes import ColourFaces
from tests.generation.langchain.parrot import Parrot


def _chains(gallery: Gallery, *, trace: bool) -> list[Runnable[Any, Any]]:
    retriever = PhotoRetriever(recogniser=Recogniser(gallery, ColourFaces()), trace=trace)
    prompt, model = RCVITPrompt(trace=trace), RCQwen2VL(local=Parrot(), trace=trace)
    documents = RunnablePassthrough.assign(documents=itemgetter("photo") | retriever)
    answer = RunnablePassthrough.assign(answer=prompt | model)
    return [documents | prompt | model, documents | answer | AnswerCheck(trace=trace)]


async def _run_async(chain: Runnable[Any, Any], asked: dict[str, str]) -> None:
    await chain.ainvoke(asked)
    await chain.abatch([asked, asked])
    async for _ in chain.astream(asked):
        pass
    async for _ in chain.astream_events(asked):
        pass


def _run(chain: Runnable[Any, Any], asked: dict[str, str]) -> None:
    chain.invoke(asked)
    chain.batch([asked, asked])
    for _ in chain.stream(asked):
        pass
    asyncio.run(_run_async(chain, asked))


def main(url: str, photo: str, how: str) -> None:
    """Run, and wait until everything that is to be sent is sent."""
    gallery = Gallery.open(url)
    for chain in _chains(gallery, trace=how == "traced"):
        _run(chain, {"photo": photo, "question": "Who keeps a lighthouse?"})
    wait_for_all_tracers()
    gallery.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
