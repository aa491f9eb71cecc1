"""A chat model as the judge of claims: it sees paraphrases, and has to be trusted or checked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from evaluation.rcid.claims import Claim
from evaluation.rcid.judge import Entailment
from generation.budget import told_whole
from generation.context import Context
from generation.generator import GenerationError
from generation.neutral import neutralise
from retrieval.tracing import traced

_ENTAILED = """Here are texts, each with a number:
{texts}

Here are claims, each with a number:
{claims}

For each claim write one line: its number, a colon, and the numbers of all texts that say or imply it.
Write "none" where no text does, and "seen" where the claim tells only what a picture shows (clothes, place).
Names and numbers must agree. Write nothing else."""
_MENTIONED = """Here is a description:
{description}

Here are facts, each with a number:
{facts}

Write on one line, separated by commas, the numbers of all facts that the description mentions in any words.
Write "none" where it mentions none. Write nothing else."""
_LINE = re.compile(r"^\W*(\d{1,3})\W*[:.)-]\s*(.*)$")


class ChatJudge:
    """Asks a chat model once for the claims and once for the facts of each description."""

    def __init__(self, chat: BaseChatModel, name: str) -> None:
        self.name = name
        self._chat = chat

    def entailed(self, claims: Sequence[Claim], context: Context) -> list[Entailment]:
        """What the model says; raise `GenerationError` where it leaves a claim out."""
        if not claims:
            return []
        texts = "\n".join(
            f"{entry.k}. {neutralise(entry.name)}. {told_whole(entry.text)}" for entry in context.entries
        )
        said = self._asked(_ENTAILED, texts=texts, claims=_numbered([claim.text for claim in claims]))
        lines = {int(found[1]): found[2] for found in map(_LINE.match, said.splitlines()) if found}
        missing = [number for number in range(1, len(claims) + 1) if number not in lines]
        if missing:
            raise GenerationError(f"The judge said nothing about claim {missing[0]} of {len(claims)}.")
        known = frozenset(entry.k for entry in context.entries)
        return [_entailment(lines[number], known) for number in range(1, len(claims) + 1)]

    def mentioned(self, facts: Sequence[str], claims: Sequence[Claim], context: Context) -> list[bool]:
        """What the model says; raise `GenerationError` for an answer that is no list of numbers."""
        del context
        if not facts or not claims:
            return [False] * len(facts)
        description = " ".join(f"{neutralise(claim.text)}." for claim in claims)
        said = self._asked(_MENTIONED, description=description, facts=_numbered(facts))
        numbers = frozenset(map(int, re.findall(r"\d{1,4}", said)))
        if not numbers and "none" not in said.lower():
            raise GenerationError("The judge's answer about facts is no list of numbers.")
        return [number in numbers for number in range(1, len(facts) + 1)]

    def _asked(self, prompt: str, **texts: str) -> str:
        # Braces of people's texts stay: `format` reads only the prompt.
        message = HumanMessage(prompt.format(**texts))
        try:
            with traced(False):
                return str(self._chat.invoke([message], {"callbacks": []}).text)
        except Exception as error:  # its text is not told: it can quote key and request
            raise GenerationError(f"The judge could not be asked: {type(error).__name__}.") from error


def _numbered(texts: Sequence[str]) -> str:
    return "\n".join(f"{number}. {neutralise(text)}" for number, text in enumerate(texts, start=1))


def _entailment(said: str, known: frozenset[int]) -> Entailment:
    if "seen" in said.lower():
        return Entailment(False, frozenset())
    return Entailment(True, frozenset(map(int, re.findall(r"\d{1,3}", said))) & known)
