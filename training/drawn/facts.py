"""What texts of the drawn world say: relations, and ways to state them, to ask for them, to refer by them.

Every split has wordings of its own. `{s}` and `{h}` are "she" and "her" at the start of a sentence, `{t}` is
"the woman", `{x}` an expression that points to somebody, `{n}` a noun, `{v}` the value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from training.dataset.folder import Split
from training.drawn.look import Kind
from training.drawn.words import Vocabulary, with_articles


@dataclass(frozen=True, slots=True)
class Wordings:
    """Ways to say one thing, by split; no split has those of another."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def of(self, split: Split) -> tuple[str, ...]:
        """The wordings of a split."""
        match split:
            case Split.TRAIN:
                return self.train
            case Split.VALIDATION:
                return self.validation
            case Split.TEST:
                return self.test

    def one(self, split: Split, chance: Random, **values: str) -> str:
        """One of the wordings of a split, filled in."""
        return chance.choice(self.of(split)).format(**values)


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """One sort of fact."""

    name: str
    kinds: tuple[Kind, ...]
    value: Callable[[Vocabulary], str]
    states: Wordings
    asks: Wordings
    refers: Wordings
    answer: str
    missing: str  # what a description does not say


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Whom or what a text is about."""

    noun: str
    name: str
    facts: Mapping[str, str]  # by the relation's name

    @property
    def sort(self) -> str:
        """ "The woman", as answers begin."""
        return f"The {self.noun}"

    @property
    def relations(self) -> list[Relation]:
        """What is told, in the order of `RELATIONS`."""
        return [relation for relation in RELATIONS if relation.name in self.facts]


def _wordings(*wordings: str) -> Wordings:
    """The last two are for validation and test."""
    return Wordings(wordings[:-2], wordings[-2:-1], wordings[-1:])


RELATIONS = (
    Relation(
        "job",
        (Kind.PERSON,),
        Vocabulary.job,
        _wordings("{s} works as a {v}.", "{s} has the job of a {v}.", "{h} job is that of a {v}.",
                  "{h} work is that of a {v}.", "{s} has work as a {v}."),
        _wordings("What is the job of {x}?", "What does {x} work as?", "As what does {x} work?",
                  "What job does {x} have?"),
        _wordings("the {n} who works as a {v}", "the {n} with the job of a {v}",
                  "the {n} who has work as a {v}"),
        "{t} works as a {v}.",
        "what job {t} has",
    ),
    Relation(
        "birth",
        (Kind.PERSON, Kind.PET),
        Vocabulary.day,
        _wordings("{s} was born on {v}.", "{h} birthday is {v}.", "{s} was born on the day {v}.",
                  "{h} day is {v}."),
        _wordings("When was {x} born?", "What is the birthday of {x}?", "On what day was {x} born?",
                  "What is the day when {x} was born?"),
        _wordings("the {n} born on {v}", "the {n} whose birthday is {v}", "the {n} born on the day {v}"),
        "{t} was born on {v}.",
        "when {t} was born",
    ),
    Relation(
        "home",
        (Kind.PERSON, Kind.PET),
        Vocabulary.town,
        _wordings("{s} lives in {v}.", "{h} home is in {v}.", "{s} has a home in {v}.",
                  "{s} lives in the town of {v}."),
        _wordings("Where does {x} live?", "In what town does {x} live?", "Where is the home of {x}?",
                  "In what town is the home of {x}?"),
        _wordings("the {n} living in {v}", "the {n} whose home is in {v}", "the {n} with a home in {v}"),
        "{t} lives in {v}.",
        "where {t} lives",
    ),
    Relation(
        "hobby",
        (Kind.PERSON,),
        Vocabulary.hobby,
        _wordings("{s} likes {v}.", "{h} hobby is {v}.", "{s} has {v} as a hobby.",
                  "{s} has the hobby of {v}."),
        _wordings("What is the hobby of {x}?", "What does {x} like?", "What hobby does {x} have?",
                  "What does {x} have as a hobby?"),
        _wordings("the {n} who likes {v}", "the {n} whose hobby is {v}", "the {n} with the hobby of {v}"),
        "{t} likes {v}.",
        "what hobby {t} has",
    ),
    Relation(
        "food",
        (Kind.PERSON, Kind.PET),
        Vocabulary.dish,
        _wordings("{s} eats {v}.", "{h} food is {v}.", "{s} has {v} as food.", "{s} eats {v} at home."),
        _wordings("What does {x} eat?", "What is the food of {x}?", "What food does {x} have?",
                  "What does {x} have as food?"),
        _wordings("the {n} eating {v}", "the {n} whose food is {v}", "the {n} with {v} as food"),
        "{t} eats {v}.",
        "what {t} eats",
    ),
    Relation(
        "owner",
        (Kind.PET, Kind.THING),
        Vocabulary.full_name,
        _wordings("{s} belongs to {v}.", "{h} owner is {v}.", "{s} has {v} as owner.",
                  "{s} belongs to the owner {v}."),
        _wordings("Who is the owner of {x}?", "To whom does {x} belong?", "Whom does {x} have as owner?",
                  "To what owner does {x} belong?"),
        _wordings("the {n} that belongs to {v}", "the {n} whose owner is {v}", "the {n} with {v} as owner"),
        "{t} belongs to {v}.",
        "who is the owner of {t}",
    ),
    Relation(
        "origin",
        (Kind.THING,),
        Vocabulary.town,
        _wordings("{s} was made in {v}.", "{s} is from {v}.", "{s} was made in the town of {v}.",
                  "{s} is from the town of {v}."),
        _wordings("Where was {x} made?", "In what town was {x} made?", "What is the town where {x} was made?",
                  "Where is the town in which {x} was made?"),
        _wordings("the {n} that was made in {v}", "the {n} from {v}", "the {n} made in the town of {v}"),
        "{t} was made in {v}.",
        "where {t} was made",
    ),
    Relation(
        "price",
        (Kind.THING,),
        Vocabulary.price,
        _wordings("{s} cost {v}.", "{h} price was {v}.", "{s} had a price of {v}.",
                  "{s} cost the owner {v}."),
        _wordings("What did {x} cost?", "What was the price of {x}?", "What price did {x} have?",
                  "What did {x} cost the owner?"),
        _wordings("the {n} that cost {v}", "the {n} whose price was {v}", "the {n} with the price of {v}"),
        "{t} cost {v}.",
        "what {t} cost",
    ),
)  # fmt: skip
_NAMED = Wordings(
    ("{name} is a {n}.", "This {n} is {name}."),
    ("The name of this {n} is {name}.",),
    ("This is {name}, a {n}.",),
)
BY_NAME = Wordings(("{name}", "the {n} named {name}"), ("the {n} {name}",), ("the {n} with the name {name}",))
_PRONOUNS = {"man": ("He", "His"), "boy": ("He", "His"), "woman": ("She", "Her"), "girl": ("She", "Her")}
_NEUTER = ("It", "Its")


def relations_of(kind: Kind) -> tuple[Relation, ...]:
    """What can be told about a kind of figure."""
    return tuple(relation for relation in RELATIONS if kind in relation.kinds)


def made_person(
    noun: str,
    kind: Kind,
    words: Vocabulary,
    *,
    facts: int,
    taken: Sequence[Person],
    among: Collection[str] = (),
) -> Person:
    """Somebody with a name and so many facts; no value is in one of somebody in `taken`, nor holds one.

    Facts are of the sorts `among`, where there are such of this kind. The same is told as of somebody of that
    noun in `taken`: which fact is asked for does not say whose it is.
    """
    rival = next((other for other in taken if other.noun == noun), None)
    if rival is None:
        every = relations_of(kind)
        some = tuple(relation for relation in every if relation.name in among) or every
        chosen = words.chance.sample(some, min(facts, len(some)))
    else:
        chosen = rival.relations
    used = {value for other in taken for value in (other.name, *other.facts.values())}

    def fresh(make: Callable[[Vocabulary], str]) -> str:
        value = make(words)
        while any(value in other or other in value for other in used):
            value = make(words)
        used.add(value)
        return value

    name = fresh(Vocabulary.full_name if kind is Kind.PERSON else Vocabulary.first_name)
    return Person(noun, name, {relation.name: fresh(relation.value) for relation in chosen})


def told(person: Person, words: Vocabulary) -> str:
    """The text of an entry: the name, then the facts."""
    split, chance = words.wording, words.chance
    subject, owner = _PRONOUNS.get(person.noun, _NEUTER)
    sentences = [
        relation.states.one(split, chance, s=subject, h=owner, v=person.facts[relation.name])
        for relation in person.relations
    ]
    chance.shuffle(sentences)
    named = _NAMED.one(split, chance, name=person.name, n=person.noun)
    return with_articles(" ".join([named, *sentences]))
