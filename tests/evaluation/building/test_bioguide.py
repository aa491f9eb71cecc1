"""Facts of Bioguide-style biographies: exact, or left out."""

from __future__ import annotations

import pytest

from evaluation.building.bioguide import facts_of, silent_topics
from evaluation.building.topic import Fact, Topic, mentions

HOUSE = (
    "X, Ann, a Representative from Ohio; born in Troy, Miami County, Ohio, June 5, 1967; graduated from Troy "
    "High School, Troy, Ohio, 1985; B.A., Yale University, New Haven, Conn., 1989; J.D., Harvard Law School, "
    "Cambridge, Mass., 1992; lawyer; United States Air Force, 1989-1991; member of the Ohio state senate, "
    "2001-2005; Mayor of Troy, Ohio, 2006-2010; elected as a Democrat to the One Hundred Sixteenth Congress "
    "(January 3, 2019-present)."
)
SENATE = (
    "Y, Bob, a Senator and a Representative from Maine; born in Alexandria, Va., March 31, 1944; graduated "
    "Dartmouth College, B.A., 1966; graduated St. Mary&#x2019;s University, J.D., 1969; elected as an "
    "Independent to the United States Senate in 2012; elected as a Democrat to the One Hundredth Congress"
)


def test_facts_are_read_from_both_styles() -> None:
    assert {topic: fact.value for topic, fact in facts_of(HOUSE).items()} == {
        Topic.BIRTHPLACE: "Troy, Ohio",
        Topic.BIRTH_DATE: "June 5, 1967",
        Topic.HIGH_SCHOOL: "Troy High School",
        Topic.BACHELOR: "Yale University",
        Topic.BACHELOR_YEAR: "1989",
        Topic.LAW: "Harvard Law School",
        Topic.LAW_YEAR: "1992",
        Topic.MILITARY: "Air Force",
        Topic.STATE_SENATE: "2001-2005",
        Topic.MAYOR: "Troy, Ohio",
        Topic.CONGRESS: "January 3, 2019",
        Topic.PARTY: "Democrat",
        Topic.STATE: "Ohio",
    }
    assert {topic: fact.value for topic, fact in facts_of(SENATE).items()} == {
        Topic.BIRTHPLACE: "Alexandria, Virginia",
        Topic.BIRTH_DATE: "March 31, 1944",
        Topic.BACHELOR: "Dartmouth College",
        Topic.BACHELOR_YEAR: "1966",
        Topic.LAW: "St. Mary\u2019s University",
        Topic.LAW_YEAR: "1969",
    }  # two offices and two parties: neither is told
    assert facts_of("") == {}


@pytest.mark.parametrize(
    ("clause", "topic"),
    [
        ("J.D., Yale University, 1990; LL.M., New York University, 1991", Topic.LAW),
        ("B.A./M.A., Yale University, 1990", Topic.BACHELOR),
        ("M.B.A. candidate, Yale University", Topic.MASTER),
        ("honorary LL.B., Yale University, 1990", Topic.LAW),
        ("graduated from Troy High School; graduated from Lima High School", Topic.HIGH_SCHOOL),
        ("elected as a Democrat to the One Hundredth Congress; changed party in 2004", Topic.PARTY),
        ("staff, Mayor of Troy, Ohio, 2001-2004", Topic.MAYOR),
    ],
)
def test_what_could_be_read_in_two_ways_is_left_out(clause: str, topic: Topic) -> None:
    assert topic not in facts_of(f"X, Ann, a Representative from Ohio; {clause}")


def test_topics_are_silent_only_where_nothing_hints_at_them() -> None:
    assert silent_topics(HOUSE) == {Topic.HOBBY, Topic.PET, Topic.MASTER}
    assert Topic.LAW not in silent_topics("deputy prosecutor of Troy")
    assert Topic.MILITARY not in silent_topics("graduated from West Point")
    assert {Topic.LAW, Topic.MILITARY, Topic.MAYOR, Topic.STATE_SENATE} <= silent_topics("nurse; teacher")


def test_a_fact_may_be_meant_by_other_words_for_the_same() -> None:
    harvard = Fact(Topic.LAW, "Harvard University", "Harvard University")
    assert mentions("J.D., Harvard Law School, 1990; LL.M., Yale", harvard)
    assert not mentions("B.A., Yale University, 1990", harvard)
    town = Fact(Topic.BIRTHPLACE, "Sioux City, Iowa", "Sioux City")
    assert mentions("mayor of Sioux City", town)
    assert not mentions("born in Sioux Falls; moved to the city", town)
