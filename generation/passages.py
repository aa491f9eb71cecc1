"""Cutting a biography into passages: clauses that can be quoted alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generation.folding import word_set
from generation.neutral import neutralise, quotable, shortened

# Of one passage in characters; the longest clause of the 540 biographies we measure on has 396.
PASSAGE_LIMIT = 500
# Of one biography in characters; what stands behind is not searched.
READ_LIMIT = 50_000
_LONGEST_ABBREVIATION = 20

# A full stop behind one of these, and a space, never ends a sentence: more of the same name follows.
_BEFORE_NAMES = word_set(
    """
    Adm Brig Capt Chas Cmdr Col Cpl Dr Fr Ft Gen Geo Gov Hon Lt Maj Messrs Mr Mrs Ms Mt Mx No Nos Pres Prof
    Rep Res Rev Sen Sgt St Ste Thos Wm approx ca cf e.g i.e nos vs
    """
)
# Behind one of these it may: "born in Mobile, Ala. She ..." against "Mobile, Ala. 1965".
_ABBREVIATIONS = word_set(
    """
    Ala Ariz Ark Calif Cal Colo Conn Dak Del Fla Ga Ia Id Ill Ind Kan Kans Ky La Mass Md Me Mich Minn Miss
    Mo Mont N.Dak N.Mex Neb Nebr Nev Okla Ore Oreg Pa Penn Penna S.Dak Tenn Tex Ut Va Vt W.Va Wash Wis Wisc
    Wyo Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Jr Sr
    Bros Co Corp Inc Ltd Univ Dept Assn Assoc Vol Ed Eds Ave Blvd Rd Hwy Ph.D dept eds etc pp univ vol
    """
)
_STARTERS = word_set(
    """
    he she they his her their hers it its in on after before since from during when while the this these as
    at today later born
    """
)
_STOP = re.compile(
    r"(?<![.!?…])(?P<mark>[.!?…]+)[\"'”\u2019»)]*\s+(?=[\"'“\u2018«(]?(?P<next>[^\W_]+))"
    r"|(?P<wide>[。\uff01\uff1f])|(?P<clause>;)\s*"
)
_LAST_WORD = re.compile(r"[^\s()\"'“”\u2018\u2019,/-]+$")
# Parentheses with at most one pair inside; an opening one that is never closed protects nothing.
_PARENTHESES = re.compile(r"\((?:[^()]|\([^()]*\))*\)")


def passages(text: str) -> tuple[str, ...]:
    """The clauses of `text` in order, neutralised, without the punctuation that ends them.

    >>> passages("born in Mobile, Ala.; J.D., Yale (law; 1990). She paints.")
    ('born in Mobile, Ala.', 'J.D., Yale (law; 1990)', 'She paints')
    """
    return _clauses([neutralise(line, limit=2 * READ_LIMIT) for line in text[:READ_LIMIT].splitlines()])


def quotations(text: str) -> tuple[str, ...]:
    """As `passages`, but as people may read them; not for prompts.

    >>> quotations("born <1815>; paints")
    ('born <1815>', 'paints')
    """
    return _clauses([quotable(line, limit=2 * READ_LIMIT) for line in text[:READ_LIMIT].splitlines()])


def _clauses(lines: Sequence[str]) -> tuple[str, ...]:
    pieces = [piece for line in lines for piece in _cut(line)]
    return tuple(
        shortened(piece, PASSAGE_LIMIT) for piece in map(_trimmed, pieces) if re.search(r"\w", piece)
    )


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def stops(line: str) -> Iterator[re.Match[str]]:
    """Where clauses of `line` end, the last one aside; the group `clause` is a semicolon's."""
    masked = _PARENTHESES.sub(lambda match: f"({'x' * (len(match[0]) - 2)})", line)
    start = 0
    for stop in _STOP.finditer(masked):
        before = masked[max(start, stop.start() - _LONGEST_ABBREVIATION) : stop.start()]
        if not stop["mark"] or _ends_sentence(before, stop):
            yield stop
            start = stop.end()


def _cut(line: str) -> list[str]:
    pieces, start = [], 0
    for stop in stops(line):
        pieces.append(line[start : stop.start() if stop["clause"] else stop.end()])
        start = stop.end()
    return [*pieces, line[start:]]


def _ends_sentence(before: str, stop: re.Match[str]) -> bool:
    following = stop["next"]
    if following[0].islower():
        return False
    if stop["mark"] != ".":
        return True
    word = _LAST_WORD.search(before)
    if word is None:
        return True
    if word[0] in _BEFORE_NAMES:
        return False
    return not _is_abbreviation(word[0]) or following.lower() in _STARTERS


def _is_abbreviation(word: str) -> bool:
    """Whether the full stop behind `word` belongs to it: "Ala", "B.A", the initial "B"."""
    initial = len(word) == 1 and word.isalpha() and word.isupper()
    dotted = re.fullmatch(r"(?:[^\W\d_]{1,3}\.&?)+[^\W\d_]{1,3}", word) is not None
    return initial or dotted or word in _ABBREVIATIONS or word in _BEFORE_NAMES


def _trimmed(piece: str) -> str:
    """Without spaces, commas and the full stop of a sentence; that of an abbreviation stays."""
    piece = piece.strip(" ,;")
    if not piece.endswith((".", "。")) or piece.endswith(".."):
        return piece
    word = _LAST_WORD.search(piece[-_LONGEST_ABBREVIATION - 1 : -1])
    return piece if word and _is_abbreviation(word[0]) else piece[:-1].rstrip(" ,;")
