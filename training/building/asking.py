"""Questions with their answers, and expressions that point: from the facts of a text, or of looks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.building import prompts
from training.building.contexts import Document
from training.building.nouns import Kind, kind_of
from training.building.refusing import Refused, refusing
from training.building.replies import Steps, text_in
from training.building.rules import (
    BrokenRuleError,
    Rule,
    check_answer,
    check_question,
    check_supported,
    clean,
    names_in,
    says,
    share_said,
)

_LEAST_SAID = 0.5  # of a fact's words, in an expression that points by it
_MOST = 6  # expressions of looks that are shown to the model


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that says "the woman" where an expression is put in, its answer and the fact in it."""

    question: str
    answer: str
    fact: str


@dataclass(frozen=True, slots=True)
class Expression:
    """Words that point to somebody by a fact: "the woman who is a teacher"."""

    text: str
    fact: str


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is made of one written context."""

    document: Document
    asked: tuple[Answered, ...]
    expressions: tuple[Expression, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The text that facts are taken from, and what steps about it are called."""

    noun: str
    told: tuple[str, ...]  # the text, or the expressions
    name: str = ""  # that questions must not say
    label: str = "context"  # what steps about it are called: "context", "looks"

    @property
    def shown(self) -> str:
        """The texts as prompts have them."""
        return self.told[0] if len(self.told) == 1 else json.dumps(self.told, ensure_ascii=False)


def learn(steps: Steps, document: Document) -> Learnt:
    """Everything that one written context gives: two to five calls and those asked again."""
    source = Source(document.noun, (document.text,), document.name)
    facts = facts_of(steps, source, prompts.CONTEXT_FACTS.format(noun=document.noun, text=source.shown))
    if not facts:
        return Learnt(document, (), (), ())
    fields = {"noun": document.noun, "facts": json.dumps(facts, ensure_ascii=False), "text": source.shown}
    asked = questions_of(steps, source, facts, prompts.CONTEXT_QUESTIONS.format(**fields))
    expressions = _expressions(steps, source, facts, prompts.CONTEXT_EXPRESSIONS.format(**fields))
    return Learnt(document, asked, expressions, refusing(steps, document, facts))


def see(steps: Steps, noun: str, expressions: Sequence[str]) -> tuple[Answered, ...]:
    """Questions about the looks of a region from the expressions that point to it: two calls."""
    source = Source(noun, tuple(expressions[:_MOST]), label="looks")
    shown = json.dumps(source.told, ensure_ascii=False)
    facts = facts_of(steps, source, prompts.LOOKS_FACTS.format(noun=noun, expressions=shown))
    if not facts:
        return ()
    told = json.dumps(facts, ensure_ascii=False)
    prompt = prompts.LOOKS_QUESTIONS.format(noun=noun, facts=told, expressions=shown)
    return questions_of(steps, source, facts, prompt)


def facts_of(steps: Steps, source: Source, prompt: str) -> dict[str, str]:
    """Facts by their names, each word for word in the source; none where the model gives none."""
    step = f"{source.label}_facts"

    def read(form: Mapping[str, object]) -> dict[str, str]:
        facts = form.get("facts")
        if not isinstance(facts, dict) or not facts:
            raise BrokenRuleError(Rule.BAD_FIELD, "an object 'facts' that is not empty")
        good = {}
        for name in facts:
            try:
                good[clean(str(name))] = _fact(facts, name, source)
            except BrokenRuleError as broken:
                steps.reject(step, broken.rule)
        return good

    return steps.ask(step, prompt, read) or {}


def questions_of(steps: Steps, source: Source, facts: Mapping[str, str], prompt: str) -> tuple[Answered, ...]:
    """Questions about the facts of a source that keep to the rules."""
    step = f"{source.label}_questions"

    def piece(form: Mapping[str, object]) -> Answered:
        value = _known(form, facts)
        question, answer = text_in(form, "question"), text_in(form, "answer")
        check_question(question, source.noun)
        check_answer(question, answer, value)
        check_supported(answer, (*source.told, question))
        if source.name and names_in(question, [source.name]):
            raise BrokenRuleError(Rule.NAME_LEAKED, "no name in the question")
        return Answered(question, answer, value)

    return tuple(steps.ask(step, prompt, lambda form: steps.each(step, form, "questions", piece)) or ())


def _expressions(
    steps: Steps, source: Source, facts: Mapping[str, str], prompt: str
) -> tuple[Expression, ...]:
    step = "context_expressions"
    own = re.escape(source.noun) + ("|person" if kind_of(source.noun) is Kind.PERSON else "")
    begins = re.compile(rf"the (?:[\w'-]+ ){{0,6}}(?:{own})\b", re.IGNORECASE)

    def piece(form: Mapping[str, object]) -> Expression:
        value, text = _known(form, facts), text_in(form, "text").rstrip(" .")
        if not begins.match(text) or "?" in text:
            raise BrokenRuleError(Rule.NO_SUBJECT, f"'the {source.noun}' in each expression")
        if not says(text, value) and share_said(text, value) < _LEAST_SAID:
            raise BrokenRuleError(Rule.WITHOUT_FACT, f"'{value}' in the expression")
        check_supported(text, source.told)
        return Expression(text[0].lower() + text[1:], value)

    return tuple(steps.ask(step, prompt, lambda form: steps.each(step, form, "expressions", piece)) or ())


def _fact(facts: Mapping[str, object], name: str, source: Source) -> str:
    value = text_in(facts, name)
    if not any(says(text, value) for text in source.told):
        raise BrokenRuleError(Rule.NOT_IN_TEXT, f"'{value[:50]}' word for word in the text")
    return value


def _known(form: Mapping[str, object], facts: Mapping[str, str]) -> str:
    """The value of the fact that a piece is about."""
    name = text_in(form, "fact")
    if name not in facts:
        raise BrokenRuleError(Rule.UNKNOWN_FACT, f"facts of the list, but got '{name[:50]}'")
    return facts[name]
