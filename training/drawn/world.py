"""The drawn world: any number of records of a seed, each split with its own names, facts and looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from training.dataset.folder import Split
from training.dataset.record import Record, Region, Task
from training.drawn.facts import Person, made_person, told
from training.drawn.look import KIND_OF, NOUNS, Kind
from training.drawn.questions import MAKERS
from training.drawn.scene import Canvas, Figure, Scene, made_scene, some_box
from training.drawn.staged import Asked, Known, Staged
from training.drawn.stages import Difficulty
from training.drawn.words import Vocabulary
from vision.box import Box

_MARK = re.compile(r" \[[0-9]+\]")
_TRIES = 20


@dataclass(frozen=True, slots=True)
class World:
    """All scenes of one seed."""

    difficulty: Difficulty
    seed: int = 0
    side: int = 336  # of the square pictures, in pixels
    wording: Split | None = None  # whose sentences every split has; each has its own by default

    def scene(self, split: Split, number: int) -> tuple[Staged, tuple[Record, ...]]:
        """One scene and its records; the same for the same seed, split and number, whatever came before."""
        words = Vocabulary(split, Random(f"{self.seed}/{split}/{number}"), self.wording)
        staged = _staged(words, self.difficulty, self.side)
        name = f"{number:07}"
        asked, cited = _asked(staged, words, self.difficulty), self.difficulty.citations
        return staged, tuple(
            _record(
                staged, one, (f"{split}-{name}-{place}", f"{name}.png"), cites=words.chance.random() < cited
            )
            for place, one in enumerate(asked)
        )


def _staged(words: Vocabulary, difficulty: Difficulty, side: int) -> Staged:
    """A scene and its entries in an order by chance: a number says nothing about a place."""
    chance = words.chance
    scene = made_scene(
        words,
        difficulty.canvas(side),
        figures=chance.randint(*difficulty.figures),
        twins=chance.random() < difficulty.twins,
        one_noun=difficulty.one_noun,
        kinds=difficulty.kinds,
    )
    figures = [one for one in scene.figures if scene.position(one) or chance.random() < difficulty.known]
    known: list[Known] = []
    for figure in figures or scene.figures[:1]:
        known.append(_known(words, figure, [one.person for one in known], difficulty))
    if chance.random() < difficulty.wrong:
        known += _wrong(words, scene, [one.person for one in known], difficulty)
    chance.shuffle(known)
    return Staged(scene, tuple(known))


def _known(words: Vocabulary, figure: Figure, taken: list[Person], difficulty: Difficulty) -> Known:
    facts = words.chance.randint(*difficulty.facts)
    person = made_person(
        figure.look.noun, figure.look.kind, words, facts=facts, taken=taken, among=difficulty.told
    )
    return Known(Region(figure.look.noun, figure.box, told(person, words)), person, figure)


def _wrong(words: Vocabulary, scene: Scene, taken: list[Person], difficulty: Difficulty) -> Iterator[Known]:
    """An entry about somebody who is not in the picture, at a place where something else is."""
    absent = [noun for noun in NOUNS[Kind.PERSON] + NOUNS[Kind.PET] if not _shows(scene, noun)]
    if not absent:
        return
    noun = words.chance.choice(absent)
    facts = words.chance.randint(*difficulty.facts)
    person = made_person(noun, KIND_OF[noun], words, facts=facts, taken=taken, among=difficulty.told)
    place = _some_place(KIND_OF[noun], scene, difficulty.canvas(scene.side), words.chance)
    region = Region(noun, place, told(person, words), present=False)
    yield Known(region, person, None)


def _shows(scene: Scene, noun: str) -> bool:
    return any(figure.look.noun == noun for figure in scene.figures)


def _some_place(kind: Kind, scene: Scene, canvas: Canvas, chance: Random) -> Box:
    """The place of a figure of another sort, or any that one of this kind could have."""
    return chance.choice(scene.figures).box if chance.random() < 0.5 else some_box(kind, canvas, chance)


def _asked(staged: Staged, words: Vocabulary, difficulty: Difficulty) -> list[Asked]:
    """Questions about a scene, none of them twice; fewer where there are no more."""
    names, weights = list(difficulty.questions), list(difficulty.questions.values())
    asked: dict[str, Asked] = {}
    for _ in range(difficulty.each * _TRIES):
        if len(asked) == difficulty.each:
            break
        one = MAKERS[words.chance.choices(names, weights)[0]](staged, words)
        if one is not None:
            asked.setdefault(one.question, one)
    return list(asked.values())


def _record(staged: Staged, asked: Asked, named: tuple[str, str], *, cites: bool) -> Record:
    return Record(
        id=named[0],
        image=named[1],
        size=(staged.scene.side, staged.scene.side),
        regions=tuple(one.region for one in staged.known),
        task=asked.task,
        citations=cites,
        question=asked.question[0].upper() + asked.question[1:],
        answer=_answer(asked, cites=cites),
        about=asked.about,
        fact=asked.fact,
        kind=asked.kind,
    )


def _answer(asked: Asked, *, cites: bool) -> str:
    """The answer with its citations or without any."""
    if not cites:
        return _MARK.sub("", asked.answer)
    if asked.task is Task.RCID:
        return asked.answer
    return " ".join([asked.answer, *(f"[{k}]" for k in asked.about)])
