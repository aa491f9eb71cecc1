"""Practice for models that start from nothing: reading an entry, seeing what is at a place.

It is worded alike in every split: it teaches to read and to see, not to understand questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from generation.family import Family
from training.dataset.record import Task
from training.drawn.facts import relations_of
from training.drawn.scene import Figure
from training.drawn.staged import TRAITS, Asked, Known, Staged, described, named, said, seen, somebody_else
from training.drawn.words import Vocabulary

_One = TypeVar("_One")

# Words behind others are other tokens than words that begin an answer: what is copied stands behind some.
_SAYS, _IS = "It says: {v}", "It is {v}."
_RECITE = "What does entry {k} say?"
_READ = "What does entry {k} say of {p}?"
_SIDE, _SIDES = "On what side is {x}?", "On what side are {x} and {y}?"
_ENTRIES = "Which entries are {x} and {y}?"
_SEE_PLACE = "What is at {b} in the image?"
_FIND = "Which entry is {x}?"
_WHERE = "Where is {x} in the image?"
_THERE = "Is entry {k} in the image?"
_NO_ENTRY, _SAYS_NOTHING = "It is no entry.", "It does not say."
_NONE = 0.25  # of the questions that can have it, how many have none as the answer


def recite_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """All that an entry says."""
    k, known, _ = words.chance.choice(staged.present)
    text = known.region.text
    return Asked(Task.PRACTICE, _RECITE.format(k=k), _SAYS.format(v=text), (k,), text, "recite_entry")


def read_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """The name or a fact copied from an entry that is named by its number, or that it does not say that."""
    k, known, figure = words.chance.choice(staged.present)
    absent = [one.name for one in relations_of(figure.look.kind) if one.name not in known.person.facts]
    if absent and words.chance.random() < _NONE:
        question = _READ.format(k=k, p=words.chance.choice(absent))
        return Asked(Task.PRACTICE, question, _SAYS_NOTHING, (), "does not say", "read_entry")
    facts = {"name": known.person.name, **known.person.facts}
    relation = words.chance.choice(list(facts))
    question = _READ.format(k=k, p=relation)
    return Asked(Task.PRACTICE, question, _IS.format(v=facts[relation]), (k,), facts[relation], "read_entry")


def side_of_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """In which half of the picture an entry stands: what makes a place of the numbers of a box."""
    k, _, figure = words.chance.choice(staged.present)
    side = _side(staged, figure)
    return Asked(Task.PRACTICE, _SIDE.format(x=f"entry {k}"), _IS.format(v=side), (k,), side, "side_of_entry")


def side_of_figure(staged: Staged, words: Vocabulary) -> Asked | None:
    """In which half of the picture somebody stands who is pointed to by looks."""
    figure = _unboxed(staged, words)
    side = _side(staged, figure)
    question = _SIDE.format(x=seen(staged, figure, words))
    return Asked(Task.PRACTICE, question, _IS.format(v=side), (), side, "side_of_figure")


def sides_by_colour(staged: Staged, words: Vocabulary) -> Asked | None:
    """In which halves two stand, the side right behind the word of each one's colour.

    So red can be looked for from where "red" is said. Where only the side is answered, the colour has to be
    carried there first, of which no part is worth anything without the others.
    """
    one, other = _pair(staged.scene.figures, words)
    if one.look.main == other.look.main:
        return None
    return _sides(staged, [(figure.look.main, figure) for figure in (one, other)], "sides_by_colour")


def sides_by_looks(staged: Staged, words: Vocabulary) -> Asked | None:
    """The same of two who are pointed to by any of their looks."""
    one, other = _pair(staged.scene.figures, words)
    if one.look == other.look:
        return None
    pointed = [(seen(staged, figure, words), figure) for figure in (one, other)]
    return _sides(staged, pointed, "sides_by_looks")


def entries_by_colour(staged: Staged, words: Vocabulary) -> Asked | None:
    """Which entries are about two, the number right behind the word of each one's colour."""
    (one, _, first), (other, _, second) = _pair(staged.present, words)
    if first.look.main == second.look.main:
        return None
    return _entries([(first.look.main, one), (second.look.main, other)], "entries_by_colour")


def entries_by_looks(staged: Staged, words: Vocabulary) -> Asked | None:
    """The same of two who are pointed to by any of their looks."""
    (one, _, first), (other, _, second) = _pair(staged.present, words)
    if first.look == second.look:
        return None
    pointed = [(seen(staged, first, words), one), (seen(staged, second, words), other)]
    return _entries(pointed, "entries_by_looks")


def see_place(staged: Staged, words: Vocabulary) -> Asked | None:
    """All that is seen in a box, in thousandths as `where`."""
    figure = words.chance.choice(staged.scene.figures)
    question, whole = _SEE_PLACE.format(b=_place(staged, figure)), figure.look.whole
    return Asked(Task.PRACTICE, question, _IS.format(v=f"the {whole}"), (), whole, "see_place")


