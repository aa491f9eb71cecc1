"""The commands that look at one photo."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.annotate import check_place, save_annotated
from app.forms import answer_lines, ask_form, match_lines, print_json, printable, who_form
from app.generators import GeneratorChoice, choose_generator, open_generator
from app.regions import box_of, given_of
from app.settings import Settings
from app.temporary import reference_of
from app.things import wants_things
from app.wiring import open_recogniser
from gallery.gallery import Gallery
from generation.context import Context
from generation.conversation import Conversation
from generation.generator import GenerationError
from generation.given import Given, check_inside
from generation.placing import placed
from generation.question import EmptyQuestionError, checked
from ingest.temporary import enrol_given, temporary_gallery
from retrieval.match import Match
from retrieval.recogniser import Recogniser
from vision.errors import UserError
from vision.photo import Photo

_STOPPED = 130  # what a shell makes of Control-C


@dataclass(frozen=True, slots=True)
class Subject:
    """What a conversation is about: a photo, and what the user says about regions of it."""

    path: Path
    regions: Sequence[str] = ()  # as the option --region has them
    drawn: Sequence[str] = ()  # boxes around things that are to be recognised, as --box has them
    references: Sequence[str] = ()  # instead of the gallery, as --reference has them


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """A photo on the desk: who is in it, and the conversation about it."""

    matches: list[Match]
    given: Sequence[Given]  # on the spot
    conversation: Conversation
    choice: GeneratorChoice
    nothing: str = "No face was found."  # what is said where nobody and nothing was found


def who(settings: Settings, subject: Subject, *, as_json: bool, save: Path | None) -> None:
    """Print who is in a photo."""
    if save is not None:
        check_place(save, subject.path)
    photo = Photo.open(subject.path, max_pixels=settings.max_pixels)
    with _recognised(settings, photo, subject) as (recogniser, matches):
        nothing = _nothing_found(recogniser)
    if as_json:
        print_json(who_form(photo, matches))
    else:
        print("\n".join(match_lines(matches)) or nothing)
    _save(photo, matches, save)


def ask(settings: Settings, subject: Subject, question: str, *, as_json: bool, save: Path | None) -> int:
    """Print the answer to a question about a photo; 130 if it was stopped, as a shell says it."""
    question = checked(question)  # before any model is loaded
    if save is not None:
        check_place(save, subject.path)
    with desk(settings, subject) as opened:
        whole = answer_one(opened, question, as_json=as_json)
        _note(opened, as_json=as_json)
        _save(opened.conversation.photo, opened.matches, save, given=opened.given)
    return 0 if whole else _STOPPED


def chat(settings: Settings, subject: Subject, *, as_json: bool) -> int:
    """Answer questions about a photo, line by line, until the input ends; 1 if any had no answer."""
    failed = 0
    with desk(settings, subject) as opened:
        if not as_json:
            print("\n".join(match_lines(opened.matches, opened.given)) or opened.nothing)
        for question in _questions():
            try:
                answer_one(opened, question, as_json=as_json)
                if len(opened.conversation.exchanges) == 1:
                    _note(opened, as_json=as_json)
            except (GenerationError, EmptyQuestionError) as error:
                failed = 1
                print(f"Error: {error}", file=sys.stderr)
                if as_json:
                    print_json({"question": question, "error": str(error)})
    return failed


def answer_one(opened: Desk, question: str, *, as_json: bool) -> bool:
    """Print one answer as it is written, then what it cites and what the check of it found.

    Control-C ends the answer, and the result is False; what is written of it stays part of the conversation.
    """
    conversation = opened.conversation
    before, whole = len(conversation.exchanges), True
    try:
        _print_pieces(conversation, question, as_json=as_json)
    except KeyboardInterrupt:
        whole = False
        print(" (stopped)", file=sys.stderr)
        if len(conversation.exchanges) == before:  # stopped before it began
            return whole
    answer = conversation.exchanges[-1].answer
    if as_json:
        places = placed(opened.matches, opened.given)
        print_json({"question": question, **ask_form(answer, opened.choice.reason, places)})
    else:
        print("\n".join(["", *answer_lines(answer)]))
    return whole


def _print_pieces(conversation: Conversation, question: str, *, as_json: bool) -> None:
    """Write an answer; its text as it comes, unless all of it is wanted as JSON in the end."""
    begun = False
    try:
        with closing(conversation.stream(question)) as pieces:
            for piece in pieces:
                if not as_json:
                    print(printable(piece, lines=True), end="", flush=True)
                    begun = True
    except GenerationError:
        if begun:
            print()  # the error is to have a line of its own
        raise


def _note(opened: Desk, *, as_json: bool) -> None:
    """Say once how answers are made."""
    if not as_json:
        print(opened.conversation.generator.note, file=sys.stderr)


@contextmanager
def desk(settings: Settings, subject: Subject) -> Iterator[Desk]:
    """Recognise who is in a photo and open a conversation about it."""
    given = [given_of(region) for region in subject.regions]
    photo = Photo.open(subject.path, max_pixels=settings.max_pixels)
    for one in given:
        check_inside(one, photo.size)
    choice = choose_generator(settings)
    with _recognised(settings, photo, subject) as (recogniser, matches):
        print(f"Generator: {choice}", file=sys.stderr)
        generator = open_generator(settings, choice)
        context = Context.of(
            photo,
            matches,
            given=given,
            person_box=settings.person_box,
            things=recogniser.things is not None,
        )
        talk = Conversation(photo, context, generator, gallery=recogniser.gallery)
        yield Desk(matches, given, talk, choice, _nothing_found(recogniser))


@contextmanager
def _recognised(
    settings: Settings, photo: Photo, subject: Subject
) -> Iterator[tuple[Recogniser, list[Match]]]:
    """What looks in the gallery, or in the one that references make, and what of it is in the photo."""
    rows = [reference_of(text) for text in subject.references]
    drawn = [box_of(box) for box in subject.drawn]
    wanted = wants_things(rows)
    with ExitStack() as stack:
        gallery = stack.enter_context(temporary_gallery() if rows else Gallery.open(settings.gallery_url))
        own = Gallery.peek(settings.gallery_url) if wanted else None  # it says how things are looked at
        if own is not None:
            stack.enter_context(own)
        recogniser, choice = open_recogniser(settings, gallery, things=wanted, like=own)
        print(f"Faces: {choice}", file=sys.stderr)
        if choice.things is not None:
            print(f"Things: {choice.things}", file=sys.stderr)
        if rows:
            enrol_given(gallery, rows, recogniser.faces, things=recogniser.things)
        matches = recogniser.recognise(photo, drawn=drawn)
        if recogniser.size == 0:
            print(
                "The gallery is empty, so nobody can be recognised; 'placard ingest' fills it.",
                file=sys.stderr,
            )
        yield recogniser, matches


def _nothing_found(recogniser: Recogniser) -> str:
    return "No face was found." if recogniser.things is None else "Nobody and nothing known was found."


def _questions() -> Iterator[str]:
    """What is typed, or what comes through a pipe; empty lines are passed over."""
    if sys.stdin is None:  # closed, as for a service
        raise UserError("There is no input to read questions from; 'placard ask' takes one as an argument.")
    terminal = sys.stdin.isatty()
    if terminal:
        import readline  # noqa: F401  # importing it gives input() a history and arrow keys

        print("Ask about the photo. Control-C stops an answer, Control-D ends.", file=sys.stderr)
    while True:
        try:
            question = input("> " if terminal else "")
        except (EOFError, KeyboardInterrupt):
            if terminal:
                print()
            return
        if question.strip():
            yield question


def _save(photo: Photo, matches: Sequence[Match], save: Path | None, *, given: Sequence[Given] = ()) -> None:
    if save is not None:
        save_annotated(photo, matches, save, given=given)
        print(f"Wrote {save}", file=sys.stderr)
