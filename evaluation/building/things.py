"""What is asked about things of which a story tells: owner, purchase, price, place, repair.

The pattern is clauses divided by semicolons, each at most once, in any order, others between them:
`belongs to NAME, a PROFESSION`; `bought in TOWN in [MONTH] YEAR [for NUMBER CURRENCY]`; `kept PLACE`;
`repaired in YEAR`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluation.building.lore import Lore
from evaluation.building.topic import Fact, Topic
from gallery.entity import EntityKind

_OWNER = re.compile(r"belongs to (?P<owner>[^,;]+), (?P<job>an? [^,;]+)$")
_BOUGHT = re.compile(
    r"bought in (?P<town>[A-Z][^,;]*?) in (?:[A-Z][a-z]+ )?(?P<year>[12]\d{3})"
    r"(?: for (?P<price>\d[\d,.]* [a-z]+))?$"
)
_KEPT = re.compile(r"kept (?P<place>(?:in|on|under|beside|behind) [^,;]+)$")
_REPAIRED = re.compile(r"repaired in (?P<year>[12]\d{3})$")
_ABSENT = {
    Topic.PRICE: re.compile(r"(?i)\bfor \d|price|cost|\bpaid|dollar|euro|franc|crown|pound|gift|present"),
    Topic.KEPT: re.compile(r"(?i)\bkept|stands|lives|shelf|\broom"),
    Topic.REPAIRED: re.compile(r"(?i)repair|mend|restor|glue|\bfix"),
    Topic.MAKER: re.compile(r"(?i)\bmade\b|maker|craft|factory|workshop|carve|design"),
    Topic.WEIGHT: re.compile(r"(?i)weigh|gram|ounce|heavy|\blight\b"),
}


def facts_of(story: str) -> dict[Topic, Fact]:
    """What a story states exactly once, by topic."""
    clauses = [clause.strip() for clause in story.strip().rstrip(".").split(";")]
    return {fact.topic: fact for fact in _facts(clauses)}


def silent_topics(story: str) -> frozenset[Topic]:
    """Topics of which a story says nothing at all."""
    return frozenset(topic for topic, pattern in _ABSENT.items() if not pattern.search(story))


def _facts(clauses: list[str]) -> Iterator[Fact]:
    if owner := _only(_OWNER, clauses):
        yield Fact(Topic.OWNER, owner["owner"], owner["owner"])
        yield Fact(Topic.PROFESSION, owner["job"], owner["job"])
    if bought := _only(_BOUGHT, clauses):
        yield Fact(Topic.BOUGHT_IN, bought["town"], bought["town"])
        yield Fact(Topic.BOUGHT, bought["year"], bought["year"])
        if bought["price"]:
            yield Fact(Topic.PRICE, bought["price"], bought["price"])
    if kept := _only(_KEPT, clauses):
        yield Fact(Topic.KEPT, kept["place"], kept["place"])
    if repaired := _only(_REPAIRED, clauses):
        yield Fact(Topic.REPAIRED, repaired["year"], repaired["year"])


def _only(pattern: re.Pattern[str], clauses: list[str]) -> re.Match[str] | None:
    found = [match for match in map(pattern.match, clauses) if match]
    return found[0] if len(found) == 1 else None


THINGS = Lore(
    EntityKind.THING,
    "object",
    facts_of,
    silent_topics,
    {
        Topic.OWNER: ("Who owns {who}?", "To whom does {who} belong?"),
        Topic.PROFESSION: ("What is the profession of the owner of {who}?",),
        Topic.BOUGHT_IN: ("In which town was {who} bought?", "Where was {who} bought?"),
        Topic.BOUGHT: ("In which year was {who} bought?", "When was {who} bought?"),
        Topic.PRICE: ("How much did {who} cost?", "What was the price of {who}?"),
        Topic.KEPT: ("Where is {who} kept?",),
        Topic.REPAIRED: ("In which year was {who} repaired?", "When was {who} repaired?"),
        Topic.MAKER: ("Who made {who}?", "From which workshop does {who} come?"),
        Topic.WEIGHT: ("How much does {who} weigh?", "What is the weight of {who}?"),
    },
    {
        Topic.OWNER: "belongs to {value}",
        Topic.PROFESSION: "belongs to {value}",
        Topic.BOUGHT_IN: "was bought in {value}",
        Topic.BOUGHT: "was bought in {value}",
        Topic.EARLIEST: "was bought before {value}",
        Topic.PRICE: "cost {value}",
        Topic.KEPT: "is kept {value}",
        Topic.REPAIRED: "was repaired in {value}",
    },
    ("Which object {fact}?", "Where in the photo is the object that {fact}?"),
    (),  # what a thing is called can often be seen
    {
        Topic.MAKER: ("Anton Berg", "Moritz & Sons", "The Danube Works", "Clara Whitlow", "The Old Kiln"),
        Topic.WEIGHT: ("80 grams", "120 grams", "250 grams", "400 grams", "1 kilogram"),
    },
    {Topic.BOUGHT: Topic.REPAIRED, Topic.REPAIRED: Topic.BOUGHT},
    year=Topic.BOUGHT,
)