def trait_of_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """One trait of what is at the place of an entry."""
    k, _, figure = words.chance.choice(staged.present)
    trait = words.chance.choice(figure.look.traits)
    value = figure.look.value(trait)
    question = TRAITS[trait][0].train[0].format(x=f"entry {k}")
    return Asked(Task.PRACTICE, question, _IS.format(v=value), (k,), value, "trait_of_entry")


def box_of_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """The box of an entry, copied from the prompt."""
    k, _, figure = words.chance.choice(staged.present)
    place = _place(staged, figure)
    return Asked(Task.PRACTICE, _WHERE.format(x=f"entry {k}"), place, (k,), place, "box_of_entry")


def entry_at(staged: Staged, words: Vocabulary) -> Asked | None:
    """Which entry has a box."""
    k, _, figure = words.chance.choice(staged.present)
    return _entry(k, f"at {_place(staged, figure)}", "entry_at")


def find_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """Which entry is about somebody who is pointed to by looks; none is about a stranger."""
    if staged.strangers and words.chance.random() < _NONE:
        return _no_entry(seen(staged, words.chance.choice(staged.strangers), words), "find_entry")
    k, _, figure = words.chance.choice(staged.present)
    return _entry(k, seen(staged, figure, words), "find_entry")


def named_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """Which entry is about somebody who is pointed to by name."""
    k, known = _any_entry(staged, words)
    return _entry(k, named(known.person, words), "named_entry")


def told_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """Which entry is about somebody who is pointed to by a fact that an entry tells."""
    k, known = _any_entry(staged, words)
    return _entry(k, described(known.person, words), "told_entry")


def untold_entry(staged: Staged, words: Vocabulary) -> Asked | None:
    """The same of somebody whom no entry is about, by name or by a fact: it is no entry."""
    return _no_entry(said(somebody_else(staged, words), words), "untold_entry")


def entry_there(staged: Staged, words: Vocabulary) -> Asked | None:
    """Whether the figure of an entry is in the picture; asked most often where one is not."""
    wrong = [k for k, one in enumerate(staged.known, start=1) if one.figure is None]
    if wrong and words.chance.random() < 0.5:
        k, there = wrong[0], "not in the image"
    elif wrong or words.chance.random() < _NONE:
        k, there = words.chance.choice(staged.present)[0], "in the image"
    else:
        return None
    return Asked(Task.PRACTICE, _THERE.format(k=k), _IS.format(v=there), (k,), f"is {there}", "entry_there")


def where(staged: Staged, words: Vocabulary) -> Asked | None:
    """The box of somebody who is pointed to by looks, in thousandths of the picture's sides."""
    figure = _unboxed(staged, words)
    place = _place(staged, figure)
    question = _WHERE.format(x=seen(staged, figure, words))
    return Asked(Task.PRACTICE, question, place, (), place, "where")


def _any_entry(staged: Staged, words: Vocabulary) -> tuple[int, Known]:
    return words.chance.choice(list(enumerate(staged.known, start=1)))


def _entry(k: int, pointed: str, kind: str) -> Asked:
    question = _FIND.format(x=pointed)
    return Asked(Task.PRACTICE, question, _IS.format(v=f"entry {k}"), (k,), f"entry {k}", kind)


def _no_entry(pointed: str, kind: str) -> Asked:
    return Asked(Task.PRACTICE, _FIND.format(x=pointed), _NO_ENTRY, (), "no entry", kind)


def _unboxed(staged: Staged, words: Vocabulary) -> Figure:
    """A stranger where there is one: the boxes of entries stand in the prompt, and need not be seen."""
    return words.chance.choice(staged.strangers or staged.scene.figures)


def _pair(some: Sequence[_One], words: Vocabulary) -> tuple[_One, _One]:
    """Two by chance; of one alone, it twice."""
    one, other = words.chance.sample(some, 2) if len(some) > 1 else (some[0], some[0])
    return one, other


def _sides(staged: Staged, pointed: Sequence[tuple[str, Figure]], kind: str) -> Asked:
    sides = [(phrase, _side(staged, figure).removeprefix("on the ")) for phrase, figure in pointed]
    return _each(_SIDES, sides, kind)


def _entries(pointed: Sequence[tuple[str, int]], kind: str) -> Asked:
    return _each(_ENTRIES, [(phrase, str(k)) for phrase, k in pointed], kind)


def _each(question: str, said: Sequence[tuple[str, str]], kind: str) -> Asked:
    """What is true of each of two, said right behind the words that point to it."""
    (x, _), (y, _) = said
    fact = ", ".join(" ".join(one) for one in said)
    return Asked(Task.PRACTICE, question.format(x=x, y=y), _IS.format(v=fact), (), fact, kind)


def _side(staged: Staged, figure: Figure) -> str:
    return "on the left" if figure.box.centre[0] < staged.scene.side / 2 else "on the right"


def _place(staged: Staged, figure: Figure) -> str:
    side = (staged.scene.side, staged.scene.side)
    return Family.QWEN2_VL.place(figure.box, side, side)
