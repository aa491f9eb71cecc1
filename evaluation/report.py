"""A report as JSON for programs, and as Markdown and HTML for people."""

from __future__ import annotations

import base64
import html
import json
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from evaluation.provenance import Provenance
from vision.errors import UserError

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1c1f24}"
    "h1,h2{line-height:1.2}h2{margin-top:2.2rem;border-bottom:1px solid #d8dce2;padding-bottom:.2rem}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}"
    "th,td{padding:.3rem .8rem;border-bottom:1px solid #e4e7eb;text-align:left;vertical-align:top}"
    "td{overflow-wrap:break-word}th{background:#f4f5f7;font-weight:600}"
    "article{border:1px solid #d8dce2;border-radius:8px;padding:.2rem 1rem 1rem;margin:1rem 0}"
    "article img{max-width:100%;height:auto;border-radius:4px}h3{font-size:1rem;margin:.7rem 0}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.6rem 0}dt{color:#5a6270}"
    "dd{margin:0;overflow-wrap:anywhere}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f5f7;padding:.6rem}"
    "figure{margin:1rem 0}figure svg{max-width:100%;height:auto}figcaption,.note{color:#5a6270}"
)
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation if mark not in ".,:;()%/'\"-+=&"})
_NAME = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of plain text under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"Each row needs {len(self.head)} cells as the head has, but one has not")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing that we made ourselves: its SVG is put into the page as it is."""

    name: str  # of its file, without ending
    svg: str
    caption: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"A picture's name is small letters, digits and hyphens, but got {self.name}")


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """One example to look at: a photo beside what was asked and answered, longer texts folded."""

    title: str
    jpeg: bytes  # empty where there is no photo
    rows: tuple[tuple[str, str], ...]
    folded: tuple[tuple[str, str], ...] = ()


Part = Text | Table | Picture | Card


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, for programs and for people."""

    title: str
    provenance: Provenance
    figures: Mapping[str, object]  # what JSON can hold
    sections: tuple[Section, ...]

    def json(self) -> str:
        """The figures and where they come from."""
        form = {"title": self.title, "provenance": asdict(self.provenance), "figures": self.figures}
        return json.dumps(form, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def markdown(self) -> str:
        """The report as Markdown; pictures are files beside it."""
        lines = [f"# {_marked(self.title)}", ""]
        for section in (*self.sections, self._origin()):
            lines += [f"## {_marked(section.title)}", ""]
            for part in section.parts:
                lines += [*_markdown(part), ""]
        return "\n".join(lines)

    def html(self) -> str:
        """The report as one page without anything outside it."""
        title = html.escape(self.title)
        body = "\n".join(
            f"<h2>{html.escape(section.title)}</h2>\n" + "\n".join(map(_html, section.parts))
            for section in (*self.sections, self._origin())
        )
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
            f"<title>{title}</title><style>{_STYLE}</style></head>\n"
            f"<body><h1>{title}</h1>\n{body}\n</body></html>\n"
        )

    def write(self, folder: Path) -> Path:
        """Write report.json, report.md, report.html and the pictures to a folder; the page's path."""
        files = {"report.json": self.json(), "report.md": self.markdown(), "report.html": self.html()}
        files |= {f"{picture.name}.svg": picture.svg for picture in self._pictures()}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"The report cannot be written to {folder}: {error.strerror}.") from error
        return folder / "report.html"

    def _pictures(self) -> Iterator[Picture]:
        for section in self.sections:
            yield from (part for part in section.parts if isinstance(part, Picture))

    def _origin(self) -> Section:
        facts = tuple(self.provenance.facts().items())
        return Section("How to repeat this", (Table(("what", "value"), facts),))


def _markdown(part: Part) -> list[str]:
    match part:
        case Text(text):
            return [_marked(text)]
        case Picture(name, _, caption):
            return [f"![{_marked(caption)}]({name}.svg)"]
        case Card(title, _, rows):
            told = "; ".join(f"{name}: {value}" for name, value in rows)
            return [f"- {_marked(title)}: {_marked(told)}"]
        case Table(head, rows):
            lines = [head, ("---",) * len(head), *rows]
            return ["| " + " | ".join(map(_cell, line)) + " |" for line in lines]


def _cell(text: str) -> str:
    return text if text == "---" else _marked(text)


def _marked(text: str) -> str:
    """Markdown that shows `text` as it is, on one line."""
    return " ".join(text.split()).translate(_MARKS)


def _html(part: Part) -> str:
    match part:
        case Text(text):
            return f"<p>{html.escape(text)}</p>"
        case Picture(_, svg, caption):
            return f"<figure>{svg}<figcaption>{html.escape(caption)}</figcaption></figure>"
        case Card():
            return _card(part)
        case Table(head, rows):
            cells = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
            )
            return f'<div class="scroll"><table><tr>{cells}</tr>{body}</table></div>'


def _card(card: Card) -> str:
    photo = ""
    if card.jpeg:
        data = base64.b64encode(card.jpeg).decode("ascii")
        photo = f'<img alt="" src="data:image/jpeg;base64,{data}">'
    rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in card.rows)
    folded = "".join(
        f"<details><summary>{html.escape(name)}</summary><pre>{html.escape(text)}</pre></details>"
        for name, text in card.folded
    )
    return f"<article><h3>{html.escape(card.title)}</h3>{photo}<dl>{rows}</dl>{folded}</article>"
