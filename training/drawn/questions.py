"""Questions about a drawn scene with their exact answers, for every task."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from training.dataset.record import Task
from training.drawn import practice
from training.drawn.facts import Wordings, relations_of
from training.drawn.look import KIND_OF, TRAITS_OF, Trait
from training.drawn.scene import Figure
from training.drawn.staged import TRAITS, Asked, Staged, said, seen, somebody_else
from training.drawn.words import Vocabulary, with_articles

_DESCRIBE = Wordings(
    ("Describe the image.", "What is in the image?"),
    ("Describe this image.",),
    ("Describe what is in the image.",),
)

Maker = Callable[[Staged, Vocabulary], Asked | None]


def visual_to_context(staged: Staged, words: Vocabulary) -> Asked | None:
    """The fact of an entry about somebody who is pointed to by looks."""
    k, known, figure = words.chance.choice(staged.present)
    relation = words.chance.choice(known.person.relations)
    value = known.person.facts[relation.name]
    question = relation.asks.one(words.wording, words.chance, x=seen(staged, figure, words))
    answer = with_articles(relation.answer.format(t=known.person.sort, v=value))
    return Asked(Task.V2C, question, answer, (k,), value, _difficulty(staged, figure))


def context_to_visual(staged: Staged, words: Vocabulary) -> Asked | None:
    """How somebody looks who is pointed to by an entry."""
    k, known, figure = words.chance.choice(staged.present)
    trait = words.chance.choice(figure.look.traits)
    value = figure.look.value(trait)
    question = _trait_question(trait, said(known.person, words), words)
    answer = with_articles(TRAITS[trait][1].format(t=known.person.sort, v=value))
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
    question = relation.asks.one(words.wording, words.chance, x=seen(staged, figure, words))
    missing = relation.missing.format(t=known.person.sort.lower())
    answer = f"Cannot be answered. The description does not say {missing}."
    return Asked(Task.UNANSWERABLE_V2C, question, answer, kind="not_said")


def unanswerable_from_picture(staged: Staged, words: Vocabulary) -> Asked | None:
    """About somebody who is not in the picture: of a wrong entry, or of none."""
    wrong = [one.person for one in staged.known if one.figure is None]
    if wrong and words.chance.random() < 0.7:
        person, kind = words.chance.choice(wrong), "wrong_entry"
    else:
        person = somebody_else(staged, words)
        there = any(one.look.noun == person.noun for one in staged.scene.figures)
        kind = "no_entry" if there else "other_sort"
    trait, pointed = words.chance.choice(TRAITS_OF[KIND_OF[person.noun]]), said(person, words)
    question = _trait_question(trait, pointed, words)
    if kind == "wrong_entry":
        answer = f"{person.sort} is not in the image."
    else:  # of a name alone nobody can tell the sort
        asked_for = person.name if pointed == person.name else f"this {person.noun}"
        answer = f"There is no information about {asked_for}, so it is not possible to answer."
    return Asked(Task.UNANSWERABLE_C2V, question, answer, kind=kind)


def description(staged: Staged, words: Vocabulary) -> Asked | None:
    """Everybody in the picture with what is known, cited."""
    clauses = []
    for k, known, figure in sorted(staged.present, key=lambda one: one[2].box.centre):
        relation = known.person.relations[0]
        fact = relation.refers.train[0].format(n=figure.look.noun, v=known.person.facts[relation.name])
        clauses.append(f"{known.person.name}, {with_articles(fact)} [{k}], is {seen(staged, figure, words)}.")
    others = [f"There is also {seen(staged, figure, words)}." for figure in staged.strangers]
    place = f"The place is a {staged.scene.place}."
    question = _DESCRIBE.one(words.wording, words.chance)
    about = tuple(k for k, _, _ in sorted(staged.present, key=lambda one: one[2].box.centre))
    return Asked(Task.RCID, question, " ".join([*clauses, *others, place]), about)


MAKERS: Mapping[str, Maker] = {
    "v2c": visual_to_context,
    "c2v": context_to_visual,
    "unanswerable_v2c": unanswerable_from_context,
    "unanswerable_c2v": unanswerable_from_picture,
    "rcid": description,
    "recite_entry": practice.recite_entry,
    "read_entry": practice.read_entry,
    "side_of_entry": practice.side_of_entry,
    "side_of_figure": practice.side_of_figure,
    "sides_by_colour": practice.sides_by_colour,
    "sides_by_looks": practice.sides_by_looks,
    "see_place": practice.see_place,
    "trait_of_entry": practice.trait_of_entry,
    "box_of_entry": practice.box_of_entry,
    "entry_at": practice.entry_at,
    "find_entry": practice.find_entry,
    "entries_by_colour": practice.entries_by_colour,
    "entries_by_looks": practice.entries_by_looks,
    "named_entry": practice.named_entry,
    "told_entry": practice.told_entry,
    "untold_entry": practice.untold_entry,
    "entry_there": practice.entry_there,
    "where": practice.where,
}


def _stranger(staged: Staged, words: Vocabulary) -> Asked:
    figure = words.chance.choice(staged.strangers)
    relation = words.chance.choice(relations_of(figure.look.kind))
    question = relation.asks.one(words.wording, words.chance, x=seen(staged, figure, words))
    answer = f"Cannot be answered. There is no information about this {figure.look.noun}."
    return Asked(Task.UNANSWERABLE_V2C, question, answer, kind="stranger")


def _trait_question(trait: Trait, pointed: str, words: Vocabulary) -> str:
    return TRAITS[trait][0].one(words.wording, words.chance, x=pointed)


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
