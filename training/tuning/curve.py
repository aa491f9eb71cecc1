"""The loss curve of a run: numbers in a file, and a drawing of them."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_WIDTH, _HEIGHT, _LEFT, _BELOW, _ABOVE = 720, 320, 56, 40, 24
_LEAST = 1e-6  # the least loss that is drawn


@dataclass(frozen=True, slots=True)
class Point:
    """The mean loss of the steps up to one."""

    step: int
    loss: float


def points_of(history: Sequence[dict[str, float]]) -> list[Point]:
    """The losses in a Trainer's log."""
    return [Point(int(one["step"]), one["loss"]) for one in history if "loss" in one]


def write_curve(folder: Path, points: Sequence[Point], title: str) -> None:
    """Write loss.json and loss.svg."""
    form = [{"step": point.step, "loss": point.loss} for point in points]
    (folder / "loss.json").write_text(json.dumps(form) + "\n", encoding="utf-8")
    (folder / "loss.svg").write_text(curve_svg(points, title), encoding="utf-8")


def curve_svg(points: Sequence[Point], title: str) -> str:
    """A line from left to right, losses by powers of ten; an empty frame where there is no point."""
    last = max((point.step for point in points), default=1)
    powers = [math.log10(max(point.loss, _LEAST)) for point in points] or [0.0]
    low, high = math.floor(min(powers)), math.floor(max(powers)) + 1

    def x(step: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - 16) * step / last, 1)

    def y(power: float) -> float:
        return round(_HEIGHT - _BELOW - (_HEIGHT - _BELOW - _ABOVE) * (power - low) / (high - low), 1)

    lines = [
        f'<line x1="{_LEFT}" x2="{_WIDTH - 16}" y1="{y(mark)}" y2="{y(mark)}" stroke="#e4e7eb"/>'
        f'<text x="{_LEFT - 8}" y="{y(mark) + 4}" text-anchor="end">{10.0**mark:g}</text>'
        for mark in range(low, high + 1)
    ]
    steps = "".join(
        f'<text x="{x(last * part / 4)}" y="{_HEIGHT - _BELOW + 18}" text-anchor="middle">'
        f"{round(last * part / 4):,}</text>"
        for part in range(5)
    )
    line = " ".join(
        f"{x(point.step)},{y(power)}" for point, power in zip(points, powers, strict=bool(points))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="system-ui,sans-serif" font-size="12" fill="#5a6270">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>{"".join(lines)}{steps}'
        f'<polyline fill="none" stroke="#2457c5" stroke-width="1.6" points="{line}"/>'
        f'<text x="{_LEFT}" y="15" fill="#1c1f24">{html.escape(title)}</text>'
        f'<text x="{_WIDTH - 16}" y="{_HEIGHT - 6}" text-anchor="end">steps</text></svg>\n'
    )
