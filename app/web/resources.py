"""What every session shares: the gallery, the face model, the generator."""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence

import streamlit as st

from app.archives import drop_archives
from app.generators import GeneratorChoice, choose_generator, open_generator
from app.settings import GeneratorKind, Settings, read_settings
from app.things import choose_things, load_things
from app.wiring import Choice, open_recogniser
from gallery.gallery import Gallery
from generation.generator import Generator
from retrieval.match import Match
from retrieval.recogniser import Recogniser
from vision.errors import UserError
from vision.photo import Photo
from vision.things import ThingModel

_NO_ENCODER = (
    "A thing is recognised again by an image encoder, and none is here: 'placard models list' shows some."
)


class Workshop:
    """The parts that the pages work with, opened once for all sessions. Safe to share between threads."""

    def __init__(
        self, settings: Settings, gallery: Gallery, generator: Generator, choice: GeneratorChoice
    ) -> None:
        self.settings = settings
        self.gallery = gallery
        self.generator = generator
        self.choice = choice
        # One model on one device: answers queue. A server and the reader take many at once.
        self.turn = threading.Lock() if choice.kind is GeneratorKind.LOCAL else None
        self._opening = threading.Lock()
        self._recogniser: tuple[Recogniser, Choice] | None = None
        self._spaces: frozenset[str] = frozenset()

    @classmethod
    def open(cls, settings: Settings) -> Workshop:
        """Open everything but the face model; raise `UserError` where a part cannot be had."""
        choice = choose_generator(settings)
        gallery = Gallery.open(settings.gallery_url)
        drop_archives(settings.home, gallery.jobs)  # of runs that were killed
        return cls(settings, gallery, open_generator(settings, choice), choice)

    def recogniser(self) -> tuple[Recogniser, Choice]:
        """A recogniser in the gallery's spaces of today, and why those models."""
        spaces = frozenset(space.name for space in self.gallery.spaces() if space.current)
        with self._opening:
            if self._recogniser is None or spaces != self._spaces:
                self._recogniser = open_recogniser(self.settings, self.gallery)
                _settle()
                self._spaces = spaces
            return self._recogniser

    def things(self) -> ThingModel:
        """What looks at things, also before the gallery has any; raise `UserError` where nothing is here."""
        recogniser, _ = self.recogniser()
        if recogniser.things is not None:
            return recogniser.things
        choice = choose_things(self.settings, self.gallery, wanted=True)
        if choice is None:
            raise UserError(_NO_ENCODER)
        return load_things(self.settings, choice)

    def why_no_things(self) -> str:
        """Why no thing can be added here, in a line; empty where it can. No model is loaded for it."""
        try:
            return "" if choose_things(self.settings, self.gallery, wanted=True) else _NO_ENCODER
        except UserError as error:
            return str(error)

    def recognise(self, photo: Photo) -> list[Match]:
        """Who is in a photo."""
        recogniser, _ = self.recogniser()
        return recogniser.recognise(photo)

    def rematch(self, matches: Sequence[Match], photo: Photo) -> list[Match] | None:
        """The same regions against the gallery of now; None where its models are others by now."""
        recogniser, _ = self.recogniser()
        regions = [match.region for match in matches]
        if not {region.space for region in regions} <= recogniser.spaces:
            return None
        return recogniser.match(regions, photo=photo.sha256)

    def close(self) -> None:
        """Close the gallery."""
        self.gallery.close()


@st.cache_resource(show_spinner="Opening the gallery and the models …", on_release=Workshop.close)
def workshop() -> Workshop:
    """The workshop of this process, opened by the first session."""
    opened = Workshop.open(read_settings())
    _settle()
    return opened


def _settle() -> None:
    """Let the garbage collector pass over what is here for good.

    Streamlit collects everything after each run of a page: among the modules that are loaded, 30 to 70 ms.
    """
    gc.collect()
    gc.freeze()
