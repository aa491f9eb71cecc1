"""Questions that a text does not answer: topics that it does not tell, and answers that say so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from generation.checking.refusals import refusals_of
from generation.checking.statements import Marked
from generation.context import Entry
from generation.given import Given
from generation.ranking import Query, quotes_of
from generation.terms import terms
from training.building import prompts
from training.building.contexts import Document
from training.building.replies import Steps, text_in
from training.building.rules import BrokenRuleError, Rule, check_question, check_supported, clean, names_in
from vision.box import Box

REFUSAL = "Cannot be answered."
_BOX = Box(0, 0, 1, 1)  # a text alone is searched; it stands nowhere


@dataclass(frozen=True, slots=True)
class Refused:
    """A question that says "the woman" where an expression is put in, and the answer that there is none."""

    question: str
    answer: str


def refusing(steps: Steps, document: Document, facts: Mapping[str, str]) -> tuple[Refused, ...]:
    """Questions that a document does not answer: two calls."""
    topics = _topics(steps, document, facts)
    if not topics:
        return ()
    step = "unanswerable_questions"

    def piece(form: Mapping[str, object]) -> Refused:
        if text_in(form, "topic") not in topics:
            raise BrokenRuleError(Rule.UNKNOWN_FACT, "topics of the list")
        question, answer = text_in(form, "question"), text_in(form, "answer")
        check_question(question, document.noun)
        if names_in(question, [document.name]):
            raise BrokenRuleError(Rule.NAME_LEAKED, "no name in the question")
        if tells(document, question, facts):
            raise BrokenRuleError(Rule.TOPIC_TOLD, f"what the text does not tell, but it tells: {question}")
        answer = answer if answer.startswith(REFUSAL) else f"{REFUSAL} {answer}"
        if not _only_refuses(answer):
            raise BrokenRuleError(Rule.NO_REFUSAL, "an answer that says what the description does not tell")
        check_supported(answer, (document.text, question))
        return Refused(question, answer)

    prompt = prompts.UNANSWERABLE_QUESTIONS.format(
        noun=document.noun, topics=json.dumps(topics, ensure_ascii=False), text=document.text
    )
    return tuple(steps.ask(step, prompt, lambda form: steps.each(step, form, "questions", piece)) or ())


def tells(document: Document, question: str, facts: Mapping[str, str]) -> bool:
    """Whether a document may answer a question or topic: a fact is called so, or a passage fits it."""
    asked = question.replace(f"the {document.noun}", " ")
    if not frozenset(terms(" ".join(facts))).isdisjoint(terms(asked)):
        return True
    given = Given(_BOX, document.noun, document.name, document.text)
    entry = Entry(1, given.kind, given.noun, given.name, given.text, _BOX, _BOX)
    query = Query.of(asked)
    return not query.empty and bool(quotes_of([entry], query)[1])


def _topics(steps: Steps, document: Document, facts: Mapping[str, str]) -> list[str]:
    step, text = "unmentioned", frozenset(terms(document.text))

    def read(form: Mapping[str, object]) -> list[str]:
        topics = form.get("topics")
        if not isinstance(topics, list) or not topics:
            raise BrokenRuleError(Rule.BAD_FIELD, "a list 'topics'")
        good = []
        for topic in topics:
            try:
                good.append(_topic(topic))
            except BrokenRuleError as broken:
                steps.reject(step, broken.rule)
        return good

    def _topic(topic: object) -> str:
        if not isinstance(topic, str) or not topic.strip():
            raise BrokenRuleError(Rule.BAD_FIELD, "topics as texts")
        plain = clean(topic)
        if not text.isdisjoint(terms(plain)) or tells(document, plain, facts):
            raise BrokenRuleError(Rule.TOPIC_TOLD, f"topics that the text does not tell, but got '{plain}'")
        return plain

    told = json.dumps(facts, ensure_ascii=False)
    prompt = prompts.UNMENTIONED.format(noun=document.noun, facts=told, text=document.text)
    return steps.ask(step, prompt, read) or []


def _only_refuses(answer: str) -> bool:
    marked = Marked.of(answer)
    return not marked.marks and len(refusals_of(marked)) == len(marked.statements)
