"""A bench made by hand: patches of colour for faces, so that everything can be computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.bench.bench import (
    NOT_ENOUGH,
    Bench,
    BenchEntity,
    BenchPhoto,
    BenchQuestion,
    BenchRegion,
    QuestionType,
)
from evaluation.bench.files import read_bench, write_bench
from gallery.entity import EntityKind
from generation.extractive.reader import Reader
from generation.generator import Choice, Draft, Stream
from generation.request import Request
from tests.fakes import picture
from vision.box import Box

RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (90, 90, 90)
TOWNS = {"Ada Rost": "Lyon, Texas", "Bob Grun": "Mobile, Alabama", "Cleo Blau": "Reno, Nevada"}
_COLOURS = dict(zip(TOWNS, (RED, GREEN, BLUE), strict=True))
_PLACES = ("The person on the far left", "The person in the middle", "The person on the far right")


def handmade(folder: Path) -> Bench:
    """Three people, two photos of three regions, eight questions."""
    (folder / "photos").mkdir(parents=True)
    (folder / "references").mkdir()
    entities = [_entity(folder, name, town) for name, town in TOWNS.items()]
    photos = [
        _photo(folder, "p1", ("Ada Rost", "Bob Grun", None)),
        _photo(folder, "p2", ("Cleo Blau", None, "Ada Rost")),
    ]
    bench = Bench(
        folder,
        "by hand",
        {"seed": 1},
        {entity.id: entity for entity in entities},
        {photo.id: photo for photo in photos},
        tuple(replace(q, id=f"q{n}") for n, q in enumerate(_questions(), start=1)),
    )
    write_bench(bench)
    return read_bench(folder)


def _entity(folder: Path, name: str, town: str) -> BenchEntity:
    file = f"references/{name.split()[0]}.png"
    (folder / file).write_bytes(picture(_COLOURS[name]))
    return BenchEntity(
        name.split()[0],
        EntityKind.PERSON,
        "",
        name,
        f"{name} is a potter; born in {town}, May 2, 1970",
        (file,),
    )


def _photo(folder: Path, name: str, people: Sequence[str | None]) -> BenchPhoto:
    file = f"photos/{name}.png"
    (folder / file).write_bytes(picture(*(GREY if one is None else _COLOURS[one] for one in people)))
    regions = tuple(
        BenchRegion(Box(100 * i + 10, 10, 100 * i + 90, 90), one and one.split()[0])
        for i, one in enumerate(people)
    )
    return BenchPhoto(name, file, (300, 100), regions)


def _questions() -> list[BenchQuestion]:
    towns = (*TOWNS.values(), NOT_ENOUGH)
    return [
        _asked("p1", QuestionType.V2C, "Where was the person on the far left born?", towns, 0, "Ada"),
        _asked("p1", QuestionType.V2C, "Where was the person in the middle born?", towns, 1, "Bob"),
        _asked("p1", QuestionType.C2V, "Which person was born in Mobile, Alabama?", _where(1), 2, "Bob"),
        _asked(
            "p1", QuestionType.UNANSWERABLE_V2C, "Where was the person on the far right born?", towns, 3, None
        ),
        _asked(
            "p1", QuestionType.UNANSWERABLE_C2V, "Which person was born in Reno, Nevada?", _where(0), 0, None
        ),
        _asked("p2", QuestionType.V2C, "Where was the person on the far right born?", towns, 0, "Ada"),
        _asked("p2", QuestionType.C2V, "Which person was born in Reno, Nevada?", _where(3), 0, "Cleo"),
        _asked("p2", QuestionType.UNANSWERABLE_C2V, "Which person is Bob Grun?", _where(2), 2, None),
    ]


def _where(abstain: int) -> tuple[str, ...]:
    return (*_PLACES[:abstain], NOT_ENOUGH, *_PLACES[abstain:])


def _asked(
    photo: str, kind: QuestionType, text: str, options: tuple[str, ...], answer: int, about: str | None
) -> BenchQuestion:
    abstain = options.index(NOT_ENOUGH)
    return BenchQuestion("", photo, kind, text, options, answer, abstain, about, "birthplace", "by place")


class Changed:
    """The reader behind something that is broken."""

    name = "changed"
    note = "The reader behind a planted fault."

    def __init__(self) -> None:
        self.asked = 0

    def request(self, request: Request) -> Request:
        """What the reader is asked instead."""
        return request

    def choice(self, choice: Choice) -> Choice:
        """What is told of its choice."""
        return choice

    def stream(self, request: Request) -> Stream:
        """As the reader, asked something else."""
        return Reader().stream(self.request(request))

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        """As `stream`."""
        return [self.stream(request).finished() for request in requests]

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        """As the reader, asked something else."""
        self.asked += 1
        return self.choice(Reader().choose(self.request(request), options))
