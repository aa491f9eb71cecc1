"""Facts that a Bioguide-style biography states beyond doubt, and topics of which it says nothing at all."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from evaluation.building.topic import Fact, Topic
from generation.terms import spelled_out

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = rf"(?:{_MONTH}) \d{{1,2}}, \d{{4}}"
_BORN = re.compile(rf"born (?:(?:in|at) (?P<place>.+?),? (?:on )?(?P<date>{_DATE})"
                   rf"|on (?P<first>{_DATE}),? in (?P<after>.+))")  # fmt: skip
_COUNTY = re.compile(r".* (?:County|Parish|Borough)$")
_SCHOOL_WORD = r"(?:University|College|Institute|School|Academy|Seminary)"
_SCHOOL = re.compile(rf"[A-Z][^,;()]*?\b{_SCHOOL_WORD}\b[^,;()]*")
_BEFORE_SCHOOL = re.compile(
    r"^(?:(?:[A-Z][A-Za-z]{0,2}\.){2,} )?(?:degree )?(?:graduated )?(?:in [a-z ]+ )?(?:from )?(?:[Tt]he )?"
)
_YEAR_BEHIND = re.compile(r"(?:,? )((?:19|20)\d\d)$")
_HIGH_SCHOOL = re.compile(r"graduated(?: from)?(?: the)? ([A-Z][^,;()]*High School)\b")
_BACHELOR_MARK = (
    r"\b(?:B\.(?:A|S|B\.A|F\.A|S\.E|Mus|Sc|Eng|Ed|Arch|G\.S|P\.A|S\.B\.A|S\.C|A\.S)\b"
    r"|A\.B\b|S\.B\b|[Bb]achelor)"
)
_LAW_MARK = r"\b(?:J\.D\b|LL\.[BM]\b|J\.S\.D|[Ll]aw degree)"
_MASTER_MARK = (
    r"\b(?:M\.(?:A|S|B\.A|P\.A|P\.P|Ed|F\.A|P\.H|S\.W|Div|Phil|Sc|Eng|I\.A|H\.A|A\.T|L\.A|R\.P|S\.N|F\.S)\b"
    r"|A\.M\b|[Mm]aster)"
)
_DEGREES = {Topic.BACHELOR: _BACHELOR_MARK, Topic.LAW: _LAW_MARK, Topic.MASTER: _MASTER_MARK}
_DEGREE_YEARS = {Topic.BACHELOR: Topic.BACHELOR_YEAR, Topic.LAW: Topic.LAW_YEAR}
_ANY_DEGREE = re.compile("|".join([*_DEGREES.values(), r"\b(?:Ph\.D|M\.D|Ed\.D|D\.D\.S|D\.V\.M|Psy\.D)\b"]))
_MILITARY = re.compile(
    r"(?:served in the )?(?:United States|U\.S\.) (Army|Navy|Air Force|Marine Corps|Coast Guard)"
    r"(?:,? \d{4}\s?-\s?(?:\d{4}|present))?$"
)
_MAYOR = re.compile(r"[Mm]ayor of ([A-Z][^,;()]*, [A-Z][^,;()\d]*?),? \d{4}\s?-\s?\d{4}$")
_STATE_SENATE = re.compile(r"member of the [A-Z][\w ]*? [Ss]tate [Ss]enate,? (\d{4}-\d{4})$")
_STATE_HOUSE = re.compile(
    r"member of the [A-Z][\w ]*? (?:[Ss]tate )?"
    r"(?:house of (?:representatives|delegates)|assembly|general assembly),? (\d{4}-\d{4})$"
)
_CONGRESS = re.compile(rf"elected as an? .*\(({_DATE})-present\)$")
_PARTY = re.compile(r"elected as an? (Republican|Democrat|Independent)\b")
_OFFICE = re.compile(r"\ban? (?:Senator|Representative|Delegate) from ([A-Z][A-Za-z. ]+)$")

# What a biography must not hold anywhere if it says nothing of a topic.
_MENTIONS = {
    Topic.LAW: r"\b(?:[Ll]aw|[Aa]ttorney|J\.?D|LL|[Ll]egal|[Cc]ounsel|[Jj]udge|[Pp]rosecutor|[Jj]ust)",
    Topic.MILITARY: r"(?i:army|navy|naval|marine|air force|coast guard|\bguard|milit|\bwar\b|veteran|reserve"
    r"|lieutenant|captain|sergeant|colonel|officer|\bU\.S\.[AMN])|West Point",
    Topic.MAYOR: r"[Mm]ayor",
    Topic.STATE_SENATE: r"(?i:state senat|[a-z] senate\b(?<!united states senate)(?<!u\.s\. senate)"
    r"|legislat|general assembly|unicameral)",
    Topic.HIGH_SCHOOL: r"(?i:\bschool|academy|\bprep|graduated|secondary|\bG\.E\.D)",
    Topic.MASTER: r"\b(?:M\.|A\.M|[Mm]aster|[Gg]raduate\b|[Pp]ostgrad)",
    Topic.HOBBY: r"(?i:hobb|enjoy|likes|loves|pastime|leisure|plays)",
    Topic.PET: r"(?i:\bpets?\b|\bdogs?\b|\bcats?\b|horse|parrot|rabbit)",
}  # fmt: skip
_ABSENT = {topic: re.compile(pattern) for topic, pattern in _MENTIONS.items()}


def facts_of(biography: str) -> dict[Topic, Fact]:
    """What a biography states exactly once, by topic; anything that could be read in two ways is left out."""
    text = html.unescape(biography)
    clauses = [clause.strip() for clause in text.strip().rstrip(".").split(";")]
    found = [*_birth(clauses), *_degrees(clauses), *_offices(clauses, text)]
    return {fact.topic: fact for fact in found}


def silent_topics(biography: str) -> frozenset[Topic]:
    """Topics of which a biography says nothing at all."""
    text = html.unescape(biography)
    return frozenset(topic for topic, pattern in _ABSENT.items() if not pattern.search(text))


def _birth(clauses: Sequence[str]) -> Iterator[Fact]:
    found = [match for match in map(_BORN.match, clauses) if match]
    if len(found) != 1:
        return
    place, date = found[0]["place"] or found[0]["after"], found[0]["date"] or found[0]["first"]
    yield Fact(Topic.BIRTH_DATE, date, date)
    parts = [part.strip() for part in place.split(",")]
    town = parts[0]
    if 2 <= len(parts) <= 3 and not _COUNTY.match(town) and all(part[:1].isupper() for part in parts):
        yield Fact(Topic.BIRTHPLACE, f"{town}, {spelled_out(parts[-1])}", town)


def _degrees(clauses: Sequence[str]) -> Iterator[Fact]:
    schools = [match[1] for match in map(_HIGH_SCHOOL.match, clauses) if match]
    if len(schools) == 1:
        yield Fact(Topic.HIGH_SCHOOL, schools[0], schools[0])
    for topic, mark in _DEGREES.items():
        marked = [clause for clause in clauses if re.search(mark, clause)]
        if len(marked) == 1 and len(_ANY_DEGREE.findall(marked[0])) == 1:
            yield from _degree(topic, marked[0])


def _degree(topic: Topic, clause: str) -> Iterator[Fact]:
    if "candidate" in clause or "honorary" in clause.lower():
        return
    year = _YEAR_BEHIND.search(clause)
    schools = _SCHOOL.findall(clause[: year.start()] if year else clause)
    if len(schools) == 1:
        school = _BEFORE_SCHOOL.sub("", schools[0]).strip()
        yield Fact(topic, school, school)
        if year and topic in _DEGREE_YEARS:
            yield Fact(_DEGREE_YEARS[topic], year[1], year[1])


def _offices(clauses: Sequence[str], text: str) -> Iterator[Fact]:
    yield from _once(Topic.MILITARY, _MILITARY, clauses)
    for match in _single(_MAYOR, clauses):
        town, _, state = match[1].partition(", ")
        yield Fact(Topic.MAYOR, f"{town}, {spelled_out(state)}", f"mayor of {town}")
    yield from _once(Topic.STATE_SENATE, _STATE_SENATE, clauses)
    yield from _once(Topic.STATE_HOUSE, _STATE_HOUSE, clauses)
    elected = [
        clause for clause in clauses if re.match(r"(?:elected|appointed)\b.*\b(?:Congress|Senate)", clause)
    ]
    if len(elected) == 1:
        yield from _once(Topic.CONGRESS, _CONGRESS, elected)
    parties = {match[1] for match in map(_PARTY.match, clauses) if match}
    if len(parties) == 1 and not re.search(r"(?i)changed (?:his |her )?party|switched", text):
        party = parties.pop()
        yield Fact(Topic.PARTY, party, party)
    office = _OFFICE.search(clauses[0])
    if office and " and " not in clauses[0]:
        yield Fact(Topic.STATE, office[1], f"from {office[1]}")


def _single(pattern: re.Pattern[str], clauses: Iterable[str]) -> Iterator[re.Match[str]]:
    found = [match for match in map(pattern.match, clauses) if match]
    if len(found) == 1:
        yield found[0]


def _once(topic: Topic, pattern: re.Pattern[str], clauses: Iterable[str]) -> Iterator[Fact]:
    for match in _single(pattern, clauses):
        yield Fact(topic, match[1], match[1])
