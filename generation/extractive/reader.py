"""The reader: answers without a model, by quoting the gallery."""

from __future__ import annotations

import re
from collections.abc import Generator as Writer
from collections.abc import Mapping, Sequence

from generation.context import Context, Entry
from generation.extractive.describe import counted, described, nobody_known, unknown_people
from generation.extractive.intent import Intent, intent_of
from generation.extractive.language import is_english
from generation.extractive.mentions import Scope, mentioned
from generation.extractive.picking import picked
from generation.extractive.quoting import beginning, first_fact, listed, name_of, quoted
from generation.generator import Choice, Draft, Finish, Stream
from generation.neutral import NAME_LIMIT, TEXT_LIMIT, quotable, shortened
from generation.passages import sentence
from generation.question import checked
from generation.ranking import NEAR_BEST, Query, Quote, on_side, quotes_of
from generation.request import Request

ENGLISH_ONLY = "The reader understands questions in English only."
# Of one person, so that an answer stays an answer.
MOST_QUOTES = 2
# "Who was born in Texas?" names those who score at least this share of the best.
_CHOSEN = 0.7
_CHOOSING = re.compile(
    r"\s*(?:and )?(?:who(?!se|m)|which (?:of|one|person|people|man|woman|senator))\b", re.IGNORECASE
)


class Reader:
    """Answers from the biographies of a context, word for word."""

    name = "reader"
    note = (
        "The reader is extractive: it quotes what is known about who and what is in the photo, "
        "and does not look at the photo itself."
    )

    def stream(self, request: Request) -> Stream:
        """Quote what the gallery says about whom the question means, or say that it does not say."""
        return Stream(_pieces(read(request.context, request.question)), sent="")

    def batch(self, requests: Sequence[Request]) -> list[Draft]:
        """As `stream`, one after the other."""
        return [self.stream(request).finished() for request in requests]

    def choose(self, request: Request, options: Sequence[str]) -> Choice:
        """The option that the quotes mean; none where several would do or nothing tells."""
        text = read(request.context, request.question)
        return Choice(picked(request.context, request.question, options, text), text)


def _pieces(text: str) -> Writer[str, None, Finish]:
    yield text
    return Finish.END


def read(context: Context, question: str) -> str:
    """The answer to a question, each quotation with its citation mark."""
    return _text(context, shortened(checked(question), TEXT_LIMIT))


def _text(context: Context, question: str) -> str:
    if not context.entries and not context.unknown_people:
        return nobody_known(context)
    if not is_english(question, [entry.name for entry in context.entries]):
        return ENGLISH_ONLY
    scope = mentioned(context, question)
    intent = intent_of(question, scope)
    if intent is Intent.COUNT:
        return counted(context)
    if intent is Intent.UNKNOWN:
        return unknown_people(context)
    if not scope.explicit and (intent is Intent.DESCRIPTION or not context.entries):
        return described(context)
    return " ".join([*_not_recognised(scope), *_about(scope, intent, question)])


def _about(scope: Scope, intent: Intent, question: str) -> list[str]:
    """Sentences about the people in the scope."""
    if not scope.entries:
        return []
    if intent is Intent.DESCRIPTION:
        return [_begun(f"{first_fact(entry)}.") for entry in scope.entries]
    if intent is Intent.OVERVIEW:
        return [_begun(f"{beginning(entry)}.") for entry in scope.entries]
    return _told(scope, Query.of(scope.rest), choosing=_CHOOSING.match(question) is not None)


def _not_recognised(scope: Scope) -> list[str]:
    """Sentences about people whom the question means and nobody knows."""
    return [
        *(f"{quotable(name, limit=NAME_LIMIT)} is not recognised in this photo." for name in scope.strangers),
        *(f"The person {label} is unknown: no sure match in the gallery." for label in scope.unknown),
        *(f"The thing {label} is unknown: no sure match in the gallery." for label in scope.unknown_things),
        *(f"Nobody was found {label} in this photo." for label in scope.missing),
        *(f"Nobody in this photo has the number {k}." for k in scope.absent),
    ]


def _told(scope: Scope, query: Query, *, choosing: bool) -> list[str]:
    quotes: Mapping[int, Sequence[Quote]] = quotes_of(scope.entries, query)
    if choosing and not scope.explicit:
        quotes = _chosen(_on_side(quotes, query))
    told = [_begun(f"{quoted(entry, _best(quotes[entry.k]))}.") for entry in scope.entries if quotes[entry.k]]
    silent = [entry for entry in scope.entries if not quotes[entry.k]]
    if silent and (scope.explicit or not told):
        told.append(_not_told(silent))
    return told


def _on_side(quotes: Mapping[int, Sequence[Quote]], query: Query) -> Mapping[int, Sequence[Quote]]:
    """The quotes of those who have the party or office that the question names, if anybody has."""
    chosen = {k: found if on_side(found, query) else () for k, found in quotes.items()}
    return chosen if any(chosen.values()) else quotes


def _chosen(quotes: Mapping[int, Sequence[Quote]]) -> dict[int, Sequence[Quote]]:
    best = max((found[0].score for found in quotes.values() if found), default=0.0)
    return {k: found if found and found[0].score >= _CHOSEN * best else () for k, found in quotes.items()}


def _best(quotes: Sequence[Quote]) -> list[str]:
    near = [quote for quote in quotes[:MOST_QUOTES] if quote.score >= NEAR_BEST * quotes[0].score]
    return [quote.passage for quote in sorted(near, key=lambda quote: quote.place)]


def _not_told(entries: Sequence[Entry]) -> str:
    source = "What was given" if all(entry.given for entry in entries) else "The gallery"
    if len({entry.given for entry in entries}) > 1:
        source = "What is known"
    return sentence(
        f"{source} does not say this about {listed([name_of(entry) for entry in entries], last='or')}"
    )


def _begun(text: str) -> str:
    """A sentence about something without a name begins with a capital letter."""
    return f"The {text[4:]}" if text.startswith("the ") else text
