"""What is asked about people of whom Bioguide-style biographies tell."""

from __future__ import annotations

from evaluation.building.bioguide import facts_of, silent_topics
from evaluation.building.lore import Lore
from evaluation.building.topic import Topic
from gallery.entity import EntityKind

# {who} is "the person on the far left" or "the person in the red frame".
_ASKED: dict[Topic, tuple[str, ...]] = {
    Topic.NAME: ("Who is {who}?", "What is the name of {who}?"),
    Topic.BIRTHPLACE: ("Where was {who} born?", "What is the birthplace of {who}?"),
    Topic.BIRTH_DATE: ("When was {who} born?", "What is the date of birth of {who}?"),
    Topic.HIGH_SCHOOL: ("Which high school did {who} attend?", "From which high school did {who} graduate?"),
    Topic.BACHELOR: (
        "Where did {who} earn a bachelor's degree?",
        "Which institution gave {who} a bachelor's degree?",
    ),
    Topic.BACHELOR_YEAR: (
        "In which year did {who} earn a bachelor's degree?",
        "When did {who} get a bachelor's degree?",
    ),
    Topic.LAW: ("Where did {who} earn a law degree?", "Which institution gave {who} a law degree?"),
    Topic.LAW_YEAR: ("In which year did {who} earn a law degree?", "When did {who} get a law degree?"),
    Topic.MASTER: (
        "Where did {who} earn a master's degree?",
        "Which institution gave {who} a master's degree?",
    ),
    Topic.MILITARY: (
        "In which branch of the military did {who} serve?",
        "Which of the armed forces was {who} in?",
    ),
    Topic.MAYOR: ("Of which town was {who} mayor?", "Which place had {who} as its mayor?"),
    Topic.STATE_SENATE: (
        "In which years was {who} a member of a state senate?",
        "When did {who} serve in a state senate?",
    ),
    Topic.STATE_HOUSE: (
        "In which years was {who} a member of a state house or assembly?",
        "When did {who} serve in the lower house of a state legislature?",
    ),
    Topic.CONGRESS: (
        "Since when has {who} been in Congress?",
        "On which day did the time of {who} in Congress begin?",
    ),
    Topic.PARTY: ("Which party does {who} belong to?", "For which party was {who} elected?"),
    Topic.STATE: ("Which state or territory does {who} represent?", "From where was {who} sent to Congress?"),
    Topic.HOBBY: ("What is the favourite hobby of {who}?", "What does {who} like to do in free time?"),
    Topic.PET: ("What kind of pet does {who} have?", "Which animal lives with {who}?"),
}
# What a person is called by a fact: "the person who was born in Lyon, Texas".
_CALLED: dict[Topic, str] = {
    Topic.BIRTHPLACE: "was born in {value}",
    Topic.BIRTH_DATE: "was born on {value}",
    Topic.HIGH_SCHOOL: "graduated from {value}",
    Topic.BACHELOR: "has a bachelor's degree from {value}",
    Topic.LAW: "has a law degree from {value}",
    Topic.MASTER: "has a master's degree from {value}",
    Topic.MILITARY: "served in the {value}",
    Topic.MAYOR: "was mayor of {value}",
    Topic.STATE_SENATE: "was in a state senate in {value}",
    Topic.STATE_HOUSE: "was in a state house or assembly in {value}",
    Topic.CONGRESS: "has been in Congress since {value}",
    Topic.PARTY: "was elected as a member of this party: {value}",
    Topic.STATE: "represents {value}",
}
_POINTED = (
    "Which person {fact}?",
    "Who in the photo {fact}?",
    "Where in the photo is the person who {fact}?",
)
_POINTED_BY_NAME = ("Which person is {name}?", "Where in the photo is {name}?")
# Of topics that no biography tells.
_INVENTED: dict[Topic, tuple[str, ...]] = {
    Topic.HOBBY: ("Gardening", "Playing the piano", "Fishing", "Painting", "Chess", "Long-distance running"),
    Topic.PET: ("A parrot", "A greyhound", "A tabby cat", "A pony", "A tortoise", "Two goldfish"),
}
# Facts of the same shape that are true of a person, but of something else: the harder options.
_TWINS = {
    Topic.BACHELOR_YEAR: Topic.LAW_YEAR,
    Topic.LAW_YEAR: Topic.BACHELOR_YEAR,
    Topic.BACHELOR: Topic.LAW,
    Topic.LAW: Topic.BACHELOR,
    Topic.STATE_SENATE: Topic.STATE_HOUSE,
    Topic.STATE_HOUSE: Topic.STATE_SENATE,
    Topic.CONGRESS: Topic.BIRTH_DATE,
}
PEOPLE = Lore(
    EntityKind.PERSON,
    "person",
    facts_of,
    silent_topics,
    _ASKED,
    _CALLED,
    _POINTED,
    _POINTED_BY_NAME,
    _INVENTED,
    _TWINS,
    # A senator's text tells the year of the election, from which the first day follows.
    unsure=frozenset({Topic.CONGRESS}),
)
