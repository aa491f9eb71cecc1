"""The DET curve as SVG: missed known people against strangers named, both on a logarithmic scale."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WIDTH, _HEIGHT = 760, 470
_LEFT, _TOP, _RIGHT, _BOTTOM = 72, 24, 736, 404
_COLOURS = ("#1f5fae", "#d1570b", "#2f7d4f", "#8a4fa3")
_DASHES = ("", "7 4", "2 4", "9 4 2 4")  # lines are told apart without colour too
_TICKS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_LOWEST = 0.001


@dataclass(frozen=True, slots=True)
class Line:
    """One curve and the points on it that are marked."""

    label: str
    points: Sequence[tuple[float, float]]  # (strangers named, known missed), by rising rate
    marks: Sequence[tuple[float, float]] = ()


def det_plot(lines: Sequence[Line], *, smallest: float, mark: str = "") -> str:
    """The plot; left of `smallest` so few strangers were tried that the curve says little.

    `mark` says what the dots on the lines are.
    """
    body = "".join([*_frame(), *_doubtful(smallest), *_drawn(lines), *_legend(lines, mark)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="system-ui, sans-serif" font-size="13" role="img">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{body}</svg>'
    )


def _x(rate: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (1 - math.log10(max(rate, _LOWEST)) / math.log10(_LOWEST))


def _y(rate: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (1 - math.log10(max(rate, _LOWEST)) / math.log10(_LOWEST))


def _frame() -> Iterator[str]:
    for tick in _TICKS:
        x, y, text = _x(tick), _y(tick), f"{100 * tick:g} %"
        yield f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_BOTTOM}" stroke="#e3e6ea"/>'
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_RIGHT}" y2="{y:.1f}" stroke="#e3e6ea"/>'
        yield f'<text x="{x:.1f}" y="{_BOTTOM + 20}" text-anchor="middle" fill="#444">{text}</text>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444">{text}</text>'
    middle = (_LEFT + _RIGHT) / 2
    yield f'<text x="{middle}" y="{_BOTTOM + 46}" text-anchor="middle">strangers who get a name (FPIR)</text>'
    turned = (_TOP + _BOTTOM) / 2
    yield (
        f'<text x="16" y="{turned}" text-anchor="middle" transform="rotate(-90 16 {turned})">'
        "photos of known people without their name (FNIR)</text>"
    )


def _doubtful(smallest: float) -> Iterator[str]:
    if smallest > _LOWEST:
        width = _x(min(1.0, smallest)) - _LEFT
        yield (
            f'<rect x="{_LEFT}" y="{_TOP}" width="{width:.1f}" height="{_BOTTOM - _TOP}" fill="#8a93a0" '
            'fill-opacity=".14"/>'
        )
        yield f'<text x="{_LEFT + 8}" y="{_BOTTOM - 10}" fill="#5a6270">too few strangers to say</text>'


def _drawn(lines: Sequence[Line]) -> Iterator[str]:
    for line, colour, dash in zip(lines, _COLOURS, _DASHES, strict=False):
        steps: list[str] = []
        for rate, missed in line.points:
            x, y = _x(rate), _y(missed)
            steps.append(f"{'L' if steps else 'M'}{x:.1f} {_level(steps, y):.1f}L{x:.1f} {y:.1f}")
        path = "".join(steps)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.2"{dashed}/>'
        for rate, missed in line.marks:
            yield (
                f'<circle cx="{_x(rate):.1f}" cy="{_y(missed):.1f}" r="5" fill="#fff" stroke="{colour}" '
                'stroke-width="2.2"/>'
            )


def _level(steps: Sequence[str], y: float) -> float:
    """Where the last step ended, so that the curve goes right before it goes down."""
    return float(steps[-1].rpartition(" ")[2]) if steps else y


def _legend(lines: Sequence[Line], mark: str) -> Iterator[str]:
    x, y = _RIGHT - 250, _TOP + 18
    shown = list(zip(lines, _COLOURS, _DASHES, strict=False))
    height = 22 * (len(shown) + bool(mark)) + 10
    yield f'<rect x="{x - 10}" y="{_TOP + 2}" width="258" height="{height}" fill="#fff" fill-opacity=".9"/>'
    for number, (line, colour, dash) in enumerate(shown):
        row = y + 22 * number
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<path d="M{x} {row}H{x + 34}" fill="none" stroke="{colour}" stroke-width="2.2"{dashed}/>'
        yield f'<text x="{x + 44}" y="{row + 4}">{html.escape(line.label)}</text>'
    if mark:
        row = y + 22 * len(shown)
        yield f'<circle cx="{x + 17}" cy="{row}" r="5" fill="#fff" stroke="#444" stroke-width="2.2"/>'
        yield f'<text x="{x + 44}" y="{row + 4}">{html.escape(mark)}</text>'
