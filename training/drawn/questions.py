"""Questions about a drawn scene with their exact answers, for every task."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generation.family import Family
from training.dataset.record import Region, Task
from training.drawn.facts import BY_NAME, RELATIONS, Person, Wordings, made_person, relations_of
from training.drawn.look import KIND_OF, TRAITS_OF, Trait, telling
from training.drawn.scene import Figure, Scene
from training.drawn.words import Vocabulary

_TRAITS = {
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
_DESCRIBE = Wordings(
    ("Describe the image.", "What is in the image?"),
    ("Describe this image.",),
    ("Describe what is in the image.",),
)
_READ = Wordings(
    ("What does entry {k} say of {p}?",),
    ("What is in entry {k} of {p}?",),
    ("Of {p}, what does entry {k} say?",),
)
_SEE = Wordings(
    ("What is at the place of entry {k}?",),
    ("What is there at entry {k}?",),
    ("At the place of entry {k}, what is there?",),
)
_FIND = Wordings(("Which entry is {x}?",), ("What entry is {x}?",), ("{x} is which entry?",))
_WHERE = Wordings(
    ("Where is {x} in the image?",), ("At what place is {x} in the image?",), ("In the image, where is {x}?",)
)
_ARTICLE = re.compile(r"\ba(?= orange)")


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


Maker = Callable[[Staged, Vocabulary], Asked | None]


def visual_to_context(staged: Staged, words: Vocabulary) -> Asked | None:
    """The fact of an entry about somebody who is pointed to by looks."""
    k, known, figure = words.chance.choice(staged.present)
    relation = words.chance.choice([one for one in RELATIONS if one.name in known.person.facts])
    value = known.person.facts[relation.name]
    question = relation.asks.one(words.split, words.chance, x=_seen(staged, figure, words))
    answer = relation.answer.format(t=known.person.sort, v=value)
    return Asked(Task.V2C, question, answer, (k,), value, _difficulty(staged, figure))


def context_to_visual(staged: Staged, words: Vocabulary) -> Asked | None:
    """How somebody looks who is pointed to by an entry."""
    k, known, figure = words.chance.choice(staged.present)
    trait = words.chance.choice(figure.look.traits)
    value = figure.look.value(trait)
    question = _trait_question(trait, _said(known.person, words), words)
    answer = _ARTICLE.sub("an", _TRAITS[trait][1].format(t=known.person.sort, v=value))
    answer = answer.replace("a no hat", "no hat")
    return Asked(Task.C2V, question, answer, (k,), value, _visual_difficulty(staged, figure, trait))


def unanswerable_from_context(staged: Staged, words: Vocabulary) -> Asked | None:
    """Something that the entry does not say, or somebody whom no entry is about."""
    if staged.strangers and words.chance.random() < 0.4:
        return _stranger(staged, words)
    _, known, figure = words.chance.choice(staged.present)
    absent = [one for one in relations_of(figure.look.kind) if one.name not in known.person.facts]
    if not absent:
        return None
    relation = words.chance.choice(absent)
    question = relation.asks.one(words.split, words.chance, x=_seen(staged, figure, words))
    missing = relation.missing.format(t=known.person.sort.lower())
    answer = f"Cannot be answered. The description does not say {missing}."
    return Asked(Task.UNANSWERABLE_V2C, question, answer, kind="not_said")


def unanswerable_from_picture(staged: Staged, words: Vocabulary) -> Asked | None:
    """About somebody who is not in the picture: of a wrong entry, or of none."""
    wrong = [one.person for one in staged.known if one.figure is None]
    if wrong and words.chance.random() < 0.7:
        person, kind = words.chance.choice(wrong), "wrong_entry"
        answer = f"{person.sort} is not in the image."
    else:
        person, kind = _elsewhere(staged, words), "no_entry"
        answer = f"There is no information about this {person.noun}, so it is not possible to answer."
    trait = words.chance.choice(TRAITS_OF[KIND_OF[person.noun]])
    question = _trait_question(trait, _said(person, words), words)
    return Asked(Task.UNANSWERABLE_C2V, question, answer, kind=kind)


def description(staged: Staged, words: Vocabulary) -> Asked | None:
    """Everybody in the picture with what is known, cited."""
    clauses = []
    for k, known, figure in sorted(staged.present, key=lambda one: one[2].box.centre):
        relation = next(one for one in RELATIONS if one.name in known.person.facts)
        fact = relation.refers.train[0].format(n=figure.look.noun, v=known.person.facts[relation.name])
        clauses.append(f"{known.person.name}, {fact} [{k}], is {_seen(staged, figure, words)}.")
    others = [f"There is also {_seen(staged, figure, words)}." for figure in staged.strangers]
    place = f"The place is a {staged.scene.place}."
    question = _DESCRIBE.one(words.split, words.chance)
    about = tuple(k for k, _, _ in sorted(staged.present, key=lambda one: one[2].box.centre))
    return Asked(Task.RCID, question, " ".join([*clauses, *others, place]), about)


def read_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """Practice: a fact copied from an entry that is named by its number."""
    k, known, _ = words.chance.choice(staged.present)
    relation = words.chance.choice([one for one in RELATIONS if one.name in known.person.facts])
    value = known.person.facts[relation.name]
    question = _READ.one(words.split, words.chance, k=str(k), p=relation.name)
    return Asked(Task.PRACTICE, question, f"{value}.", (k,), value, "read_entry")


def see_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """Practice: what is seen at the place of an entry."""
    k, _, figure = words.chance.choice(staged.present)
    seen = words.chance.choice(figure.look.phrases())
    question = _SEE.one(words.split, words.chance, k=str(k))
    return Asked(Task.PRACTICE, question, f"{seen}.", (k,), seen, "see_entry")


def trait_of_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """Practice: one trait of what is at the place of an entry."""
    k, _, figure = words.chance.choice(staged.present)
    trait = words.chance.choice(figure.look.traits)
    value = figure.look.value(trait)
    question = _trait_question(trait, f"entry {k}", words)
    return Asked(Task.PRACTICE, question, f"{value}.", (k,), value, "trait_of_entry")


def find_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """Practice: which entry is about somebody who is pointed to by looks."""
    k, _, figure = words.chance.choice(staged.present)
    question = _FIND.one(words.split, words.chance, x=_seen(staged, figure, words))
    return Asked(Task.PRACTICE, question, f"entry {k}.", (k,), f"entry {k}", "find_entry")


def where(staged: Staged, words: Vocabulary) -> Asked | None:
    """Practice: the box of somebody who is pointed to by looks, in thousandths as Qwen2-VL counts."""
    figure = words.chance.choice(staged.scene.figures)
    side = (staged.scene.side, staged.scene.side)
    place = Family.QWEN2_VL.place(figure.box, side, side)
    question = _WHERE.one(words.split, words.chance, x=_seen(staged, figure, words))
    return Asked(Task.PRACTICE, question, place, (), place, "where")


MAKERS: Mapping[str, Maker] = {
    "v2c": visual_to_context,
    "c2v": context_to_visual,
    "unanswerable_v2c": unanswerable_from_context,
    "unanswerable_c2v": unanswerable_from_picture,
    "rcid": description,
    "read_entry": read_entry,
    "see_entry": see_entry,
    "trait_of_entry": trait_of_entry,
    "find_entry": find_entry,
    "where": where,
}


def _stranger(staged: Staged, words: Vocabulary) -> Asked:
    figure = words.chance.choice(staged.strangers)
    relation = words.chance.choice(relations_of(figure.look.kind))
    question = relation.asks.one(words.split, words.chance, x=_seen(staged, figure, words))
    answer = f"Cannot be answered. There is no information about this {figure.look.noun}."
    return Asked(Task.UNANSWERABLE_V2C, question, answer, kind="stranger")


def _elsewhere(staged: Staged, words: Vocabulary) -> Person:
    """Somebody of whom neither the picture nor an entry knows, of a sort that the picture shows."""
    figure = words.chance.choice(staged.scene.figures)
    look = figure.look
    return made_person(look.noun, look.kind, words, facts=2, taken=[one.person for one in staged.known])


def _trait_question(trait: Trait, pointed: str, words: Vocabulary) -> str:
    return _TRAITS[trait][0].one(words.split, words.chance, x=pointed)


def _seen(staged: Staged, figure: Figure, words: Vocabulary) -> str:
    """Words that point to a figure by what is seen, and by its side where its look is not its own."""
    side = staged.scene.position(figure)
    others = [one.look for one in staged.scene.figures if one.look != figure.look]
    phrases = telling(figure.look, others)
    chosen = words.chance.choice(phrases) if phrases else figure.look.whole
    return " ".join(filter(None, ("the", chosen, side)))


def _said(person: Person, words: Vocabulary) -> str:
    """Words that point to somebody by what an entry says: the name, or a fact."""
    known = [relation for relation in RELATIONS if relation.name in person.facts]
    chosen = words.chance.choice([None, *known])
    if chosen is None:
        return BY_NAME.one(words.split, words.chance, name=person.name, n=person.noun)
    value = person.facts[chosen.name]
    return chosen.refers.one(words.split, words.chance, n=person.noun, v=value)


def _visual_difficulty(staged: Staged, figure: Figure, trait: Trait) -> str:
    """Whether the noun of an entry decides, or another figure of the same noun looks otherwise."""
    alike = [one.look for one in staged.scene.figures if one.look.noun == figure.look.noun]
    return "same_noun" if len({look.value(trait) for look in alike}) > 1 else "noun_decides"


def _difficulty(staged: Staged, figure: Figure) -> str:
    """What it takes to find the entry of a figure: its noun, also its looks, or only its place."""
    if staged.scene.position(figure):
        return "look_alike"
    rivals = [one for one in staged.known if one.region.noun == figure.look.noun]
    return "same_noun" if len(rivals) > 1 else "noun_decides"
