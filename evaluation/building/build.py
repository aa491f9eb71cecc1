"""Building a bench from people with portraits and texts: seeded, every answer known."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from evaluation.bench.bench import Bench, BenchEntity, BenchPhoto, BenchQuestion, BenchRegion, QuestionType
from evaluation.bench.files import HEADER, write_bench
from evaluation.building.asking import Asker, Known, Standing, questions_about
from evaluation.building.people import Person, Portrait, portrait_of
from evaluation.building.scene import Scene, composed, save
from gallery.entity import EntityKind
from vision.errors import UserError
from vision.faces import FaceModel

# Types in the order in which they are asked: as many that cannot be answered as about a third.
_TYPES = (
    QuestionType.V2C,
    QuestionType.C2V,
    QuestionType.UNANSWERABLE_V2C,
    QuestionType.V2C,
    QuestionType.C2V,
    QuestionType.UNANSWERABLE_C2V,
)
_FEWEST, _MOST = 3, 5  # people in a photo
_STRANGERS = 0.15  # of the people, so many are kept out of the gallery and stand in photos as strangers
_PEOPLE_NEEDED = 8
_PNG = b"\x89PNG"
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is built."""

    questions: int
    seed: int = 0
    per_photo: int = 6
    name: str = "bench"

    def __post_init__(self) -> None:
        if self.questions < 1 or self.per_photo < 1:
            raise ValueError(f"Expected at least one question and one per photo, but got {self}")


class TooFewPeopleError(UserError):
    """A source that is too small for a bench."""

    def __init__(self, found: int) -> None:
        super().__init__(
            f"A bench needs {_PEOPLE_NEEDED} people with a biography and a photo with exactly one face, "
            f"but there are {found}."
        )


def build_bench(
    people: Sequence[Person],
    faces: FaceModel,
    folder: Path,
    recipe: Recipe,
    *,
    made: Mapping[str, object] | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Bench:
    """Write a bench to a new folder; `told` hears how many questions more there are."""
    if (folder / HEADER).exists():
        raise UserError(f"{folder} holds a bench already; give another folder, or delete it.")
    builder = _Builder(people, faces, folder, recipe)
    questions: list[BenchQuestion] = []
    photos: list[BenchPhoto] = []
    types = cycle(_TYPES)
    while len(questions) < recipe.questions:
        photo, standing = builder.photo(len(photos))
        kinds = [next(types) for _ in range(min(recipe.per_photo, recipe.questions - len(questions)))]
        found = list(questions_about(builder.asker, standing, kinds))
        if found:
            photos.append(photo)
            questions += [
                replace(question, id=f"q{number:05d}")
                for number, question in enumerate(found, len(questions) + 1)
            ]
            told(len(found))
    bench = Bench(
        folder,
        recipe.name,
        dict(made or {}),
        {entity.id: entity for entity in builder.entities()},
        {photo.id: photo for photo in photos},
        tuple(questions),
    )
    write_bench(bench)
    return bench


class _Builder:
    """Deals people into photos, everybody as often as the others."""

    def __init__(self, people: Sequence[Person], faces: FaceModel, folder: Path, recipe: Recipe) -> None:
        self._chance = random.Random(recipe.seed)
        self._faces = faces
        self._folder = folder
        order = list(people)
        self._chance.shuffle(order)
        shown = [(person, portrait_of(person, faces, shown=True)) for person in order]
        usable = [(person, portrait) for person, portrait in shown if portrait is not None]
        if len(usable) < _PEOPLE_NEEDED:
            raise TooFewPeopleError(len(usable))
        self._portraits: dict[str, Portrait] = {person.id: portrait for person, portrait in usable}
        apart = round(_STRANGERS * len(usable))
        self._strangers = [person for person, _ in usable[:apart]]
        self._known = [Known.of(person) for person, _ in usable[apart:]]
        self.asker = Asker(self._known, self._chance)
        self._deal = self._dealt(self._known)
        self._deal_strangers = self._dealt(self._strangers)
        (folder / "photos").mkdir(parents=True, exist_ok=True)
        (folder / "references").mkdir(exist_ok=True)

    def photo(self, number: int) -> tuple[BenchPhoto, Standing]:
        """A new query photo."""
        count = self._chance.randint(_FEWEST, _MOST)
        strangers = 1 if self._strangers and self._chance.random() < 0.6 else 0
        people: list[Known | Person] = [*self._together(count - strangers)]
        people += [next(self._deal_strangers) for _ in range(strangers)]
        self._chance.shuffle(people)
        names = [one.person.id if isinstance(one, Known) else one.id for one in people]
        scene = composed([self._portraits[name] for name in names], self._chance)
        photo = self._saved(scene, number, people)
        known = tuple(one if isinstance(one, Known) else None for one in people)
        return photo, Standing(photo.id, known, scene.colours)

    def entities(self) -> Iterator[BenchEntity]:
        """Everybody of the gallery, their reference photos written beside."""
        for number, known in enumerate(self._known, start=1):
            person = known.person
            data = person.portraits[0]()
            suffix = ".png" if data.startswith(_PNG) else ".jpg"
            file = f"references/{number:05d}{suffix}"
            (self._folder / file).write_bytes(data)
            yield BenchEntity(
                person.id, EntityKind.PERSON, person.noun, person.name, person.biography, (file,)
            )

    def _together(self, count: int) -> list[Known]:
        """Different people, next in the deal."""
        found: list[Known] = []
        while len(found) < count:
            known = next(self._deal)
            if known not in found:
                found.append(known)
        return found

    def _dealt(self, people: Sequence[_One]) -> Iterator[_One]:
        while people:
            yield from self._chance.sample(people, len(people))

    def _saved(self, scene: Scene, number: int, people: Sequence[Known | Person]) -> BenchPhoto:
        name = f"p{number + 1:05d}"
        file = f"photos/{name}.jpg"
        save(scene, self._folder / file)
        regions = tuple(
            BenchRegion(box, one.person.id if isinstance(one, Known) else None)
            for box, one in zip(scene.faces, people, strict=True)
        )
        return BenchPhoto(name, file, scene.image.size, regions)
