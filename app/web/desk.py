"""The photos of one session, each with its conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.forms import Json
from app.web.photo_view import photo_view
from app.web.resources import Workshop
from app.web.suggestions import suggestions
from app.web.writing import Writing
from generation.context import Context
from generation.conversation import Conversation
from generation.given import Given
from retrieval.match import Match
from vision.photo import Photo

MOST_PHOTOS = 5
# Of all photos of a session together; 180 MB of memory.
MOST_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A photo, who was recognised in it, and what was said about regions of it."""

    photo: Photo
    matches: list[Match]
    given: tuple[Given, ...] = ()


@dataclass(slots=True, eq=False)
class Desk:
    """A photo, who is in it, and what was said about it."""

    matches: list[Match]  # from left to right
    view: Json  # what the page is sent of the photo
    revision: int  # of the gallery when it was asked
    conversation: Conversation
    suggestions: tuple[str, ...]  # questions that can be answered, asked or not
    writing: Writing | None = None
    given: tuple[Given, ...] = ()  # what was said about regions on the spot
    noticed: bool = False  # whether the page Ask has looked for unknown faces in it
    changed: bool = False  # whether the gallery has said something else since the photo came

    @classmethod
    def of(cls, photo: Photo, workshop: Workshop) -> Desk:
        """Recognise who is in a photo; raise `UserError` where that cannot be."""
        revision = workshop.gallery.revision()
        return cls._of(Seen(photo, workshop.recognise(photo)), revision, workshop)

    @classmethod
    def _of(cls, seen: Seen, revision: int, workshop: Workshop) -> Desk:
        photo, given = seen.photo, seen.given
        matches = sorted(seen.matches, key=lambda match: match.region.box.centre)
        recogniser, _ = workshop.recogniser()
        context = Context.of(
            photo,
            matches,
            given=given,
            person_box=workshop.settings.person_box,
            things=recogniser.things is not None,
        )
        talk = Conversation(photo, context, workshop.generator, gallery=workshop.gallery)
        view = photo_view(photo, matches, workshop.gallery, recogniser.rules_of, given=given)
        return cls(matches, view, revision, talk, suggestions(context), given=given)

    @property
    def photo(self) -> Photo:
        """The photo."""
        return self.conversation.photo

    @property
    def context(self) -> Context:
        """Who was recognised, numbered as answers cite them."""
        return self.conversation.context

    @property
    def busy(self) -> bool:
        """Whether an answer is being written."""
        return self.writing is not None and not self.writing.done

    def told(self, given: Sequence[Given], workshop: Workshop) -> Desk:
        """A desk with other things said about regions; its conversation begins anew: numbers may change."""
        return self._of(Seen(self.photo, self.matches, tuple(given)), self.revision, workshop)

    def ask(self, question: str, workshop: Workshop) -> None:
        """Begin to write an answer, unless one is being written."""
        if not self.busy and question.strip():
            self.writing = Writing(self.conversation, question.strip(), workshop.turn)
            self.writing.start()

    def unfinished(self) -> Writing | None:
        """The answer that is being written; one that is done is let go, unless there is an error to show."""
        if self.writing is None or not self.writing.done:
            return self.writing
        if self.writing.error is None:
            self.writing = None
        return None

    def renewed(self, workshop: Workshop) -> Desk | None:
        """A desk with what the gallery says now, if that is something else; its conversation begins anew.

        An earlier answer must not go on showing who has been forgotten, or point at another person's number.
        """
        revision = workshop.gallery.revision()
        if self.busy or revision == self.revision:
            return None
        matches = workshop.rematch(self.matches, self.photo)
        if matches is None:
            matches = workshop.recognise(self.photo)
        new = self._of(Seen(self.photo, matches, self.given), revision, workshop)
        if new.view == self.view and list(map(_said, new.matches)) == list(map(_said, self.matches)):
            self.revision = revision
            return None
        new.changed, new.noticed = True, self.noticed
        return new


def _said(match: Match) -> tuple[object, ...]:
    """What a match says, apart from its pixels."""
    return (match.region.box, match.decision, match.entity, match.candidates)


def _pixels(desk: Desk) -> int:
    width, height = desk.photo.size
    return width * height


@dataclass(slots=True, eq=False)
class Table:
    """The desks of one session, oldest first; the oldest leave when there are too many."""

    desks: list[Desk] = field(default_factory=list)
    current: Desk | None = None
    taken: int = 0  # how many photos have come; names the next upload

    def of(self, photo: Photo) -> Desk | None:
        """The desk that a photo is on already."""
        return next((desk for desk in self.desks if desk.photo.sha256 == photo.sha256), None)

    def put(self, desk: Desk) -> None:
        """Put a desk last and make it the current one."""
        self.desks = [*(other for other in self.desks if other is not desk), desk]
        self.current = desk
        self.taken += 1
        while len(self.desks) > MOST_PHOTOS or self._too_large():
            self._leave(self.desks.pop(0))

    def is_full(self) -> bool:
        """Whether one more photo, as large as the last one, takes the place of the oldest."""
        more = _pixels(self.desks[-1]) if self.desks else 0
        return len(self.desks) >= MOST_PHOTOS or sum(map(_pixels, self.desks)) + more > MOST_PIXELS

    def replace(self, old: Desk, new: Desk) -> None:
        """Put a desk in the place of another one."""
        self.desks = [new if desk is old else desk for desk in self.desks]
        self.current = new if self.current is old else self.current

    def stop(self) -> None:
        """End all answers that are being written."""
        for desk in self.desks:
            self._leave(desk)

    def _too_large(self) -> bool:
        return len(self.desks) > 1 and sum(map(_pixels, self.desks)) > MOST_PIXELS

    @staticmethod
    def _leave(desk: Desk) -> None:
        if desk.writing is not None:
            desk.writing.cancel()
