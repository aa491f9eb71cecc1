"""What a drawn data set holds: how hard its scenes are, and how often each question is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from training.drawn.look import Kind
from training.drawn.scene import Canvas


class Stage(StrEnum):
    """Steps of learning that build on each other, and all of it."""

    PLACE = "place"  # on which side the one entry there is stands
    READ = "read"  # copy an entry that is named, or a fact of it; on which side it stands
    MATCH = "match"  # which entry says this, of two of one sort: what they say is of few words
    TELL = "tell"  # the same of any words; which entry is whose of two that look alike: only their boxes tell
    LOOK = "look"  # what the one figure in the picture looks like, and where it is
    POINT = "point"  # which of two figures is where: what is at a box, where somebody is
    SPOT = "spot"  # the same of entries, most often of two of one sort: how an entry's figure looks
    SEEK = "seek"  # on which side who is pointed to by looks is, of two of one sort
    FIND = "find"  # which entry who is pointed to by looks is, most often of two of one sort
    SEE = "see"  # what entries say and what is seen together: questions of every task, and their parts
    LINK = "link"  # how somebody looks whom an entry tells of, most often of two of one sort
    BIND = "bind"  # every task and no practice: few figures, an entry of a name and a fact
    FULL = "full"  # every task: more figures, longer texts


_FEW_WORDS = ("job", "hobby", "food")  # each of two words, of some 150 in all


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What scenes, texts and questions are like."""

    figures: tuple[int, int]  # at least and at most in a scene
    facts: tuple[int, int]  # in an entry, beside the name
    questions: Mapping[str, float]  # how often each is asked, by its name in `questions.MAKERS`
    known: float = 1.0  # how many of the figures have an entry; at least one has
    twins: float = 0.0  # how many scenes have two that look alike
    one_noun: float = 0.5  # how many of the figures of a scene are of one sort, beside those by chance
    wrong: float = 0.0  # how many scenes have an entry about somebody who is not in the picture
    citations: float = 1.0  # how many answers have citations
    kinds: tuple[Kind, ...] = tuple(Kind)  # of the figures
    told: tuple[str, ...] = ()  # sorts of facts that entries tell; all by default
    each: int = 8  # questions about one scene
    grid: int = 0  # boxes begin and end at so many steps of the picture's side; 0 is every pixel
    zoom: float = 1.0  # figures are so many times as large as in the full task

    def __post_init__(self) -> None:
        shares = {"known": self.known, "twins": self.twins, "one_noun": self.one_noun}
        shares |= {"wrong": self.wrong, "citations": self.citations}
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise ValueError(f"Expected {name} between 0 and 1, but got {share}")
        for name, (least, most) in {"figures": self.figures, "facts": self.facts}.items():
            if not 1 <= least <= most:
                raise ValueError(f"Expected 1 <= least <= most {name}, but got {least} and {most}")

    def canvas(self, side: int) -> Canvas:
        """What its scenes are drawn on, `side` pixels wide and high."""
        return Canvas(side, self.grid, self.zoom)


# What all stages but the full task share: boxes of few numbers, each of them often, on patches of 14 in a
# picture of 112; and figures so large that their parts are some pixels wide in it.
_small = partial(Difficulty, grid=8, zoom=1.35)


def difficulty(stage: Stage) -> Difficulty:
    """The usual difficulty of a stage."""
    match stage:
        case Stage.PLACE:
            return _small((1, 1), (1, 1), {"side_of_entry": 1.0}, each=1)
        case Stage.READ:
            asked = {"recite_entry": 0.1, "read_entry": 0.6, "side_of_entry": 0.3}
            return _small((1, 2), (1, 2), asked)
        case Stage.MATCH:
            asked = {"told_entry": 0.7, "v2c": 0.15, "read_entry": 0.1, "side_of_entry": 0.05}
            return _small((2, 2), (1, 1), asked, twins=1.0, kinds=(Kind.PERSON,), told=_FEW_WORDS, each=6)
        case Stage.TELL:
            asked = {"told_entry": 0.25, "named_entry": 0.15, "untold_entry": 0.15, "v2c": 0.2}
            asked |= {"find_entry": 0.08, "side_of_entry": 0.05, "read_entry": 0.08, "unanswerable_v2c": 0.04}
            return _small((2, 2), (1, 1), asked, twins=1.0, each=10)
        case Stage.LOOK:
            asked = {"see_place": 0.4, "where": 0.4, "side_of_figure": 0.2}
            return _small((1, 1), (1, 1), asked, each=3)
        case Stage.POINT:
            asked = {"see_place": 0.4, "where": 0.25, "side_of_figure": 0.35}
            return _small((2, 2), (1, 1), asked, known=0.3, one_noun=0.0, each=6)
        case Stage.SPOT:
            asked = {"trait_of_entry": 0.35, "see_place": 0.1, "where": 0.1, "box_of_entry": 0.15}
            asked |= {"entry_at": 0.15, "find_entry": 0.15}
            return _small((2, 2), (1, 1), asked, known=0.8, one_noun=0.8, each=8)
        case Stage.SEEK:
            asked = {"sides_by_colour": 0.3, "sides_by_looks": 0.35, "side_of_figure": 0.2, "see_place": 0.15}
            return _small((2, 2), (1, 1), asked, known=0.3, one_noun=0.9, each=6)
        case Stage.FIND:
            asked = {"entries_by_colour": 0.1, "entries_by_looks": 0.2, "find_entry": 0.28, "v2c": 0.06}
            asked |= {"sides_by_colour": 0.03, "sides_by_looks": 0.12, "side_of_figure": 0.05}
            asked |= {"trait_of_entry": 0.09, "box_of_entry": 0.03, "entry_at": 0.04}
            return _small((2, 2), (1, 1), asked, known=0.9, one_noun=0.85, each=8)
        case Stage.SEE:
            asked = {"trait_of_entry": 0.08, "see_place": 0.04, "where": 0.03, "find_entry": 0.1}
            asked |= {"box_of_entry": 0.02, "entry_at": 0.02, "entry_there": 0.05}
            asked |= {"told_entry": 0.12, "named_entry": 0.06, "untold_entry": 0.08}
            asked |= {"v2c": 0.15, "c2v": 0.14, "unanswerable_v2c": 0.05, "unanswerable_c2v": 0.06}
            return _small((1, 3), (1, 1), asked, known=0.8, twins=0.3, one_noun=0.6, wrong=0.25, each=10)
        case Stage.LINK:
            asked = {"c2v": 0.4, "trait_of_entry": 0.25, "told_entry": 0.1, "v2c": 0.1}
            asked |= {"see_place": 0.05, "box_of_entry": 0.05, "unanswerable_c2v": 0.05}
            return _small((2, 2), (1, 1), asked, known=0.95, twins=0.1, one_noun=0.85, each=8)
        case Stage.BIND:
            asked = {
                "v2c": 0.36,
                "c2v": 0.34,
                "unanswerable_v2c": 0.12,
                "unanswerable_c2v": 0.12,
                "rcid": 0.06,
            }
            return _small((1, 3), (1, 1), asked, known=0.8, twins=0.4, wrong=0.25, each=10)
        case Stage.FULL:
            asked = {
                "v2c": 0.34,
                "c2v": 0.34,
                "unanswerable_v2c": 0.11,
                "unanswerable_c2v": 0.11,
                "rcid": 0.1,
            }
            return Difficulty((2, 6), (2, 4), asked, known=0.8, twins=0.3, wrong=0.25, citations=0.8, each=8)
