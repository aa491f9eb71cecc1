"""Reading the layouts of Yo'LLaVA, RAP and MyVLM; nothing is downloaded, and no photo is opened here.

Yo'LLaVA  test/<concept>/*.png; visual QA {concept: {photo: {question, options, correct_answer}}};
          text QA (in RAP's repository) {concept: {number: {question, option, correct_answer}}}
RAP       recognition: a list of {image, question, concept, type, correct_answer}
MyVLM     <concept>/*.jpg with captions.json {photo: [caption, ...]}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from evaluation.bench.record import BenchError
from evaluation.public.concepts import Captioned, ConceptQuestion, Recognition
from vision.photo import SUFFIXES

_CAPTIONS = ("captions.json", "captions_augmented.json")


def yollava_recognition(root: Path) -> list[Recognition]:
    """Each test photo with each concept: 40 concepts and 333 photos are 13,320 pairs."""
    folder = root / "test"
    concepts = sorted(path.name for path in _listed(folder) if path.is_dir())
    return [
        Recognition(photo, concept, present=concept == shown)
        for shown in concepts
        for photo in _photos(folder / shown)
        for concept in concepts
    ]


def yollava_visual_qa(path: Path, root: Path) -> list[ConceptQuestion]:
    """Questions about test photos; `root` is the folder that holds test/."""
    return [
        _question(entry, "options", concept, _under(root, photo), f"{path.name}: {concept}: {photo}")
        for concept, photos in _object(path).items()
        for photo, entry in _inner(photos, f"{path.name}: {concept}").items()
    ]


def yollava_text_qa(path: Path) -> list[ConceptQuestion]:
    """Questions that are answered from what is known of a concept, without a photo."""
    return [
        _question(entry, "option", concept, None, f"{path.name}: {concept}: {number}")
        for concept, questions in _object(path).items()
        for number, entry in _inner(questions, f"{path.name}: {concept}").items()
    ]


def rap_recognition(path: Path, root: Path) -> list[Recognition]:
    """RAP's pairs, without the rows typed "negative" though their answer is true.

    These repeat the positive pairs: the published file has 13,653 rows, of which 333 are such.
    """
    rows = _json(path)
    if not isinstance(rows, list):
        raise BenchError(f"{path.name}: expected a list of rows.")
    return [pair for number, row in enumerate(rows, start=1) for pair in _pair(row, number, path, root)]


def myvlm_captions(root: Path) -> list[Captioned]:
    """The captioned photos of each concept's folder."""
    found = []
    for folder in sorted(path for path in _listed(root) if path.is_dir()):
        tables = [folder / name for name in _CAPTIONS if (folder / name).is_file()]
        if not tables:
            raise BenchError(f"{folder.name}: expected {' or '.join(_CAPTIONS)} beside the photos.")
        for photo, captions in _object(tables[0]).items():
            where = f"{folder.name}/{tables[0].name}: {photo}"
            if not isinstance(captions, list) or not all(isinstance(text, str) for text in captions):
                raise BenchError(f"{where}: expected a list of captions.")
            found.append(
                Captioned(_there(folder / PurePosixPath(photo).name, where), folder.name, tuple(captions))
            )
    return found


def _pair(row: object, number: int, path: Path, root: Path) -> Iterator[Recognition]:
    where = f"{path.name}: row {number}"
    entry = _inner(row, where)
    kind, answer = entry.get("type"), entry.get("correct_answer")
    if kind not in ("positive", "negative") or not isinstance(answer, bool):
        raise BenchError(
            f"{where}: expected a type, positive or negative, and a correct_answer, true or false."
        )
    if kind == "negative" and answer:
        return
    photo = _under(root, _text(entry, "image", where))
    yield Recognition(photo, _text(entry, "concept", where), answer)


def _question(entry: object, options: str, concept: str, photo: Path | None, where: str) -> ConceptQuestion:
    fields = _inner(entry, where)
    lettered = _inner(fields.get(options), f"{where}: {options}")
    right = _text(fields, "correct_answer", where)
    if right not in lettered:
        raise BenchError(f"{where}: correct_answer: '{right}' is none of {', '.join(lettered)}.")
    letters = sorted(lettered)
    texts = tuple(_text(lettered, letter, f"{where}: {options}") for letter in letters)
    return ConceptQuestion(photo, concept, _text(fields, "question", where), texts, letters.index(right))


def _under(root: Path, photo: str) -> Path:
    """A photo as the files name it, ".../test/bo/4.png", in our folder."""
    parts = PurePosixPath(photo).parts
    if "test" not in parts or ".." in parts:
        raise BenchError(f"Expected a photo under test/, got '{photo}'.")
    place = len(parts) - 1 - parts[::-1].index("test")
    return _there(root.joinpath(*parts[place:]), photo)


def _there(path: Path, where: str) -> Path:
    if not path.is_file():
        raise BenchError(f"{where}: there is no photo at {path}.")
    return path


def _photos(folder: Path) -> list[Path]:
    return sorted(path for path in _listed(folder) if path.suffix.lower() in SUFFIXES)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise BenchError(f"Cannot list {folder}: {(error.strerror or str(error)).lower()}.") from error


def _object(path: Path) -> Mapping[str, Any]:
    return _inner(_json(path), path.name)


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchError(f"Cannot read {path}: {(error.strerror or str(error)).lower()}.") from error
    except ValueError as error:
        raise BenchError(f"{path} is not JSON: {error}.") from error


def _inner(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BenchError(f"{where}: expected a JSON object.")
    return value


def _text(fields: Mapping[str, Any], name: str, where: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise BenchError(f"{where}: {name}: expected a text.")
    return value
