"""A scene with what is known about it, and how questions point to its figures and ask for their looks."""

from __future__ import annotations

from dataclasses import dataclass

from training.dataset.record import Region, Task
from training.drawn.facts import BY_NAME, Person, Relation, Wordings, made_person
from training.drawn.look import KIND_OF, Trait, telling
from training.drawn.scene import Figure, Scene
from training.drawn.words import Vocabulary, with_articles

# How each trait is asked for, and told.
TRAITS = {
    Trait.SHIRT: (
        Wordings(("What colour is the shirt of {x}?", "What is the colour of the shirt of {x}?"),
                 ("The shirt of {x} is of what colour?",), ("Of what colour is the shirt of {x}?",)),
        "{t} wears a {v} shirt.",
    ),
    Trait.LEGS: (
        Wordings(("What colour does {x} wear below the shirt?",),
                 ("What is the colour below the shirt of {x}?",),
                 ("Of what colour is what {x} wears below the shirt?",)),
        "{t} wears {v} below the shirt.",
    ),
    Trait.HAT: (
        Wordings(("What is on the head of {x}?", "What hat does {x} wear?"),
                 ("What does {x} wear on the head?",),
                 ("What hat is on the head of {x}?",)),
        "{t} wears a {v}.",
    ),
    Trait.POSE: (
        Wordings(("Is {x} standing or waving?",), ("What is {x} doing, standing or waving?",),
                 ("What does {x} do, standing or waving?",)),
        "{t} is {v}.",
    ),
    Trait.FUR: (
        Wordings(("What colour is {x}?",), ("What is the colour of {x}?",), ("Of what colour is {x}?",)),
        "{t} is {v}.",
    ),
    Trait.COLLAR: (
        Wordings(("What colour is the collar of {x}?",), ("What is the colour of the collar of {x}?",),
                 ("Of what colour is the collar of {x}?",)),
        "{t} has a {v} collar.",
    ),
    Trait.COLOUR: (
        Wordings(("What colour is {x}?",), ("What is the colour of {x}?",), ("Of what colour is {x}?",)),
        "{t} is {v}.",
    ),
    Trait.PATTERN: (
        Wordings(("Is {x} plain, striped or dotted?",), ("What pattern is on {x}, or is it plain?",),
                 ("What pattern does {x} have, or is it plain?",)),
        "{t} is {v}.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A region of the context: who it is about, and the figure there; None for a wrong entry."""

    region: Region
    person: Person
    figure: Figure | None


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """A scene and what is known about it; entries are numbered by their place in `known`, from 1."""

    scene: Scene
    known: tuple[Known, ...]

    @property
    def present(self) -> tuple[tuple[int, Known, Figure], ...]:
        """The entries that are right, with their numbers."""
        numbered = enumerate(self.known, start=1)
        return tuple((k, one, one.figure) for k, one in numbered if one.figure is not None)

    @property
    def strangers(self) -> tuple[Figure, ...]:
        """Those without an entry."""
        known = [one.figure for one in self.known]
        return tuple(figure for figure in self.scene.figures if figure not in known)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its answer without citations, and what it rests on."""

    task: Task
    question: str
    answer: str
    about: tuple[int, ...] = ()
    fact: str = ""
    kind: str = ""


def seen(staged: Staged, figure: Figure, words: Vocabulary) -> str:
    """Words that point to a figure by what is seen, and by its side where its look is not its own."""
    side = staged.scene.position(figure)
    others = [one.look for one in staged.scene.figures if one.look != figure.look]
    phrases = telling(figure.look, others)
    chosen = words.chance.choice(phrases) if phrases else figure.look.whole
    return " ".join(filter(None, ("the", chosen, side)))


def said(person: Person, words: Vocabulary) -> str:
    """Words that point to somebody by what an entry says: the name, or a fact."""
    chosen = words.chance.choice([None, *person.relations])
    return named(person, words) if chosen is None else _described(person, chosen, words)


def named(person: Person, words: Vocabulary) -> str:
    """Words that point to somebody by name."""
    return with_articles(BY_NAME.one(words.wording, words.chance, name=person.name, n=person.noun))


def described(person: Person, words: Vocabulary) -> str:
    """Words that point to somebody by a fact."""
    return _described(person, words.chance.choice(person.relations), words)


def _described(person: Person, relation: Relation, words: Vocabulary) -> str:
    value = person.facts[relation.name]
    return with_articles(relation.refers.one(words.wording, words.chance, n=person.noun, v=value))


def somebody_else(staged: Staged, words: Vocabulary) -> Person:
    """Somebody whom neither picture nor entries know: half the time of a sort that the picture shows."""
    there = {one.look.noun for one in staged.scene.figures} | {one.region.noun for one in staged.known}
    other = [noun for noun in KIND_OF if noun not in there]
    shown = [one.look.noun for one in staged.scene.figures]
    noun = words.chance.choice(shown if words.chance.random() < 0.5 else other)
    return made_person(noun, KIND_OF[noun], words, facts=2, taken=[one.person for one in staged.known])
