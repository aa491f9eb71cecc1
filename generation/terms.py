"""The words of a text as the search compares them: folded, abbreviations spelled out, endings removed."""

from __future__ import annotations

import re

from generation.folding import folded, word_set

# As the Biographical Directory of the Congress and most Americans abbreviate them.
_STATES = {
    "ala": "alabama", "ariz": "arizona", "ark": "arkansas", "calif": "california", "colo": "colorado",
    "conn": "connecticut", "d.c": "district columbia", "del": "delaware", "fla": "florida",
    "ga": "georgia", "ill": "illinois", "ind": "indiana", "kans": "kansas", "ky": "kentucky",
    "la": "louisiana", "mass": "massachusetts", "md": "maryland", "mich": "michigan",
    "minn": "minnesota", "miss": "mississippi", "mo": "missouri", "mont": "montana",
    "n.c": "north carolina", "n.d": "north dakota", "n.dak": "north dakota", "n.h": "new hampshire",
    "n.j": "new jersey", "n.m": "new mexico", "n.mex": "new mexico", "n.y": "new york",
    "neb": "nebraska", "nebr": "nebraska", "nev": "nevada", "okla": "oklahoma", "ore": "oregon",
    "oreg": "oregon", "pa": "pennsylvania", "penn": "pennsylvania", "p.r": "puerto rico",
    "r.i": "rhode island", "s.c": "south carolina",
    "s.d": "south dakota", "s.dak": "south dakota", "tenn": "tennessee", "tex": "texas",
    "va": "virginia", "vt": "vermont", "w.va": "west virginia", "wash": "washington",
    "wis": "wisconsin", "wisc": "wisconsin", "wyo": "wyoming",
}  # fmt: skip
STATES = frozenset(word for name in _STATES.values() for word in name.split())
_STATE = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _STATES), key=len, reverse=True)) + r")\.(?!\w)")
# "States" must not be found by a question about a state.
_UNITED_STATES = re.compile(r"\bunited states(?: of america)?\b|\bu\.s\.(?:a\.)?(?!\w)")
_WORD = re.compile(r"[^\W_]+(?:\.[^\W\d_]+)+|[^\W_]+")
_POSSESSIVE = re.compile(r"(?<=\w)'s?\b")
STOP_WORDS = word_set(
    """
    a about all also am an and any are as at be been being both but by can could did do does done during
    ever every for from get give given had has have having he her hers him his how i if in into is it its
    know known many may me more most much my name named no not of on once one or our out please s she should
    since so some tell than that the their them then there these they this those through to too us was we
    were what whats when where whether which while who whom whos whose why will with would yes you your
    """
)


def spelled_out(state: str) -> str:
    """An abbreviated state in full; anything else as it stands.

    >>> spelled_out("W. Va."), spelled_out("D.C."), spelled_out("Guam")
    ('West Virginia', 'District of Columbia', 'Guam')
    """
    name = _STATES.get(folded(state).replace(" ", "").rstrip("."))
    if name is None:
        return state
    return "District of Columbia" if name == "district columbia" else name.title()


def terms(text: str) -> list[str]:
    """The searchable words of `text` in order, without stop words.

    >>> terms("She studied in Mobile, Ala., and has a B.A.")
    ['study', 'mobil', 'alabama', 'ba']
    """
    plain = _POSSESSIVE.sub("", folded(text))
    plain = _UNITED_STATES.sub("unitedstates", plain)
    plain = _STATE.sub(lambda match: _STATES[match[1]], plain)
    words = (word.replace(".", "") for word in _WORD.findall(plain))
    return [stem(word) for word in words if word not in STOP_WORDS]


def stem(word: str) -> str:
    """`word` without the commonest English endings; equal results mean related words, nothing more.

    >>> [stem(word) for word in ("studies", "studied", "elected", "served", "serving", "degrees")]
    ['study', 'study', 'elect', 'serv', 'serv', 'degre']
    """
    for ending, instead in (("ies", "y"), ("ied", "y"), ("sses", "ss"), ("tial", "t")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending) + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            word = word.removesuffix(ending)
            return word[:-1] if word[-1] == word[-2] and word[-1] not in "ls" else word
    return word.removesuffix("e") if len(word) > 3 else word
