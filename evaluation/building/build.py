"""Building a bench from people or things with photos and texts: seeded, every answer known."""

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
from evaluation.building.lore import Lore
from evaluation.building.people import PEOPLE
from evaluation.building.scene import Scene, composed, save
from evaluation.building.subjects import Portrait, Subject, portrait_of
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
_NEEDED = 8
_MOST_IN_VAIN = 50  # photos in a row that gave no question
_PNG = b"\x89PNG"
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is built."""

    questions: int
    seed: int = 0
    per_photo: int = 6
    name: str = "bench"
    lore: Lore = PEOPLE
    references: int = 1  # photos of each in the gallery, at most; not the one shown, if there are others

    def __post_init__(self) -> None:
        if min(self.questions, self.per_photo, self.references) < 1:
            raise ValueError(f"Expected at least one question, one per photo, one reference, but got {self}")


class TooFewError(UserError):
    """A source that is too small for a bench."""

    def __init__(self, found: int, kind: EntityKind) -> None:
        needed = {
            EntityKind.PERSON: "people with a biography and a photo with exactly one face",
            EntityKind.THING: "things (by the column kind of people.csv) with a text and a photo",
        }
        super().__init__(f"A bench needs {_NEEDED} {needed[kind]}, but there are {found}.")


def build_bench(
    subjects: Sequence[Subject],
    faces: FaceModel | None,
    folder: Path,
    recipe: Recipe,
    *,
    made: Mapping[str, object] | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Bench:
    """Write a bench to a new folder; `told` hears how many questions more there are.

    Things need no model of `faces`. Raise `UserError` where texts tell too little to ask about.
    """
    if (folder / HEADER).exists():
        raise UserError(f"{folder} holds a bench already; give another folder, or delete it.")
    builder = _Builder(subjects, faces, folder, recipe)
    questions: list[BenchQuestion] = []
    photos: list[BenchPhoto] = []
    types = cycle(_TYPES)
    in_vain = 0
    while len(questions) < recipe.questions:
        photo, standing = builder.photo(len(photos))
        kinds = [next(types) for _ in range(min(recipe.per_photo, recipe.questions - len(questions)))]
        found = list(questions_about(builder.asker, standing, kinds))
        in_vain = 0 if found else in_vain + 1
        if in_vain == _MOST_IN_VAIN:
            raise UserError(
                f"{in_vain} photos in a row gave no question, after {len(questions)} questions: the texts "
                f"state too few facts that can be asked about. docs/evaluation.md says which texts are read."
            )
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
    """Deals subjects into photos, each as often as the others."""

    def __init__(
        self, subjects: Sequence[Subject], faces: FaceModel | None, folder: Path, recipe: Recipe
    ) -> None:
        self._chance = random.Random(recipe.seed)
        self._folder = folder
        self._kind = recipe.lore.kind
        self._references = recipe.references
        order = list(subjects)
        self._chance.shuffle(order)
        shown = [(subject, portrait_of(subject, faces, shown=True)) for subject in order]
        usable = [(subject, portrait) for subject, portrait in shown if portrait is not None]
        if len(usable) < _NEEDED:
            raise TooFewError(len(usable), self._kind)
        self._portraits: dict[str, Portrait] = {subject.id: portrait for subject, portrait in usable}
        apart = round(_STRANGERS * len(usable))
        self._strangers = [subject for subject, _ in usable[:apart]]
        self._known = [Known.of(subject, recipe.lore) for subject, _ in usable[apart:]]
        self.asker = Asker(self._known, recipe.lore, self._chance)
        self._deal = self._dealt(self._known)
        self._deal_strangers = self._dealt(self._strangers)
        (folder / "photos").mkdir(parents=True, exist_ok=True)
        (folder / "references").mkdir(exist_ok=True)

    def photo(self, number: int) -> tuple[BenchPhoto, Standing]:
        """A new query photo."""
        count = self._chance.randint(_FEWEST, _MOST)
        strangers = 1 if self._strangers and self._chance.random() < 0.6 else 0
        people: list[Known | Subject] = [*self._together(count - strangers)]
        people += [next(self._deal_strangers) for _ in range(strangers)]
        self._chance.shuffle(people)
        names = [one.subject.id if isinstance(one, Known) else one.id for one in people]
        scene = composed([self._portraits[name] for name in names], self._chance)
        photo = self._saved(scene, number, people)
        known = tuple(one if isinstance(one, Known) else None for one in people)
        return photo, Standing(photo.id, known, scene.colours)

    def entities(self) -> Iterator[BenchEntity]:
        """Everybody of the gallery, their reference photos written beside."""
        for number, known in enumerate(self._known, start=1):
            subject = known.subject
            files = (subject.portraits[:-1] or subject.portraits)[: self._references]
            names = tuple(
                self._written(read(), f"{number:05d}" + (f"-{place}" if place else ""))
                for place, read in enumerate(files)
            )
            yield BenchEntity(subject.id, self._kind, subject.noun, subject.name, subject.biography, names)

    def _written(self, data: bytes, name: str) -> str:
        """A reference photo in the bench's folder; its path there."""
        file = f"references/{name}{'.png' if data.startswith(_PNG) else '.jpg'}"
        (self._folder / file).write_bytes(data)
        return file

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

    def _saved(self, scene: Scene, number: int, people: Sequence[Known | Subject]) -> BenchPhoto:
        name = f"p{number + 1:05d}"
        file = f"photos/{name}.jpg"
        save(scene, self._folder / file)
        regions = tuple(
            BenchRegion(box, one.subject.id if isinstance(one, Known) else None)
            for box, one in zip(scene.places, people, strict=True)
        )
        return BenchPhoto(name, file, scene.image.size, regions)
