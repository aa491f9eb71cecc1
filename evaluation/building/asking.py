"""Questions about one query photo, each with one option that is right and none that could be."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluation.bench.bench import NOT_ENOUGH, BenchQuestion, QuestionType
from evaluation.building.lore import Lore
from evaluation.building.subjects import Subject
from evaluation.building.topic import Fact, Topic, mentions, telling
from evaluation.building.wording import by_colour, by_place, capitalised
from generation.folding import folded

# Options beside "not enough information" in a question about a text.
OPTIONS = 4
_COMPARED = 0.8  # of the questions that point, where years can be compared


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Somebody of the gallery with what is known."""

    subject: Subject
    facts: Mapping[Topic, Fact]
    silent: frozenset[Topic]
    unsure: frozenset[Topic] = frozenset()  # the text may tell something of it, whatever that is

    @classmethod
    def of(cls, subject: Subject, lore: Lore) -> Known:
        """Read the text of a subject."""
        facts = {**lore.facts_of(subject.biography), Topic.NAME: Fact(Topic.NAME, subject.name, subject.name)}
        return cls(subject, facts, lore.silent_topics(subject.biography), lore.unsure - facts.keys())

    def may_tell(self, fact: Fact) -> bool:
        """Whether a fact could be told of this subject too."""
        if fact.topic is Topic.NAME:
            return folded(fact.value) == folded(self.subject.name)
        if fact.topic in self.unsure:
            return True
        own = self.facts.get(fact.topic)
        return mentions(self.subject.biography, fact) or (own is not None and _alike(own.value, fact.value))


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Who stands in a query photo, from left to right."""

    photo: str  # its id
    people: tuple[Known | None, ...]  # None for a stranger
    colours: tuple[str, ...]


class Asker:
    """Makes questions about photos; the same for the same gallery and dice."""

    def __init__(self, gallery: Sequence[Known], lore: Lore, chance: random.Random) -> None:
        self._gallery = gallery
        self._lore = lore
        self._chance = chance
        self._values: dict[Topic, list[Fact]] = {}
        for known in gallery:
            for topic, fact in known.facts.items():
                self._values.setdefault(topic, []).append(fact)

    def ask(self, kind: QuestionType, standing: Standing) -> BenchQuestion | None:
        """A question of a type about a photo; None where this photo gives none."""
        match kind:
            case QuestionType.V2C:
                return self._v2c(standing)
            case QuestionType.C2V:
                return self._c2v(standing)
            case QuestionType.UNANSWERABLE_V2C:
                return self._unanswerable_v2c(standing)
            case QuestionType.UNANSWERABLE_C2V:
                return self._unanswerable_c2v(standing)

    def _v2c(self, standing: Standing) -> BenchQuestion | None:
        place, known = self._somebody(standing)
        topics = [topic for topic in self._lore.asked if topic in known.facts]
        for topic in self._chance.sample(topics, len(topics)):
            fact = known.facts[topic]
            others = self._distractors(fact, known, standing)
            if others:
                return self._about_text(
                    QuestionType.V2C, standing, place, fact.topic, (fact.value, *others), known
                )
        return None

    def _unanswerable_v2c(self, standing: Standing) -> BenchQuestion | None:
        """About a stranger, or about what the text of somebody known does not say."""
        strangers = [place for place, known in enumerate(standing.people) if known is None]
        if strangers and self._chance.random() < 0.5:
            place = self._chance.choice(strangers)
            told = [topic for topic in self._lore.asked if len(self._spread(topic)) > OPTIONS]
            if not told:
                return None
            topic = self._chance.choice(told)
            options = self._some_values(topic, standing)
            return self._about_text(QuestionType.UNANSWERABLE_V2C, standing, place, topic, options, None)
        place, known = self._somebody(standing)
        silent = sorted(known.silent - known.facts.keys())
        if not silent:
            return None
        topic = self._chance.choice(silent)
        options = self._lore.invented.get(topic) or self._some_values(topic, standing)
        if len(options) < 2:
            return None
        options = tuple(self._chance.sample(options, min(OPTIONS, len(options))))
        return self._about_text(QuestionType.UNANSWERABLE_V2C, standing, place, topic, options, known)

    def _c2v(self, standing: Standing) -> BenchQuestion | None:
        place, known = self._somebody(standing)
        others = [other for other in standing.people if other is not None and other is not known]
        facts = self._pointing_facts(known)
        earliest = self._earliest(known, others)
        if earliest is not None and self._chance.random() < _COMPARED:
            return self._pointing(QuestionType.C2V, standing, earliest, place, known)
        for fact in self._chance.sample(facts, len(facts)):
            if not any(other.may_tell(fact) for other in others):
                return self._pointing(QuestionType.C2V, standing, fact, place, known)
        return None

    def _unanswerable_c2v(self, standing: Standing) -> BenchQuestion | None:
        present = [known for known in standing.people if known is not None]
        others = [known for known in self._gallery if known not in present]
        if not others:  # all of the gallery is in the photo
            return None
        absent = self._chance.choice(others)
        facts = self._pointing_facts(absent)
        for fact in self._chance.sample(facts, len(facts)):
            if not any(known.may_tell(fact) for known in present):
                return self._pointing(QuestionType.UNANSWERABLE_C2V, standing, fact, None, absent)
        return None

    def _pointing_facts(self, known: Known) -> list[Fact]:
        """By what somebody can be pointed at."""
        pointing = {*self._lore.called, *([Topic.NAME] if self._lore.pointed_by_name else [])}
        return [fact for topic, fact in known.facts.items() if topic in pointing]

    def _earliest(self, known: Known, others: Sequence[Known]) -> Fact | None:
        """That the year of one is before a round year, and that of no other is: years have to be compared."""
        year = self._lore.year
        if year is None or not others or any(year not in one.facts for one in (known, *others)):
            return None
        first, next_year = int(known.facts[year].value), min(int(one.facts[year].value) for one in others)
        rounded = [at for at in range(first + 1, next_year + 1) if at % 5 == 0]
        return Fact(Topic.EARLIEST, str(rounded[0]), str(rounded[0])) if rounded else None

    def _somebody(self, standing: Standing) -> tuple[int, Known]:
        return self._chance.choice(
            [(i, known) for i, known in enumerate(standing.people) if known is not None]
        )

    def _about_text(
        self,
        kind: QuestionType,
        standing: Standing,
        place: int,
        topic: Topic,
        options: Sequence[str],
        known: Known | None,
    ) -> BenchQuestion:
        """A question about what is written of the one at a place; the first option is right, if any is."""
        by = self._chance.choice(("place", "place", "colour"))
        noun, colour = self._lore.noun, standing.colours[place]
        who = by_place(place, len(standing.people), noun) if by == "place" else by_colour(colour, noun)
        text = self._chance.choice(self._lore.asked[topic]).format(who=who)
        right = options[0] if kind.answerable else None
        return self._question(kind, standing, text, options, right, known, (topic, f"by {by}"))

    def _pointing(
        self, kind: QuestionType, standing: Standing, fact: Fact, place: int | None, known: Known
    ) -> BenchQuestion:
        """A question for the one of whom a fact is told; the options are everybody in the photo."""
        count, noun, lore = len(standing.people), self._lore.noun, self._lore
        asked = self._chance.choice(("place", "place", "colour"))
        if asked == "place":
            options = [capitalised(by_place(i, count, noun)) for i in range(count)]
        else:
            options = [capitalised(by_colour(colour, noun)) for colour in standing.colours]
        if fact.topic is Topic.NAME:
            text = self._chance.choice(lore.pointed_by_name).format(name=fact.value)
        else:
            told_fact = lore.called[fact.topic].format(value=fact.value)
            text = self._chance.choice(lore.pointed).format(fact=told_fact)
        right = None if place is None else options[place]
        by = "name" if fact.topic is Topic.NAME else "fact"
        told = known if place is not None else None
        return self._question(
            kind, standing, text, options, right, told, (fact.topic, f"by {by}, {asked} asked")
        )

    def _question(
        self,
        kind: QuestionType,
        standing: Standing,
        text: str,
        options: Sequence[str],
        right: str | None,
        known: Known | None,
        told: tuple[Topic, str],
    ) -> BenchQuestion:
        shuffled = [*options]
        self._chance.shuffle(shuffled)
        abstain = self._chance.randint(0, len(shuffled))
        shuffled.insert(abstain, NOT_ENOUGH)
        answer = abstain if right is None else shuffled.index(right)
        return BenchQuestion(
            "",
            standing.photo,
            kind,
            text,
            tuple(shuffled),
            answer,
            abstain,
            None if known is None else known.subject.id,
            told[0].value,
            told[1],
        )

    def _distractors(self, fact: Fact, known: Known, standing: Standing) -> tuple[str, ...]:
        """Values that are not true of the person: of others in the photo first, then of the gallery."""
        near = [
            other.facts[fact.topic]
            for other in standing.people
            if other is not None and other is not known and fact.topic in other.facts
        ]
        pool = [
            *self._chance.sample(near, len(near)),
            *self._own_others(fact, known),
            *self._spread(fact.topic),
        ]
        chosen: list[str] = []
        for other in pool:
            own = other in known.facts.values()
            if any(_alike(other.value, value) for value in (fact.value, *chosen)):
                continue
            if own or not known.may_tell(other):
                chosen.append(other.value)
            if len(chosen) == OPTIONS - 1:
                break
        return tuple(chosen)

    def _own_others(self, fact: Fact, known: Known) -> list[Fact]:
        """Facts of the same shape that are true of the person, but of something else: the harder options."""
        twin = self._lore.twins.get(fact.topic)
        return [known.facts[twin]] if twin is not None and twin in known.facts else []

    def _spread(self, topic: Topic) -> list[Fact]:
        """Different values of the gallery, in random order."""
        different = {fact.value: fact for fact in self._values.get(topic, [])}
        values = sorted(different)
        return [different[value] for value in self._chance.sample(values, len(values))]

    def _some_values(self, topic: Topic, standing: Standing) -> tuple[str, ...]:
        """Options of which none is more likely: of the others in the photo first."""
        near = [known.facts[topic] for known in standing.people if known is not None and topic in known.facts]
        chosen: list[str] = []
        for fact in (*near, *self._spread(topic)):
            if not any(_alike(fact.value, value) for value in chosen):
                chosen.append(fact.value)
        return tuple(chosen[:OPTIONS])


def questions_about(
    asker: Asker, standing: Standing, kinds: Sequence[QuestionType]
) -> Iterator[BenchQuestion]:
    """A question of each type in turn; nothing is asked twice in the same direction."""
    seen: set[tuple[object, ...]] = set()
    for kind in kinds:
        question = asker.ask(kind, standing)
        if question is None:
            continue
        what = kind, question.topic, question.about or question.text
        if what not in seen:
            seen.add(what)
            yield question


def _alike(one: str, other: str) -> bool:
    """Whether one of two values may be taken for the other: all words that tell them apart are shared."""
    first, second = telling(one), telling(other)
    return first <= second or second <= first
