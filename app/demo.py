"""`placard demo`: the whole path on real photos that come with installed packages."""

from __future__ import annotations

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from app.annotate import save_annotated
from app.forms import match_lines
from app.settings import Settings
from app.wiring import open_recogniser
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from generation.context import Context
from generation.reader import Reader
from ingest.gate import EnrolmentRules
from ingest.run import IngestOptions, ingest
from ingest.sources.row import Labelled, Row
from vision.errors import UserError
from vision.photo import Photo

COLLINS = NewEntity(
    name="Eileen Collins",
    noun="woman",
    source="demo",
    biography=(
        "Eileen Marie Collins is a retired NASA astronaut and United States Air Force colonel. "
        "She was born in Elmira, New York, on November 19, 1956. "
        "In February 1995 she became the first woman to pilot a Space Shuttle, "
        "on Discovery's mission STS-63. "
        "In July 1999 she became the first woman to command one, on Columbia's mission STS-93. "
        "She flew in space four times and left NASA in 2006."
    ),
)
HANKS = NewEntity(
    name="Tom Hanks",
    noun="man",
    source="demo",
    biography=(
        "Thomas Jeffrey Hanks is an American actor and film-maker. "
        "He was born in Concord, California, on July 9, 1956. "
        "He won the Academy Award for Best Actor for Philadelphia and, a year later, for Forrest Gump. "
        "He played the astronaut Jim Lovell in Apollo 13 in 1995."
    ),
)
QUESTIONS = ("Where was Eileen Collins born?", "Describe the photo.")


def labelled_photos() -> list[Row]:
    """The two people to enrol."""
    return [
        Labelled("astronaut.png", COLLINS, None, True, (skimage_data() / "astronaut.png").read_bytes),
        Labelled("Tom_Hanks.png", HANKS, None, True, (insightface_data() / _HANKS).read_bytes),
    ]


_HANKS = "Tom_Hanks_54745.png"
_GROUP = "t1.jpg"


def run_demo(settings: Settings) -> None:
    """Enrol two people, find them in a made photo beside strangers, and answer two questions."""
    home = settings.home.expanduser() / "demo"
    home.mkdir(parents=True, exist_ok=True)
    # The demo has a gallery of its own and always begins anew.
    with tempfile.TemporaryDirectory(dir=home) as folder:
        gallery = Gallery.open(f"sqlite:///{folder}/gallery.db")
        recogniser, choice = open_recogniser(settings, gallery)
        print(f"Faces: {choice}\n", file=sys.stderr)
        rules = EnrolmentRules(min_confidence=recogniser.faces.sure_confidence)
        for outcome in ingest(gallery, recogniser.faces, labelled_photos(), IngestOptions(rules=rules)):
            print(f"Enrolled  {outcome.name}: {outcome.status.value} {outcome.detail}".rstrip())
        photo = query_photo()
        Image.fromarray(photo.pixels).save(home / "query.jpg", quality=95)
        matches = recogniser.recognise(photo)
        gallery.close()
    print("\nWho is in the photo?")
    for line in match_lines(matches):
        print(f"  {line}")
    context = Context.of(photo, matches)
    for question in QUESTIONS:
        answer = Reader().answer(context, question)
        print(f"\n{question}\n  {answer.text}")
    print(f"\n{answer.note}")
    save_annotated(photo, matches, home / "answer.jpg")
    print(f"\nThe photo with boxes and names: {home / 'answer.jpg'}")
    print(_NEXT)


_NEXT = """
Try next, with a folder that has a folder of photos for each person:
  placard ingest my-people/
  placard who some-photo.jpg --save named.jpg
  placard ask some-photo.jpg "Who is on the left?\""""


def query_photo() -> Photo:
    """A photo of 1280 x 560 pixels: the two enrolled people, altered, on both sides of two strangers.

    The astronaut is mirrored, smaller and darker; the actor is mirrored, larger and brighter.
    """
    astronaut = Image.open(skimage_data() / "astronaut.png").convert("RGB").crop((60, 0, 420, 400))
    actor = Image.open(insightface_data() / _HANKS).convert("RGB")
    group = Image.open(insightface_data() / _GROUP).convert("RGB").crop((390, 220, 900, 640))
    canvas = Image.new("RGB", (1280, 560), (214, 219, 224))
    astronaut = ImageEnhance.Brightness(ImageOps.mirror(astronaut)).enhance(0.85).resize((420, 467))
    actor = (
        ImageEnhance.Brightness(ImageOps.mirror(actor))
        .enhance(1.1)
        .resize((280, 280), Image.Resampling.LANCZOS)
    )
    group = group.resize((486, 400), Image.Resampling.LANCZOS)
    canvas.paste(astronaut, (20, 46))
    canvas.paste(group, (460, 80))
    canvas.paste(actor, (973, 140))
    return Photo.from_pixels(np.asarray(canvas))


def skimage_data() -> Path:
    """The photos inside scikit-image."""
    return _package("skimage") / "data"


def insightface_data() -> Path:
    """The photos inside insightface."""
    return _package("insightface") / "data" / "images"


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise UserError(f"The demo needs the package {name}, which is not installed: run 'make demo'.")
    return Path(spec.origin).parent
