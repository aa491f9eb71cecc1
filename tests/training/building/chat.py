"""A chat model by a script: it does each step as it should, except where a test has it misbehave."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

JOBS = ("teacher", "baker", "pilot", "carpenter", "nurse", "florist")
HOBBIES = ("chess", "sailing", "pottery", "juggling", "fencing")
_STEPS = {
    "context": "Write an invented text",
    "context_facts": "Extract what this text tells",
    "context_questions": "Write one question and its answer for each of these facts about the {noun}.",
    "context_expressions": "Write expressions that point",
    "unmentioned": "List up to six topics",
    "unanswerable_questions": "This text does not tell these topics",
    "looks_facts": "Extract what these expressions tell",
    "looks_questions": "Write one question and its answer for each of these facts about how",
    "description": "Write a description of a photo",
    "cited_description": "Put citations into this description",
}
Misdeed = Callable[[str, str], str | Exception | None]  # of step and prompt: a reply, an error, or None


class ScriptedChat(BaseChatModel):
    """Answers every step; `misdeed` goes first. Safe to use by several threads."""

    misdeed: Misdeed = lambda step, prompt: None
    _asked: list[tuple[str, str]] = PrivateAttr(default_factory=list)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Step and prompt of every call."""
        return self._asked

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        prompt = str(messages[0].text)
        step = step_of(prompt)
        with self._lock:
            self._asked.append((step, prompt))
        done = self.misdeed(step, prompt)
        if isinstance(done, Exception):
            raise done
        text = answer(prompt) if done is None else done
        used = {"input_tokens": len(prompt.split()), "output_tokens": len(text.split())}
        message = AIMessage(
            text,
            usage_metadata={**used, "total_tokens": sum(used.values())},
            response_metadata={"finish_reason": "stop"},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])


def step_of(prompt: str) -> str:
    """The step that a prompt is for."""
    fits = [step for step, begin in _STEPS.items() if prompt.startswith(begin.partition("{")[0])]
    return "looks_questions" if "how the" in prompt[:90] and "context_questions" in fits else fits[0]


def answer(prompt: str) -> str:
    """A good answer to any step."""
    return json.dumps(_ANSWERS[step_of(prompt)](prompt))


def _context(prompt: str) -> Mapping[str, object]:
    noun = _found(r"about one ([\w ]+), as", prompt)
    dice = hashlib.sha256(prompt.encode()).digest()
    name = _found(r'begins with "(\w+)"', prompt) + "".join("aeiou"[d % 5] + "lnrst"[d % 4] for d in dice[:4])
    job, hobby, town = JOBS[dice[5] % 6], HOBBIES[dice[6] % 5], f"{chr(65 + dice[7] % 26)}omville"
    text = (
        f"{name} is a {noun} of {3 + dice[8] % 80} years and works as a {job} near the harbour of {town}. "
        f"Every Sunday {name} goes in for {hobby} with two old friends."
    )
    return {"name": name, "text": text}


def _context_facts(prompt: str) -> Mapping[str, object]:
    text = _found(r"Text: (.*)", prompt)
    facts = {
        "name": text.split()[0],
        "age": _found(r"(\d+) years", text),
        "job": _found(r"works as a (\w+)", text),
        "town": _found(r"harbour of (\w+)", text),
        "hobby": _found(r"goes in for (\w+)", text),
    }
    return {"facts": facts}


def _questions(prompt: str) -> Mapping[str, object]:
    noun, facts = _found(r"about (?:how )?the ([\w ]+?)(?: looks)?\.", prompt), _facts(prompt)
    return {
        "questions": [
            {
                "fact": fact,
                "question": f"What is the {fact} of the {noun}?",
                "answer": f"The {fact} of the {noun} is {value}.",
            }
            for fact, value in facts.items()
        ]
    }


def _expressions(prompt: str) -> Mapping[str, object]:
    noun = _found(r"point to the ([\w ]+?) by", prompt)
    return {
        "expressions": [
            {"fact": fact, "text": f"the {noun} whose {fact} is {value}"}
            for fact, value in _facts(prompt).items()
        ]
    }


def _topics(prompt: str) -> Mapping[str, object]:
    return {"topics": ["health", "favourite dish"]}


def _unanswerable(prompt: str) -> Mapping[str, object]:
    noun = _found(r"topics about the ([\w ]+?)\.", prompt)
    topics = json.loads(_found(r"Topics: (.*)", prompt))
    return {
        "questions": [
            {
                "topic": topic,
                "question": f"What is the {topic} of the {noun}?",
                "answer": f"The description does not mention the {topic} of the {noun}.",
            }
            for topic in topics
        ]
    }


def _looks_facts(prompt: str) -> Mapping[str, object]:
    expressions = json.loads(_found(r"Expressions: (.*)", prompt))
    return {"facts": {"place": expressions[0].split()[-1], "clothing": expressions[0].split()[-2]}}


def _description(prompt: str) -> Mapping[str, object]:
    entries = re.findall(
        r"Entry \d+, a [\w ]+\. Seen: the ([^.;]+)[^.]*\. Text: (\w+).*?works as a (\w+)", prompt
    )
    said = [f"{name}, who works as a {job}, is the {seen}." for seen, name, job in entries]
    return {"description": " ".join(said)}


def _cited(prompt: str) -> Mapping[str, object]:
    description = _found(r"Description: (.*)", prompt)
    entries = re.findall(r"Entry (\d+), .*? Text: (\w+)", prompt)
    for number, name in entries:
        description = re.sub(rf"({name}, who works as a \w+)", rf"\1 [{number}]", description)
    return {"description": description}


def _facts(prompt: str) -> dict[str, str]:
    facts: dict[str, str] = json.loads(_found(r"Facts: (.*)", prompt))
    return facts


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, f"{pattern} is not in: {text[:200]}"
    return found[1]


_ANSWERS: dict[str, Callable[[str], Mapping[str, object]]] = {
    "context": _context,
    "context_facts": _context_facts,
    "context_questions": _questions,
    "context_expressions": _expressions,
    "unmentioned": _topics,
    "unanswerable_questions": _unanswerable,
    "looks_facts": _looks_facts,
    "looks_questions": _questions,
    "description": _description,
    "cited_description": _cited,
}
