"""What a build cost and left out, as tables for the terminal and the data card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from training.building.calls import Asker, Used
from training.building.replies import Steps
from training.building.rules import TOLD
from training.building.source import Tally

Table = Sequence[tuple[str, ...]]  # the head comes first


def costs(asker: Asker) -> Table:
    """Calls and tokens by step, those of an earlier run that are behind this build included."""
    by_step: dict[str, list[Used]] = {}
    for call in asker.used.values():
        by_step.setdefault(call.step, []).append(call)
    rows = [_cost(step, by_step[step]) for step in sorted(by_step)]
    everything = _cost("all steps", list(asker.used.values()))
    return [("step", "calls", "tokens in", "tokens out"), *rows, everything]


def rejects(steps: Steps) -> Table:
    """Replies and pieces that broke a rule, by step and rule."""
    found = sorted(steps.rejects.items(), key=lambda one: (one[0][0], one[0][1].value))
    rows = [(step, rule.value, TOLD[rule], f"{count:,}") for (step, rule), count in found]
    return [("step", "rule", "it says that", "rejected"), *rows]


def left_out(tally: Tally) -> Table:
    """What of the sets is not used, and the first of each sort."""
    return [("what", "left out", "such as"), *tally.rows()]


def _cost(step: str, calls: Sequence[Used]) -> tuple[str, ...]:
    tokens_in, tokens_out = _sum(one.tokens_in for one in calls), _sum(one.tokens_out for one in calls)
    return step, f"{len(calls):,}", tokens_in, tokens_out


def _sum(tokens: Iterable[int | None]) -> str:
    """The tokens that were reported, and how many calls reported none."""
    found = list(tokens)
    known = [one for one in found if one is not None]
    silent = len(found) - len(known)
    told = f"{sum(known):,}"
    return f"{told} ({silent:,} calls did not say)" if silent else told
