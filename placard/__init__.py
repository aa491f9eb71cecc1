"""Placard's Python API: the public names, each imported from its own module when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gallery.gallery import Gallery
    from generation.answer import Answer
    from generation.context import Context
    from generation.conversation import Conversation
    from generation.extractive.reader import Reader
    from ingest.run import ingest
    from ingest.sources.opening import open_source
    from retrieval.langchain import PhotoRetriever
    from retrieval.match import Decision, Match
    from retrieval.recogniser import Recogniser
    from vision.faces import load as load_faces
    from vision.photo import Photo

_OWNERS = {
    "Answer": ("generation.answer", "Answer"),
    "Context": ("generation.context", "Context"),
    "Conversation": ("generation.conversation", "Conversation"),
    "Decision": ("retrieval.match", "Decision"),
    "Gallery": ("gallery.gallery", "Gallery"),
    "Match": ("retrieval.match", "Match"),
    "Photo": ("vision.photo", "Photo"),
    "PhotoRetriever": ("retrieval.langchain", "PhotoRetriever"),
    "Reader": ("generation.extractive.reader", "Reader"),
    "Recogniser": ("retrieval.recogniser", "Recogniser"),
    "ingest": ("ingest.run", "ingest"),
    "load_faces": ("vision.faces", "load"),
    "open_source": ("ingest.sources.opening", "open_source"),
}

__all__ = [
    "Answer",
    "Context",
    "Conversation",
    "Decision",
    "Gallery",
    "Match",
    "Photo",
    "PhotoRetriever",
    "Reader",
    "Recogniser",
    "ingest",
    "load_faces",
    "open_source",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for, so that `import placard` stays light."""
    if name not in _OWNERS:
        raise AttributeError(f"module 'placard' has no attribute '{name}'")
    module, attribute = _OWNERS[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(_OWNERS)
