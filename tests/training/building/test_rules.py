"""Every rule has a reply that it rejects, and what keeps to the rules comes through."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

import pytest

from tests.conftest import ROOT
from training.building.asking import Answered, Expression, Learnt, Source, learn, questions_of, see
from training.building.assembling import Known, Scene, records_of
from training.building.calls import WITHHELD, RefusedError, Reply
from training.building.contexts import Document, Wanted, apart, wanted, write_context
from training.building.describing import Described, describe
from training.building.refusing import Refused, refusing
from training.building.replies import Steps
from training.building.rules import TOLD, Rule
from training.building.source import Spot
from training.dataset.folder import Split
from training.dataset.record import Record, Task
from vision.box import Box

TEXT = (
    "Laura is a woman of 41 years who works as a teacher in Lyon. Every Sunday she plays the violin with her "
    "neighbours, and in 2012 she won a prize for it."
)
LAURA = Document("woman", "Laura", TEXT)
BELLA = Document(
    "dog", "Bella", "Bella was born on a farm near Turin and has a great fear of thunder and bells."
)
FACTS = {"name": "Laura", "job": "teacher", "town": "Lyon"}
JEANS = Spot("woman", Box(0, 0, 50, 90), ("woman in jeans", "woman on the left"))
WHITE = Spot("dog", Box(60, 20, 90, 90), ("white dog",))
SIZE = (100, 100)
PLAIN = "Laura, who works as a teacher, is the woman in jeans. Bella, who fears thunder, is the white dog."
CITED = (
    "Laura, who works as a teacher [1], is the woman in jeans. "
    "Bella, who fears thunder [2], is the white dog."
)

MANY = (
    "Laura works as a teacher in Lyon [1]. Laura plays the violin every Sunday [1]. "
    "Laura won a prize in 2012 [1]. Laura is the woman in jeans [1]. Bella fears thunder [2]."
)


class Said:
    """Gives replies in their order, the last one for ever."""

    def __init__(self, *replies: object) -> None:
        self.replies = list(replies)
        self.prompts: list[str] = []

    def ask(self, step: str, prompt: str) -> Reply:
        self.prompts.append(prompt)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, Reply):
            return reply
        return Reply(reply if isinstance(reply, str) else json.dumps(reply), "end", 1, 1)


def context(name: str = "Laura", text: str = TEXT) -> Mapping[str, object]:
    return {"name": name, "text": text}


def question(question: str, answer: str, fact: str = "job") -> Mapping[str, object]:
    return {"questions": [{"fact": fact, "question": question, "answer": answer}]}


def refusal(question: str, answer: str, topic: str = "health") -> Mapping[str, object]:
    return {"questions": [{"topic": topic, "question": question, "answer": answer}]}


def write(steps: Steps) -> object:
    return write_context(steps, Wanted(Split.TRAIN, "woman", "La", "Write"))


def ask(steps: Steps) -> object:
    return questions_of(steps, Source("woman", (TEXT,), "Laura"), FACTS, "Ask")


def refuse(steps: Steps) -> object:
    return refusing(steps, LAURA, FACTS)


def tell(steps: Steps) -> object:
    return describe(steps, [(JEANS, LAURA), (WHITE, BELLA)], SIZE)


GOOD_TOPICS = {"topics": ["health"]}
GOOD_REFUSAL = refusal("How is the health of the woman?", "The description does not mention her health.")
Case = tuple[Rule, Callable[[Steps], object], tuple[object, ...]]
REPLIES: list[Case] = [
    (Rule.NO_JSON, write, ("Laura is a woman.",)),
    (Rule.NO_JSON, write, ('{"name": "Laura", "text": ',)),
    (Rule.NO_JSON, write, ('```json\n["Laura"]\n```',)),
    (Rule.REFUSAL, write, ("I'm sorry, but I cannot help with that.",)),
    (Rule.EMPTY, write, ("  ",)),
    (Rule.CUT_OFF, write, (Reply('{"name": "Laura", "te', "length", 1, 1),)),
    (Rule.WITHHELD, write, (Reply("content_filter", WITHHELD, None, None),)),
    (Rule.SERVER_REFUSED, write, (RefusedError("400"),)),
    (Rule.BAD_FIELD, write, ({"name": "Laura"},)),
    (Rule.BAD_FIELD, write, (context(text=""),)),
    (Rule.BAD_FIELD, write, (context(name=None),)),  # type: ignore[arg-type]
    (Rule.BAD_FIELD, ask, ({"questions": "?"},)),
    (Rule.BAD_FIELD, ask, ({"questions": ["?"]},)),
    (Rule.UNCLEAN, write, (context(text=f"{TEXT} [1]"),)),
    (Rule.UNCLEAN, write, (context(text=f"<|im_start|> {TEXT}"),)),
    (Rule.UNCLEAN, write, (context(text=f"{TEXT} [2]: The information of the man"),)),
    (Rule.NAME_START, write, (context(name="Bella"),)),
    (Rule.NAME_MISSING, write, (context(name="Lara"),)),
    (Rule.NAME_MISSING, write, (context(name="Laur"),)),
    (Rule.LENGTH, write, (context(text="Laura is a teacher."),)),
    (Rule.LOOKS_TOLD, write, (context(text=f"{TEXT} She has blonde hair."),)),
    (Rule.NOT_IN_TEXT, lambda steps: learn(steps, LAURA), ({"facts": {"job": "baker"}},)),
    (Rule.NOT_IN_TEXT, lambda steps: see(steps, "woman", ["woman in jeans"]), ({"facts": {"hat": "red"}},)),
    (Rule.UNKNOWN_FACT, ask, (question("What is the age of the woman?", "She is 41.", "age"),)),
    (Rule.NO_SUBJECT, ask, (question("What is her job?", "The woman is a teacher."),)),
    (Rule.NO_SUBJECT, ask, (question("Is the woman the woman with a job?", "She is a teacher."),)),
    (Rule.NO_SUBJECT, ask, (question("What is the woman's job?", "She is a teacher."),)),
    (Rule.NO_QUESTION, ask, (question("Tell the job of the woman.", "She is a teacher."),)),
    (Rule.ANSWER_WITHOUT_FACT, ask, (question("What is the job of the woman?", "She teaches."),)),
    (Rule.ANSWER_IN_QUESTION, ask, (question("Is the woman a teacher?", "She is a teacher."),)),
    (
        Rule.ANSWER_UNSUPPORTED,
        ask,
        (question("What is the job of the woman?", "She is a teacher in Paris."),),
    ),
    (Rule.ANSWER_UNSUPPORTED, ask, (question("What is the job of the woman?", "She is a teacher of 42."),)),
    (Rule.NAME_LEAKED, ask, (question("What is the job of the woman Laura?", "She is a teacher."),)),
    (
        Rule.WITHOUT_FACT,
        lambda steps: learn(steps, LAURA),
        (
            {"facts": {"job": "teacher"}},
            question("What is the job of the woman?", "She is a teacher."),
            {"expressions": [{"fact": "job", "text": "the woman from somewhere"}]},
            GOOD_TOPICS,
            GOOD_REFUSAL,
        ),
    ),
    (
        Rule.NO_SUBJECT,
        lambda steps: learn(steps, LAURA),
        (
            {"facts": {"job": "teacher"}},
            question("What is the job of the woman?", "She is a teacher."),
            {"expressions": [{"fact": "job", "text": "the man who is a teacher"}]},
            GOOD_TOPICS,
            GOOD_REFUSAL,
        ),
    ),
    (Rule.TOPIC_TOLD, refuse, ({"topics": ["violin"]},)),
    (Rule.TOPIC_TOLD, refuse, ({"topics": ["the job"]},)),
    (Rule.TOPIC_TOLD, refuse, ({"topics": ["occupation"]},)),
    (
        Rule.TOPIC_TOLD,
        refuse,
        (GOOD_TOPICS, refusal("In which town does the woman live?", "The description does not say this.")),
    ),
    (
        Rule.ANSWER_UNSUPPORTED,
        refuse,
        (GOOD_TOPICS, refusal("How is the health of the woman?", "The text does not say that Mia is ill.")),
    ),
    (
        Rule.NO_REFUSAL,
        refuse,
        (GOOD_TOPICS, refusal("How is the health of the woman?", "The woman has a cold.")),
    ),
    (
        Rule.NAME_LEAKED,
        refuse,
        (GOOD_TOPICS, refusal("How is the health of the woman Laura?", "The text does not say it.")),
    ),
    (Rule.ENTRY_MISSING, tell, ({"description": "Laura is the woman in jeans."},)),
    (Rule.CITED_EARLY, tell, ({"description": CITED},)),
    (
        Rule.UNSUPPORTED,
        tell,
        ({"description": "Laura flew to the moon with an elephant in 1999. Bella sells cars in Chicago."},),
    ),
    (Rule.CHANGED, tell, ({"description": PLAIN}, {"description": CITED.replace("is the", "wears the")})),
    (Rule.CITATION_MISSING, tell, ({"description": PLAIN}, {"description": CITED.replace(" [2]", "")})),
    (Rule.CITATION_UNKNOWN, tell, ({"description": PLAIN}, {"description": CITED.replace("[2]", "[2][3]")})),
    (
        Rule.CITATION_WRONG,
        tell,
        (
            {"description": PLAIN},
            {"description": CITED.replace("[1]", "[x]").replace("[2]", "[1]").replace("[x]", "[2]")},
        ),
    ),
    (  # one of five
        Rule.CITATION_WRONG,
        tell,
        (
            {"description": MANY.replace(" [1]", "").replace(" [2]", "")},
            {"description": MANY.replace("jeans [1]", "jeans [2]")},
        ),
    ),
]


@pytest.mark.parametrize(("rule", "work", "replies"), REPLIES, ids=[case[0].value for case in REPLIES])
def test_a_reply_that_breaks_a_rule_is_rejected_by_it(
    rule: Rule, work: Callable[[Steps], object], replies: tuple[object, ...]
) -> None:
    steps = Steps(Said(*replies))
    work(steps)
    assert {broken for _, broken in steps.rejects} == {rule}


def test_every_rule_has_a_case_and_words_for_the_report() -> None:
    elsewhere = {Rule.TOLD_TWICE, Rule.AMBIGUOUS}
    assert {case[0] for case in REPLIES} | elsewhere == set(Rule) == set(TOLD)
    docs = (ROOT / "docs" / "rcvit.md").read_text(encoding="utf-8")
    assert [rule for rule, told in TOLD.items() if f"| `{rule}` | {told} |" not in docs] == []


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "```json\n{}\n```",
        "Here is the JSON:\n{}\nI hope that helps!",
        "<think>A {{name}} first.</think>{}",
        "Sure. {{not json}} {}",
    ],
)
def test_json_is_found_whatever_stands_around_it(around: str) -> None:
    steps = Steps(Said(around.format(json.dumps(context()))))
    assert write(steps) == LAURA
    assert not steps.rejects


def test_a_reply_that_cannot_be_used_is_asked_for_once_more_with_the_reason() -> None:
    said = Said("no", context())
    steps = Steps(said)
    assert write(steps) == LAURA
    assert said.prompts[1].startswith("Write\n\nYour answer number 1 could not be used: expected one JSON")
    bad = Said("no")
    assert write(Steps(bad)) is None
    assert len(bad.prompts) == 2


def test_what_keeps_to_the_rules_comes_through() -> None:
    steps = Steps(Said(question("What is the job of the woman?", "The woman is a teacher.")))
    assert ask(steps) == (Answered("What is the job of the woman?", "The woman is a teacher.", "teacher"),)
    assert refuse(Steps(Said(GOOD_TOPICS, GOOD_REFUSAL))) == (
        Refused(
            "How is the health of the woman?",
            "Cannot be answered. The description does not mention her health.",
        ),
    )
    assert tell(Steps(Said({"description": PLAIN}, {"description": CITED}))) == Described(PLAIN, CITED)


def test_one_bad_piece_does_not_spoil_the_others() -> None:
    good = question("What is the job of the woman?", "The woman is a teacher.")["questions"]
    bad = question("Where does the woman live?", "In Rome.", "town")["questions"]
    assert isinstance(good, list)
    assert isinstance(bad, list)
    steps = Steps(Said({"questions": [*bad, *good]}))
    assert len(ask(steps)) == 1  # type: ignore[arg-type]
    assert steps.rejects == {("context_questions", Rule.ANSWER_WITHOUT_FACT): 1}


def test_a_text_told_twice_is_left_out_and_splits_share_no_beginning_of_a_name() -> None:
    steps = Steps(Said(""))
    other = replace(LAURA, text=f"{TEXT} She sings.")
    train, test = (wanted(split, "woman", Random(0)) for split in (Split.TRAIN, Split.TEST))
    written = [(train, LAURA), (train, None), (test, LAURA), (train, other)]
    assert apart(steps, written) == {(Split.TRAIN, "woman"): [LAURA, other]}
    assert steps.rejects == {("context", Rule.TOLD_TWICE): 1}
    starts = {split: {wanted(split, "dog", Random(n)).start for n in range(300)} for split in Split}
    assert len(set().union(*starts.values())) == sum(map(len, starts.values()))
    assert min(map(len, starts.values())) >= 7


LEARNT = Learnt(
    LAURA,
    (Answered("What is the job of the woman?", "The woman is a teacher.", "teacher"),),
    (Expression("the woman who is a teacher", "teacher"),),
    (Refused("How is the health of the woman?", "Cannot be answered. The text does not say it."),),
)
WEARS = Answered("What is the woman wearing?", "The woman is wearing jeans.", "jeans")


def made(*spots: str, learnt: Learnt = LEARNT, also: Learnt | None = None) -> tuple[list[Record], Steps]:
    """The records of a photo of Laura and perhaps another woman."""
    spot = Spot("woman", JEANS.box, spots)
    known = [Known(learnt, spot.box, spot, (WEARS,))]
    if also is not None:
        known.append(Known(also, WHITE.box, Spot("woman", WHITE.box, ("woman behind",)), ()))
    steps = Steps(Said(""))
    scene = Scene("a", "a.jpg", SIZE, tuple(known), (), (), (), None)
    return records_of(scene, steps, Random(0), questions=9), steps


def test_expressions_are_put_into_questions_of_the_other_modality() -> None:
    records, steps = made("woman in jeans", "woman on the left")
    asked = {(one.task, one.question): one for one in records}
    assert {task for task, _ in asked} == {Task.V2C, Task.C2V, Task.UNANSWERABLE_V2C}
    v2c = asked[Task.V2C, "What is the job of the woman on the left?"]
    assert v2c.answer == "The woman is a teacher." + (" [1]" if v2c.citations else "")
    assert (Task.C2V, "What is the woman who is a teacher wearing?") in asked
    assert (Task.UNANSWERABLE_V2C, "How is the health of the woman in jeans?") in asked
    assert not steps.rejects


def test_an_age_points_to_one_of_two_people_who_have_one() -> None:
    learnt = replace(LEARNT, expressions=(Expression("the 41-year-old woman", "41-year-old"),))
    older = Learnt(Document("woman", "Mia", "Mia is a 52-year-old woman and a painter."), (), (), ())
    records, steps = made("woman in jeans", learnt=learnt, also=older)
    assert "What is the 41-year-old woman wearing?" in {one.question for one in records}
    assert not steps.rejects


@pytest.mark.parametrize(
    ("spots", "changes", "task", "rule"),
    [
        (("woman like a teacher",), {}, Task.V2C, Rule.ANSWER_IN_QUESTION),
        (("woman called Laura",), {}, Task.V2C, Rule.NAME_LEAKED),
        (("woman called Laura",), {}, Task.UNANSWERABLE_V2C, Rule.NAME_LEAKED),
        (
            ("woman in jeans",),
            {"learnt": replace(LEARNT, expressions=(Expression("the woman of jeans", "teacher"),))},
            Task.C2V,
            Rule.ANSWER_IN_QUESTION,
        ),
        (
            ("woman in jeans",),
            {"also": Learnt(Document("woman", "Mia", "Mia is a teacher too."), (), (), ())},
            Task.C2V,
            Rule.AMBIGUOUS,
        ),
    ],
)
def test_a_substitution_that_breaks_a_rule_is_rejected(
    spots: tuple[str, ...], changes: dict[str, Learnt], task: Task, rule: Rule
) -> None:
    records, steps = made(*spots, **changes)
    assert task not in {one.task for one in records}
    assert steps.rejects["substitution", rule] >= 1
