"""Numbers and dates that a text states, in one form however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from generation.checking.citations import without_spans
from generation.checking.number_words import number_words_of

# "Three people", "two of them": what a glance at a photo tells needs no source.
MOST_COUNTED = 10
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Not by re.IGNORECASE, which triples the time; the verb "may" is no month.
_MONTH = (
    r"(?:[Jj]an(?:uary)?|[Ff]ebr?(?:uary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|May|[Jj]une?|[Jj]uly?|[Aa]ug(?:ust)?"
    r"|[Ss]ept?(?:ember)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\b\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)(?:st|nd|rd|th)?\b"
_YEAR = r"\d{4}(?!\d)"
_DATE = re.compile(
    rf"(?<!\w)(?P<m1>{_MONTH}),?\s+"
    rf"(?:(?:the\s+)?(?P<d1>{_DAY})(?:,?\s+(?P<y1>{_YEAR}))?|(?:of\s+)?(?P<y2>{_YEAR}))"
    r"|(?=\d)(?<![\w.,/-])(?:"
    rf"(?P<d3>{_DAY})\s+(?:of\s+)?(?P<m3>{_MONTH})(?:,?\s+(?P<y3>{_YEAR}))?"
    r"|(?P<y4>\d{4})-(?P<m4>0[1-9]|1[0-2])-(?P<d4>0[1-9]|[12]\d|3[01])(?![\w-])"
    rf"|(?P<a>\d{{1,2}})(?P<by>[./])(?P<b>\d{{1,2}})(?P=by)(?P<y5>{_YEAR}))"
)
_NUMBER = re.compile(
    r"(?=['\u2019$€£\d])"  # most letters are skipped at once
    r"(?:(?P<tens>['\u2019]?\b\d0)['\u2019]?s\b|(?P<decade>\b\d{3}0)['\u2019]?s\b"
    r"|(?P<century>\b\d{1,2})(?:st|nd|rd|th)[ -]century"
    r"|(?P<sign>[$€£]\s?)?(?<![\w.])(?P<digits>(?>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?))"
    r"(?:st\b|nd\b|rd\b|th\b)?(?![A-Za-z])"
    r"(?:[\s-](?P<scale>thousand|million|billion|trillion)\b)?(?P<share>\s?%|\s(?:percent|per cent)\b)?)",
    re.IGNORECASE,
)
# "1989-91" speaks of 1991.
_SHORT_YEAR = re.compile(r"\b(?P<century>\d{2})\d{2}\s?[-/\u2013]\s?(?P<year>\d{2})(?![\w-])")
_AGE_BEHIND = re.compile(r"[\s-]*years?[\s-]+olds?\b", re.IGNORECASE)
_AGE_BEFORE = re.compile(r"\b(?:aged?(?: of)?|turned|turns) $", re.IGNORECASE)
# "In her 50s" is a guess at an age from the photo.
_ABOUT_AGE = re.compile(r"\b(?:his|her|their|its|the) (?:early |mid |late |mid-)?$", re.IGNORECASE)
_LONGEST_BEFORE = 20


@dataclass(frozen=True, slots=True)
class Date:
    """A day or a month; what is not said of it is None."""

    year: int | None
    month: int
    day: int | None

    def within(self, other: Date) -> bool:
        """Whether `other` says all that this date says."""
        return self.month == other.month and (
            self.year in (None, other.year) and self.day in (None, other.day)
        )


@dataclass(frozen=True, slots=True)
class Period:
    """A decade or a century by its first and last year; without a century where nobody said which."""

    first: int
    last: int

    def holds(self, year: Decimal) -> bool:
        """Whether a year lies in it; of "the 90s", in that decade of any century."""
        if self.last < 100:
            return 1000 <= year < 2100 and self.first <= year % 100 <= self.last
        return self.first <= year <= self.last


@dataclass(frozen=True, slots=True)
class Claim:
    """One number or date and where it stands."""

    start: int  # in characters
    end: int
    readings: tuple[Decimal | Date | Period, ...]  # "3/4/1990" has two
    count: bool = False  # a small number that is no age, price, share or part of a date


@dataclass(frozen=True, slots=True)
class Facts:
    """The numbers and dates of a text that may support a claim; numbers in words aside, for speed."""

    numbers: frozenset[Decimal]
    dates: frozenset[Date]
    periods: frozenset[Period]

    @classmethod
    def of(cls, text: str) -> Facts:
        """The facts of a biography."""
        readings = [reading for claim in _in_digits(text) for reading in claim.readings]
        dates = frozenset(reading for reading in readings if isinstance(reading, Date))
        numbers = {reading for reading in readings if isinstance(reading, Decimal)}
        numbers |= {Decimal(date.year) for date in dates if date.year is not None}
        numbers |= {Decimal(match["century"] + match["year"]) for match in _SHORT_YEAR.finditer(text)}
        periods = frozenset(reading for reading in readings if isinstance(reading, Period))
        return cls(frozenset(numbers), dates, periods)

    def support(self, claim: Claim) -> bool:
        """Whether one reading of a claim is among them."""
        return any(self._hold(reading) for reading in claim.readings)

    def _hold(self, reading: Decimal | Date | Period) -> bool:
        if isinstance(reading, Date):
            return any(reading.within(date) for date in self.dates)
        if isinstance(reading, Period):
            return reading in self.periods or any(map(reading.holds, self.numbers))
        return reading in self.numbers


def claims_of(text: str) -> list[Claim]:
    """The numbers and dates of `text` in their order.

    >>> [claim.readings[0] for claim in claims_of("Since May 5, 1990 she sold 1,234 pots, or forty-one.")]
    [Date(year=1990, month=5, day=5), Decimal('1234'), Decimal('41')]
    """
    return sorted([*_in_digits(text), *_in_words(text)], key=lambda claim: claim.start)


def _in_digits(text: str) -> list[Claim]:
    dates = list(_dates(text))
    return [*dates, *_numbers(without_spans(text, ((date.start, date.end) for date in dates)))]


def _dates(text: str) -> Iterator[Claim]:
    for match in _DATE.finditer(text):
        readings = tuple(_readings(match))
        if readings:
            yield Claim(*match.span(), readings)


def _readings(match: re.Match[str]) -> Iterator[Date]:
    if match["by"]:
        one, other = int(match["a"]), int(match["b"])
        both = [(one, other), (other, one)] if one != other else [(one, other)]
        yield from (Date(int(match["y5"]), m, d) for m, d in both if 1 <= m <= 12 and 1 <= d <= 31)
        return
    year = match["y1"] or match["y2"] or match["y3"] or match["y4"]
    day: str | None = match["d1"] or match["d3"] or match["d4"]
    name: str | None = match["m1"] or match["m3"]
    month = _MONTHS.index(name[:3].lower()) + 1 if name else int(match["m4"])
    number = int(re.sub(r"\D", "", day)) if day else None
    yield Date(int(year) if year else None, month, number)


def _numbers(text: str) -> Iterator[Claim]:
    for match in _NUMBER.finditer(text):
        before = text[max(match.start() - _LONGEST_BEFORE, 0) : match.start()]
        if match["digits"]:
            yield _number(match, text, before)
        elif match["century"]:
            last = 100 * int(match["century"])
            yield Claim(*match.span(), (Period(last - 100, last),))
        elif match["decade"] or not (match["tens"].isdigit() and _ABOUT_AGE.search(before)):
            first = int(match["decade"] or match["tens"].lstrip("'\u2019"))
            yield Claim(*match.span(), (Period(first, first + 9),))


def _number(match: re.Match[str], text: str, before: str) -> Claim:
    value = Decimal(match["digits"].replace(",", "")) * _SCALES.get((match["scale"] or "").lower(), 1)
    plain = not (match["sign"] or match["scale"] or match["share"] or "." in match["digits"])
    count = plain and value <= MOST_COUNTED and not _is_age(text, match.end(), before)
    return Claim(*match.span(), (value,), count)


def _in_words(text: str) -> Iterator[Claim]:
    for start, end, value in number_words_of(text):
        before = text[max(start - _LONGEST_BEFORE, 0) : start]
        count = value <= MOST_COUNTED and not _is_age(text, end, before)
        yield Claim(start, end, (Decimal(value),), count)


def _is_age(text: str, end: int, before: str) -> bool:
    return _AGE_BEHIND.match(text, end) is not None or _AGE_BEFORE.search(before) is not None
