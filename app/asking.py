"""The commands that look at one photo."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app.annotate import save_annotated
from app.forms import ask_form, match_lines, print_json, printable, who_form
from app.settings import Settings
from app.wiring import open_recogniser
from gallery.gallery import Gallery
from generation.context import Context
from generation.conversation import Conversation
from generation.extractive.reader import Reader
from retrieval.match import Match
from vision.photo import Photo


def who(settings: Settings, path: Path, *, as_json: bool, save: Path | None) -> None:
    """Print who is in a photo."""
    photo, matches = _look(settings, path)
    if as_json:
        print_json(who_form(photo, matches))
    else:
        print("\n".join(match_lines(matches)) or "No face was found.")
    _save(photo, matches, save, path)


def ask(settings: Settings, path: Path, question: str, *, as_json: bool, save: Path | None) -> None:
    """Print the answer to a question about a photo."""
    photo, matches = _look(settings, path)
    answer = Conversation(photo, Context.of(photo, matches), Reader()).ask(question)
    if as_json:
        print_json(ask_form(answer, matches))
    else:
        print(answer.text)
        for entry in answer.citations:
            print(
                f"[{entry.k}] {printable(entry.entity.name)}, box {','.join(map(str, entry.box.as_list()))}"
            )
        print(answer.note, file=sys.stderr)
    _save(photo, matches, save, path)


def _look(settings: Settings, path: Path) -> tuple[Photo, list[Match]]:
    photo = Photo.open(path, max_pixels=settings.max_pixels)
    with Gallery.open(settings.gallery_url) as gallery:
        recogniser, choice = open_recogniser(settings, gallery)
        print(f"Faces: {choice}", file=sys.stderr)
        matches = recogniser.recognise(photo)
    if recogniser.index.size == 0:
        print(
            "The gallery is empty, so nobody can be recognised; 'placard ingest' fills it.", file=sys.stderr
        )
    return photo, matches


def _save(photo: Photo, matches: Sequence[Match], save: Path | None, original: Path) -> None:
    if save is not None:
        save_annotated(photo, matches, save, original)
        print(f"Wrote {save}", file=sys.stderr)
