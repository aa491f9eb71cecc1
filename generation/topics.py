"""What questions are usually about, and the words that biographies use for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Marks that `marked` adds to the terms of a passage for what no list of words can hold.
DEGREE, TRADE, YEAR = "#degree", "#trade", "#year"
BEGINNING = "#beginning"  # the first passage: who somebody is


@dataclass(frozen=True, slots=True)
class Topic:
    """A thing to ask for: how questions say it, and the words of a passage that tells it."""

    asked: re.Pattern[str]
    told: str
    others: bool = False  # it is about other people than the one in the photo: their facts are not hers
    best: re.Pattern[str] | None = None  # passages that tell it plainly: beside them no others are quoted
    barred: re.Pattern[str] | None = None  # passages that use the same words for something else


def _topic(
    asked: str, told: str, *, others: bool = False, best: str | None = None, barred: str | None = None
) -> Topic:
    return Topic(
        re.compile(asked, re.IGNORECASE),
        " ".join(told.split()),
        others,
        re.compile(best) if best else None,
        re.compile(barred) if barred else None,
    )


_BACHELORS = "ba bs ab bba bfa bse bsba bsc beng"
_MASTERS = "ma ms mba mpa mpp mph msw med mfa msc mat mphil"
_DOCTORS = "phd edd scd dphil"
_MEDICAL = "md dds dmd dvm mbbs"
_LAW = "jd llb llm"
_PLACES = "college university"
_TRADES = """works worked working job career practice lawyer attorney teacher professor physician nurse
    doctor farmer rancher engineer executive businessman businesswoman owner consultant banker
    journalist broker realtor accountant analyst officer pastor minister worker author musician
    artist advocate developer athlete designer senator representative delegate"""

# A seat of a state, which is no seat in Washington.
_STATE_SEAT = r"\b[Ss]tate (?:[Ss]enat|[Rr]epresentative|[Hh]ouse)|\b[A-Z]\w+ senate\b"

# Within a group the first topic that a question mentions counts: the special ones stand before the general.
GROUPS: tuple[tuple[Topic, ...], ...] = (
    (
        _topic(
            r"\blaw (?:school|degree|studies|graduate)s?\b|\bj\.?d\b\.?|\b(?:stud\w+|read|degree in) law\b"
            r"|\b(?:trained|qualif\w+|educated) as an? (?:lawyer|attorney)\b",
            f"{_LAW} law",
        ),
        _topic(
            r"\bmed(?:ical)? (?:school|degree)\b|\bstud\w+ medicine\b|\bdoctors?\b|\bphysicians?\b",
            f"{_MEDICAL} medicine medical physician doctor surgeon",
        ),
        _topic(r"\bph\.?d\b\.?|\bdoctorates?\b|\bdoctoral\b", f"{_DOCTORS} doctorate doctoral"),
        _topic(
            r"\bmaster'?s?\b(?: degree)?|\bm\.?b\.?a\b\.?|\b(?:post)?graduate degree\b", f"{_MASTERS} master"
        ),
        _topic(
            r"\b(?:high|secondary|prep(?:aratory)?) ?schools?\b", "high secondary preparatory academy school"
        ),
        _topic(
            r"\bcolleges?\b|\buniversit(?:y|ies)\b|\balma mater\b|\bbachelor'?s?\b(?: degree)?"
            r"|\bundergrad\w*(?: degree)?|\bfirst degree\b",
            f"{_BACHELORS} {_PLACES} bachelor",
        ),
        _topic(
            r"\bstud(?:y|ies|ied|ying)\b|\beducat\w+|\bdegrees?\b|\bgraduat\w+|\bschool(?:s|ing|ed)?\b"
            r"|\bmajor(?:ed)?\b|\bacademic\w*|\btrained\b|\bqualifications?\b|\bdiplomas?\b|\blearn\w*",
            f"{DEGREE} {_BACHELORS} {_MASTERS} {_DOCTORS} {_MEDICAL} {_LAW} {_PLACES} school studied"
            " graduated attended educated education degree",
        ),
    ),
    (
        _topic(
            r"\bstate('s)? senat\w+|\bsenate of the state\b",
            "state senate",
            barred=r"\b(?:United States|U\.S\.) Senate\b",
        ),
        _topic(
            r"\bstate(?:'s)? (?:house(?: of (?:representatives|delegates))?|legislat\w+|assembly|lawmaker"
            r"|rep\w*)"
            r"|\bassembly(?:man|woman)?\b|\blower house\b|\blegislators?\b",
            "state house representatives assembly delegates legislature",
        ),
        _topic(
            r"\brepresents?\b|\b(?:which|what) (?:state|district)\b|\b(?:position|office) (?:does|is|has)\b"
            r"|\bwhere\b.*\bsent to (?:congress|washington)\b"
            r"|\b(?:what|which) office\b|\b(?:current|present) (?:position|office|role|title)\b",
            f"{BEGINNING} representative senator delegate represents",
        ),
        _topic(
            r"^(?!.*\b(?:when|how|since|years?|terms?)\b).*\b(?:is|are|was|were)\b.*"
            r"\b(?:senator|(?<!house of )representative|congress(?:wo)?m[ae]n)s?\b"
            r"|\bsenators? or (?:an? )?representatives?\b|\brepresentatives? or (?:an? )?senators?\b",
            "senator representative delegate congressman congresswoman",
            best=r"\b(?:Senator|Representative|Delegate|Commissioner)\b.* from\b",
            barred=_STATE_SEAT,
        ),
        _topic(
            r"\b(?:the|u\.?s\.?) senate\b|\bsenators?\b",
            "senate senator",
            best=r"\b(?:elected|appointed)\b.*\bSenate\b",
            barred=_STATE_SEAT,
        ),
        _topic(
            r"\bcongress\w*|\bcapitol\b|\b(?:the|u\.?s\.?) house(?: of representatives)?\b"
            r"|\bu\.?s\.? senate\b|\b(?:take|took|in) office\b|\b(?:re-?)?elect(?:ed|ion)?\b|\blawmaker\b",
            "elected reelected congress congresses appointed",
            best=r"^(?:subsequently )?reelected\b|\belected\b.* (?:Congress|Senate|House)",
        ),
        _topic(r"\bsenate\b", "senate senator", barred=_STATE_SEAT),
    ),
    (
        _topic(
            r"\bpart(?:y|ies)\b|\bpolitical(?: (?:party|affiliation|side|camp))?\b|\bpolitics of\b"
            r"|\baffiliat\w+|\bdemocrats?\b|\brepublicans?\b|\ban independent\b",
            "republican democrat democratic independent party",
            best=r"\belected (?:\w+ )?as an? |\bchanged party\b",
        ),
    ),
    (
        _topic(r"\bcommittees?\b|\bpanel\b", "committee"),
        _topic(r"\b(?:unsuccessful\w*|los[et]|losing|defeat\w*|fail\w*)\b", "unsuccessful defeated lost"),
    ),
    (
        _topic(
            r"\bchair\w*|\bhead(?:ed)?\b|\bled\b|\bleads?\b|\bleader\b|\bpresid(?:e|es|ed|ing)\b",
            "chair chairman chairwoman president head leader director",
        ),
    ),
    (
        _topic(
            r"\bmilitary\b|\barmy\b|\bnavy\b|\bair force\b|\bmarines?\b|\bcoast guard\b|\bnational guard\b"
            r"|\barmed (?:forces|services)\b|\bveterans?\b|\bsoldiers?\b|\benlist\w*|\bin uniform\b"
            r"|\bbranch\b",
            "army navy naval air marine corps guard reserve reserves military war veteran armed",
        ),
    ),
    (
        _topic(
            r"\bborn\b|\bbirth\w*|\bhome ?town\b|\bhow old\b|\bage\b|\bcomes? from\b|\bnative of\b"
            r"|\bgr[eo]w up\b|\bwhere (?:is|are|was)\b(?!.*\b(?:graduat|degree)).*\bfrom\b|\boriginally\b",
            "born birth native",
        ),
        _topic(
            r"\bdied?\b|\bdeath\b|\bdead\b|\bpass(?:ed)? away\b|\bburied\b", "died death interment buried"
        ),
    ),
    (
        _topic(
            r"\b(?:jobs?|professions?|occupations?|careers?|trade|vocation|livelihood|employ\w*)\b"
            r"|\bline of work\b|\b(?:for|earn\w*) a? ?living\b|\bworks?(?:ed|ing)?\b|\bdo(?:es)?\s*[?.!]*$"
            r"|\b(?:before|outside) (?:of )?(?:politics|congress|being elected|entering|running)\b",
            f"{TRADE} {_TRADES}",
        ),
    ),
    (
        _topic(
            r"\bt(?:each|aught)\w*|\bprofessors?\b|\blectur\w+",
            "teacher taught teaches professor instructor lecturer faculty",
        ),
    ),
    (_topic(r"\blawyers?\b|\battorneys?\b", "lawyer attorney law"),),
    (_topic(r"\bpets?\b|\bdogs?\b|\bcats?\b", "pet dog cat"),),
    (
        _topic(
            r"\bwife\b|\bhusband\b|\bspouse\b|\bmarri\w+|\bmarry\b|\bwidow\w*|\bpartner\b",
            "wife husband spouse married widow widower partner",
            others=True,
        ),
        _topic(
            r"\bfamily\b|\b(?:grand)?(?:fathers?|mothers?|parents?|sons?|daughters?|child(?:ren)?)\b"
            r"|\bkids?\b|\bbrothers?\b|\bsisters?\b|\bsiblings?\b|\brelatives?\b|\brelated\b|\bcousins?\b|\buncle\b|\baunt\b",
            "father mother parents son sons daughter daughters child children brother brothers sister sisters"
            " grandson granddaughter nephew niece cousin uncle aunt wife husband family",
            others=True,
        ),
    ),
    (
        _topic(
            r"\b(?:live|lives|living in|reside[sd]?|residence|home)\b",
            "lives living resident resides residence home",
        ),
    ),
    (
        _topic(
            r"\bhobb(?:y|ies)\b|\b(?:free|spare) time\b|\binterests?\b",
            "hobby hobbies likes loves enjoys plays fan collects spare",
        ),
    ),
)

_DEGREE = re.compile(r"(?:^|, )(?:[A-Z][A-Za-z]{0,2}\.){2,}[A-Z]?,? ")
_YEAR = re.compile(r"\b1\d{3}\b|\b20\d{2}\b")
_CALLING = re.compile(
    r"(?:er|or|ist|ian|man|woman|ant|ent|ive|ney|cian|yst|aide|host|eon|tary|nurse|clerk|pilot|chef)$"
)
_IS_A = re.compile(r"\b(?:is|was|as) an? ((?:[\w-]+ ){0,3}[\w-]+)")
_LONGEST_TRADE = 5  # words: "high school history teacher"


def topics_of(question: str) -> list[Topic]:
    """The topics that a question mentions, at most one of each group."""
    firsts = (next((topic for topic in group if topic.asked.search(question)), None) for group in GROUPS)
    return [topic for topic in firsts if topic]


def without_topics(question: str) -> str:
    """The question with all words blanked out by which topics are recognised."""
    spans = [match.span() for group in GROUPS for topic in group for match in topic.asked.finditer(question)]
    for start, end in spans:
        question = question[:start] + " " * (end - start) + question[end:]
    return question


def marked(passage: str) -> list[str]:
    """The marks of a passage: a degree, a year, a trade that stands alone.

    >>> marked("B.A., Yale College, 1970"), marked("commercial pilot"), marked("plays the piano")
    (['#degree', '#year'], ['#trade'], [])
    """
    marks = {
        DEGREE: _DEGREE.search(passage) is not None,
        YEAR: _YEAR.search(passage) is not None,
        TRADE: _names_trade(passage),
    }
    return [mark for mark, holds in marks.items() if holds]


def _names_trade(passage: str) -> bool:
    """Whether it is a trade ("commercial pilot") or says that somebody has one ("Lily is a designer")."""
    words = passage.split(",")[0].split()
    if 0 < len(words) <= _LONGEST_TRADE and passage == passage.lower() and not _YEAR.search(passage):
        return _CALLING.search(words[-1]) is not None
    described = _IS_A.search(passage)
    return described is not None and any(_CALLING.search(word) for word in described[1].split())
