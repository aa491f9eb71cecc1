"""`placard demo`: the whole path on real photos that come with installed packages."""

from __future__ import annotations

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

from app.annotate import save_annotated
from app.forms import match_lines
from app.settings import Settings
from app.wiring import open_recogniser
from gallery.entity import NewEntity
from gallery.gallery import Gallery
from generation.context import Context
from generation.conversation import Conversation
from generation.extractive.reader import Reader
from ingest.run import ingest
from ingest.sources.opening import open_source
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
        "In July 1999 she became the first woman to command a Space Shuttle, on Columbia's mission STS-93. "
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


_THINGS = {"cat": "chelsea.png", "cup": "coffee.png"}
_SHELF = """label,name,kind,noun,biography
cat,Chelsea,thing,cat,Chelsea is afraid of thunder.
cup,Ann's cup,thing,cup,Ann's cup was bought in Delft in 2003.
"""
_HANKS = "Tom_Hanks_54745.png"
_GROUP = "t1.jpg"
_NEXT = """
Try next, in a gallery of your own:
  {placard} ingest {home}/people
  {placard} who {home}/collins.jpg --save named.jpg
  {placard} ask {home}/query.jpg "Who is on the left?"
  {placard} web
or with a folder that has a folder of photos for each person you know."""


def run_demo(settings: Settings) -> None:
    """Enrol two people, find them in a made photo beside strangers, and answer two questions."""
    home = demo_home(settings)
    # The demo has a gallery of its own and always begins anew.
    with (
        tempfile.TemporaryDirectory(dir=home) as folder,
        Gallery.open(f"sqlite:///{folder}/demo.db") as gallery,
    ):
        recogniser, choice = open_recogniser(settings, gallery)
        print(f"Faces: {choice}\n", file=sys.stderr)
        with open_source(home / "people") as source:
            for outcome in ingest(gallery, recogniser.faces, source.rows()):
                print(f"Enrolled {outcome.photo}: {outcome.status.value} {outcome.detail}".rstrip())
        photo = Photo.open(home / "query.jpg")
        matches = recogniser.recognise(photo)
    print("\nWho is in the photo?")
    for line in match_lines(matches):
        print(f"  {line}")
    conversation = Conversation(photo, Context.of(photo, matches), Reader())
    for question in QUESTIONS:
        answer = conversation.ask(question)
        print(f"\n{question}\n  {answer.text}")
    print(f"\n{answer.note}")
    save_annotated(photo, matches, home / "answer.jpg")
    print(f"\nThe photo with boxes and names: {home / 'answer.jpg'}")
    print(_NEXT.format(placard=sys.argv[0], home=home))


def demo_home(settings: Settings) -> Path:
    """The demo's folder with its photos, the people to enrol in `people`; raise `UserError`."""
    home = settings.home.expanduser() / "demo"
    try:
        write_photos(home)
    except OSError as error:
        raise UserError(f"The demo cannot write to {home}: {error.strerror}. Set PLACARD_HOME.") from error
    return home


def write_photos(home: Path) -> None:
    """Write a gallery of two people, a changed photo of one, and a photo of both beside two strangers."""
    for person, photo in ((COLLINS, skimage_data() / "astronaut.png"), (HANKS, insightface_data() / _HANKS)):
        folder = home / "people" / person.name.replace(" ", "_")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "portrait.png").write_bytes(photo.read_bytes())
        (folder / "biography.txt").write_text(person.biography, encoding="utf-8")
    astronaut = Image.open(skimage_data() / "astronaut.png").convert("RGB")
    _changed(astronaut, 0.85, (640, 640)).save(home / "collins.jpg", quality=92)
    query_photo().save(home / "query.jpg", quality=92)
    write_things(home)


def write_things(home: Path) -> None:
    """Write a cat and a cup to enrol as things, and a photo of both, changed, on either side of a rocket."""
    for label in ("cat", "cup"):
        (home / "shelf" / label).mkdir(parents=True, exist_ok=True)
    for label, name in _THINGS.items():
        (home / "shelf" / label / "photo.png").write_bytes((skimage_data() / name).read_bytes())
    (home / "shelf" / "people.csv").write_text(_SHELF, encoding="utf-8")
    things_photo().save(home / "things.jpg", quality=92)


def things_photo() -> Image.Image:
    """A photo of 1200 x 340 pixels: the cat, a rocket that nobody knows, and the cup."""
    canvas = Image.new("RGB", (1200, 340), (214, 219, 224))
    names = (_THINGS["cat"], "rocket.jpg", _THINGS["cup"])
    for number, name in enumerate(names):
        seen = Image.open(skimage_data() / name).convert("RGB")
        canvas.paste(_changed(seen, 0.85, (360, 360 * seen.height // seen.width)), (20 + 400 * number, 50))
    return canvas


def query_photo() -> Image.Image:
    """A photo of 1280 x 560 pixels: the two enrolled people, altered, on both sides of two strangers.

    The astronaut is mirrored, larger and darker; the actor is mirrored, larger and brighter.
    """
    astronaut = Image.open(skimage_data() / "astronaut.png").convert("RGB").crop((60, 0, 420, 400))
    actor = Image.open(insightface_data() / _HANKS).convert("RGB")
    group = Image.open(insightface_data() / _GROUP).convert("RGB").crop((390, 220, 900, 640))
    canvas = Image.new("RGB", (1280, 560), (214, 219, 224))
    canvas.paste(_changed(astronaut, 0.85, (420, 467)), (20, 46))
    canvas.paste(group.resize((486, 400), Image.Resampling.LANCZOS), (460, 80))
    canvas.paste(_changed(actor, 1.1, (280, 280)), (973, 140))
    return canvas


def _changed(image: Image.Image, brightness: float, size: tuple[int, int]) -> Image.Image:
    """Mirrored, lighter or darker, and of another size: not the pixels that were enrolled."""
    return (
        ImageEnhance.Brightness(ImageOps.mirror(image))
        .enhance(brightness)
        .resize(size, Image.Resampling.LANCZOS)
    )


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
