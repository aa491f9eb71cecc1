"""The pool of written contexts: invented texts by class and split, of which photos' entries are taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from generation.folding import folded, word_set
from generation.terms import terms
from training.building import prompts
from training.building.nouns import Kind, kind_of
from training.building.replies import Steps, text_in
from training.building.rules import BrokenRuleError, Rule, says
from training.dataset.folder import Split

STEP = "context"
# What a text of each kind can tell; each gets four of them, so that others are left to ask for in vain.
_TOPICS = {
    Kind.PERSON: (
        "age", "work", "home town", "a hobby", "family", "school", "a favourite dish", "a journey",
        "an instrument", "a fear", "a pet", "a plan", "a prize", "a language", "a sport",
    ),
    Kind.ANIMAL: (
        "age", "who owns it", "where it was born", "a favourite game", "a favourite food", "a fear",
        "a friend", "a trick", "a visit to the vet", "where it sleeps", "how it came to its home",
        "an adventure",
    ),
    Kind.THING: (
        "who owns it", "when it was bought", "where it was bought", "its price", "who made it", "a repair",
        "a former owner", "where it is kept", "what it is used for", "how old it is", "a story about it",
    ),
}  # fmt: skip
_STARTS = word_set(
    "Ab Ad Al An Ar Be Bi Bo Br Ca Ce Cl Co Da De Do Ed El Em Fa Fl Fr Ga Ge Gr Ha He Hu Id In Is Ja Je Jo"
    " Ka Ke Ki La Le Li Lo Lu Ma Me Mi Mo Na Ne No Ol Or Pa Pe Ph Qu Ra Re Ro Ru Sa Se Si So St Ta Te Th To"
    " Tr Ul Va Ve Vi Wa We Wi Ya Yo Za Ze"
)
_LOOKS = word_set(
    "wears wearing wore dressed shirt t-shirt dress jacket coat hat jeans trousers skirt sweater hair haired"
    " blonde brunette bearded beard glasses red blue green yellow orange purple pink black white brown grey"
    " gray striped spotted fur furry tall photo picture image"
)
_WORD = re.compile(r"(?<![\w-])[a-z][a-z-]*")  # a capital begins a name, as Brown
_LEAST, _MOST = 15, 160  # words
_FACTS = 4
_PARTS = 10


@dataclass(frozen=True, slots=True)
class Document:
    """An invented text about somebody or something of a class."""

    noun: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that is asked for."""

    split: Split
    noun: str
    start: str  # of the name: those of one split begin as those of no other
    prompt: str


def wanted(split: Split, noun: str, chance: Random) -> Wanted:
    """A document with a name and topics by chance."""
    start = chance.choice(_starts(split))
    prompt = prompts.CONTEXT.format(
        noun=noun,
        start=start,
        sentences=chance.randint(3, 5),
        topics=", ".join(chance.sample(_TOPICS[kind_of(noun)], _FACTS)),
    )
    return Wanted(split, noun, start, prompt)


def write_context(steps: Steps, one: Wanted) -> Document | None:
    """One document; None where the model gives none that keeps to the rules."""

    def read(form: Mapping[str, object]) -> Document:
        name, text = text_in(form, "name"), text_in(form, "text")
        if not folded(name).startswith(folded(one.start)):
            raise BrokenRuleError(Rule.NAME_START, f"a name that begins with '{one.start}'")
        if not says(text, name) or not terms(name):
            raise BrokenRuleError(Rule.NAME_MISSING, f"the name '{name[:50]}' in the text")
        if not _LEAST <= len(text.split()) <= _MOST:
            raise BrokenRuleError(Rule.LENGTH, f"{_LEAST} to {_MOST} words")
        looks = sorted(_LOOKS.intersection(_WORD.findall(text)))
        if looks:
            raise BrokenRuleError(Rule.LOOKS_TOLD, f"nothing of looks, but got '{looks[0]}'")
        return Document(one.noun, name, text)

    return steps.ask(STEP, one.prompt, read)


def apart(
    steps: Steps, written: Iterable[tuple[Wanted, Document | None]]
) -> dict[tuple[Split, str], list[Document]]:
    """The pool by split and noun, without documents that are told twice."""
    texts: set[str] = set()
    pool: dict[tuple[Split, str], list[Document]] = {}
    for one, document in written:
        if document is None:
            continue
        if folded(document.text) in texts:
            steps.reject(STEP, Rule.TOLD_TWICE)
            continue
        texts.add(folded(document.text))
        pool.setdefault((one.split, one.noun), []).append(document)
    return pool


def _starts(split: Split) -> list[str]:
    """The beginnings of names of a split, a tenth of them for each that is held out."""
    places = {Split.VALIDATION: (0,), Split.TEST: (1,), Split.TRAIN: range(2, _PARTS)}[split]
    return [start for place, start in enumerate(sorted(_STARTS)) if place % _PARTS in places]
