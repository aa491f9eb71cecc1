"""What a figure of the drawn world looks like, and how it is told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from training.drawn.words import COLOURS, HATS, PATTERNS, Vocabulary


class Kind(StrEnum):
    """The three kinds of figures; each has its own traits."""

    PERSON = "person"
    PET = "pet"
    THING = "thing"


NOUNS = {
    Kind.PERSON: ("man", "woman", "boy", "girl"),
    Kind.PET: ("dog", "cat", "rabbit", "bird"),
    Kind.THING: ("mug", "lamp", "ball", "book", "umbrella", "car", "vase", "chair"),
}
KIND_OF = {noun: kind for kind, nouns in NOUNS.items() for noun in nouns}


class Trait(StrEnum):
    """What can be asked about how a figure looks."""

    SHIRT = "shirt"
    LEGS = "legs"  # trousers, or a skirt
    HAT = "hat"
    POSE = "pose"
    FUR = "fur"
    COLLAR = "collar"
    COLOUR = "colour"
    PATTERN = "pattern"


TRAITS_OF = {
    Kind.PERSON: (Trait.SHIRT, Trait.LEGS, Trait.HAT, Trait.POSE),
    Kind.PET: (Trait.FUR, Trait.COLLAR),
    Kind.THING: (Trait.COLOUR, Trait.PATTERN),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a figure looks. Two figures of the same look can only be told apart by where they are."""

    noun: str
    main: str  # colour of shirt, fur or thing
    second: str  # colour of trousers, skirt or collar; the pattern of a thing
    hat: str = ""  # such as "red cap"; empty for a bare head
    waving: bool = False

    @classmethod
    def made(cls, noun: str, words: Vocabulary) -> Look:
        """A look of the split that `words` is for: its combination of traits occurs in no other."""
        return words.own(lambda: _look(noun, words), lambda look: look.combination)

    @property
    def kind(self) -> Kind:
        """What sort of figure it is."""
        return KIND_OF[self.noun]

    @property
    def traits(self) -> tuple[Trait, ...]:
        """What can be asked about it."""
        return TRAITS_OF[self.kind]

    @property
    def combination(self) -> str:
        """Everything that is visible, as one text."""
        return f"{self.noun}/{self.main}/{self.second}/{self.hat}/{self.waving}"

    @property
    def legs(self) -> str:
        """What a person wears below."""
        return "skirt" if self.noun in ("woman", "girl") else "trousers"

    @property
    def whole(self) -> str:
        """Everything that is visible, as a phrase without an article; no other look has it."""
        match self.kind:
            case Kind.PERSON:
                hat = f"with the {self.hat}" if self.hat else "without a hat"
                pose = self.value(Trait.POSE)
                return f"{pose} {self.noun} in the {self.main} shirt and {self.second} {self.legs} {hat}"
            case Kind.PET:
                return f"{self.main} {self.noun} with the {self.second} collar"
            case Kind.THING:
                return f"{self.second} {self.main} {self.noun}"

    def value(self, trait: Trait) -> str:
        """What a trait is."""
        match trait:
            case Trait.SHIRT | Trait.FUR | Trait.COLOUR:
                return self.main
            case Trait.LEGS | Trait.COLLAR | Trait.PATTERN:
                return self.second
            case Trait.HAT:
                return self.hat or "no hat"
            case Trait.POSE:
                return "waving" if self.waving else "standing"

    def phrases(self) -> tuple[str, ...]:
        """Ways to speak of it by what is seen, without an article; each says one trait."""
        match self.kind:
            case Kind.PERSON:
                hat = f"{self.noun} with the {self.hat}" if self.hat else f"{self.noun} without a hat"
                clothes = (
                    f"{self.noun} in the {self.main} shirt",
                    f"{self.noun} in the {self.second} {self.legs}",
                )
                return (*clothes, hat, f"{self.noun} who is {self.value(Trait.POSE)}")
            case Kind.PET:
                return (f"{self.main} {self.noun}", f"{self.noun} with the {self.second} collar")
            case Kind.THING:
                return (f"{self.main} {self.noun}", f"{self.second} {self.noun}")


def _look(noun: str, words: Vocabulary) -> Look:
    colours, chance = list(COLOURS), words.chance
    match KIND_OF[noun]:
        case Kind.PERSON:
            hat = f"{chance.choice(colours)} {chance.choice(HATS)}" if chance.random() < 0.5 else ""
            main, second = chance.sample(colours, 2)
            return Look(noun, main, second, hat, waving=chance.random() < 0.3)
        case Kind.PET:
            main, second = chance.sample(colours, 2)
            return Look(noun, main, second)
        case Kind.THING:
            return Look(noun, chance.choice(colours), chance.choice(PATTERNS))


def telling(look: Look, others: Sequence[Look]) -> tuple[str, ...]:
    """Phrases that are true of this look and of none of the others; the noun alone where that is enough.

    >>> telling(Look("dog", "red", "blue"), [Look("dog", "red", "green"), Look("cat", "red", "blue")])
    ('dog with the blue collar',)
    """
    taken = {phrase for other in others for phrase in other.phrases()}
    phrases = tuple(phrase for phrase in look.phrases() if phrase not in taken)
    return phrases if any(other.noun == look.noun for other in others) else (look.noun, *phrases)
