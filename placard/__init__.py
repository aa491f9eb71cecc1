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
    from generation.given import Given
    from generation.langchain.checking import AnswerCheck
    from generation.langchain.model import RCQwen2VL
    from generation.langchain.prompt import RCVITPrompt
    from generation.local.generator import open_local as open_local_model
    from generation.server.openai import connect as connect_server
    from ingest.run import ingest
    from ingest.sources.opening import open_source
    from retrieval.langchain import PhotoRetriever
    from retrieval.match import Decision, Match
    from retrieval.recogniser import Recogniser
    from vision.box import Box
    from vision.detector import load_detector
    from vision.embedder import load_embedder
    from vision.faces import load as load_faces
    from vision.photo import Photo
    from vision.things import ThingModel

_OWNERS = {
    "Answer": ("generation.answer", "Answer"),
    "AnswerCheck": ("generation.langchain.checking", "AnswerCheck"),
    "Box": ("vision.box", "Box"),
    "Context": ("generation.context", "Context"),
    "Conversation": ("generation.conversation", "Conversation"),
    "Decision": ("retrieval.match", "Decision"),
    "Gallery": ("gallery.gallery", "Gallery"),
    "Given": ("generation.given", "Given"),
    "Match": ("retrieval.match", "Match"),
    "Photo": ("vision.photo", "Photo"),
    "PhotoRetriever": ("retrieval.langchain", "PhotoRetriever"),
    "RCQwen2VL": ("generation.langchain.model", "RCQwen2VL"),
    "RCVITPrompt": ("generation.langchain.prompt", "RCVITPrompt"),
    "Reader": ("generation.extractive.reader", "Reader"),
    "Recogniser": ("retrieval.recogniser", "Recogniser"),
    "ThingModel": ("vision.things", "ThingModel"),
    "connect_server": ("generation.server.openai", "connect"),
    "ingest": ("ingest.run", "ingest"),
    "load_detector": ("vision.detector", "load_detector"),
    "load_embedder": ("vision.embedder", "load_embedder"),
    "load_faces": ("vision.faces", "load"),
    "open_local_model": ("generation.local.generator", "open_local"),
    "open_source": ("ingest.sources.opening", "open_source"),
}

__all__ = [
    "Answer",
    "AnswerCheck",
    "Box",
    "Context",
    "Conversation",
    "Decision",
    "Gallery",
    "Given",
    "Match",
    "Photo",
    "PhotoRetriever",
    "RCQwen2VL",
    "RCVITPrompt",
    "Reader",
    "Recogniser",
    "ThingModel",
    "connect_server",
    "ingest",
    "load_detector",
    "load_embedder",
    "load_faces",
    "open_local_model",
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
