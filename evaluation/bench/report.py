"""The report of a run: figures, tables, and the questions that were not answered rightly, to look at."""

from __future__ import annotations

import io
import itertools
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from PIL import Image, ImageDraw, ImageFont

from evaluation.bench.bench import Bench, BenchPhoto, BenchQuestion
from evaluation.bench.example import Example, Seen
from evaluation.bench.scoring import Row, Scores, Verdict, verdict_of
from evaluation.intervals import Rate
from evaluation.provenance import Provenance
from evaluation.report import Card, Part, Report, Section, Table, Text
from vision.errors import UserError
from vision.photo import Photo

# A page with more examples takes a browser long; all of them are in examples.jsonl.
MOST_CARDS = 60
_WIDTH = 620  # pixels of a photo in the page
_KNOWN, _STRANGER, _SEEN = (22, 135, 63), (90, 90, 100), (196, 60, 0)


def report_of(
    bench: Bench, examples: Sequence[Example], scores: Scores, provenance: Provenance, *, title: str
) -> Report:
    """The report of one run over a bench."""
    wrong = [
        (question, example)
        for question, example in zip(bench.questions, examples, strict=True)
        if verdict_of(example, question) is not Verdict.RIGHT
    ]
    return Report(
        title,
        provenance,
        figures_of(scores),
        (
            Section("Accuracy", tuple(_accuracy(scores))),
            Section("By how somebody is meant", (_table(scores.by_reference),)),
            Section("By what is asked for", (_table(scores.by_topic),)),
            Section("Abstention, citations, recognition", (_others(scores), Text(_MEANINGS))),
            Section("Not answered rightly", tuple(_cards(bench, wrong))),
        ),
    )


_MEANINGS = (
    "Precision: of the answers that there is not enough information, those that are right. Recall: of the "
    "questions that cannot be answered, those where that was said. Cited rightly: of the answers with a "
    "citation to answerable questions about somebody, those that cite exactly them. Intervals are drawn by "
    "photo, since the questions about one photo are alike."
)


def figures_of(scores: Scores) -> Mapping[str, object]:
    """All figures as JSON holds them."""
    return {
        "overall": _form(scores.overall),
        "by_type": {row.title: _form(row) for row in scores.by_type},
        "by_reference": {row.title: _form(row) for row in scores.by_reference},
        "by_topic": {row.title: _form(row) for row in scores.by_topic},
        "abstention": {"precision": _rate_form(scores.precision), "recall": _rate_form(scores.recall)},
        "cited_rightly": _rate_form(scores.cited),
        "uncited": scores.uncited,
        "recognition": None
        if scores.recognition is None
        else {
            "named_rightly": _rate_form(scores.recognition.named),
            "named_wrongly": _rate_form(scores.recognition.wrong),
            "strangers_named": _rate_form(scores.recognition.strangers),
            "extra": scores.recognition.extra,
        },
    }


def _form(row: Row) -> dict[str, object]:
    return {
        **_rate_form(row.rate),
        "chance": round(row.chance, 6),
        "errors": row.errors,
        "no_option": row.no_option,
        "abstained": row.abstained,
    }


def _rate_form(rate: Rate) -> dict[str, object]:
    interval = None if rate.interval is None else asdict(rate.interval)
    return {"value": rate.value, "hits": rate.hits, "total": rate.total, "interval": interval}


def _accuracy(scores: Scores) -> Iterator[Part]:
    yield _table((scores.overall, *scores.by_type))
    if scores.overall.errors:
        yield Text(
            f"{scores.overall.errors} requests failed; they are neither right nor wrong, and the same "
            "command tries them again."
        )


def _table(rows: Sequence[Row]) -> Table:
    head = ("questions", "accuracy", "chance", "abstained wrongly", "no option meant", "failed")
    return Table(
        head,
        tuple(
            (
                row.title.replace("_", " "),
                str(row.rate),
                f"{100 * row.chance:.1f} %",
                str(row.abstained),
                str(row.no_option),
                str(row.errors),
            )
            for row in rows
        ),
    )


def _others(scores: Scores) -> Table:
    rows = [
        ("abstention: precision", str(scores.precision)),
        ("abstention: recall", str(scores.recall)),
        ("cited rightly", f"{scores.cited}; {scores.uncited} without a citation"),
    ]
    if scores.recognition is not None:
        rows += [
            ("known people named rightly", str(scores.recognition.named)),
            ("people given another's name", str(scores.recognition.wrong)),
            ("strangers given a name", str(scores.recognition.strangers)),
            ("names where nobody stands", str(scores.recognition.extra)),
        ]
    return Table(("what", "figure"), tuple(rows))


def _cards(bench: Bench, wrong: Sequence[tuple[BenchQuestion, Example]]) -> Iterator[Part]:
    if not wrong:
        yield Text("Every question was answered rightly.")
        return
    yield Text(
        "Boxes as the bench has them: green with a number for who is known, grey with a question mark for "
        "strangers; thin and red what was found. A mark such as [1] in an answer is the number of a text "
        "that was sent; the row 'cites' says whose."
    )
    shown = _spread(wrong)
    if len(shown) < len(wrong):
        yield Text(f"{len(shown)} of {len(wrong)}; all of them are in examples.jsonl.")
    for question, example in shown:
        yield _card(bench, question, example)


def _spread(wrong: Sequence[tuple[BenchQuestion, Example]]) -> list[tuple[BenchQuestion, Example]]:
    """At most `MOST_CARDS`, evenly from the whole list, those that name a wrong option first."""
    order = sorted(wrong, key=lambda pair: verdict_of(pair[1], pair[0]) is not Verdict.WRONG)
    return order[:MOST_CARDS]


def _card(bench: Bench, question: BenchQuestion, example: Example) -> Card:
    verdict, kind = verdict_of(example, question), question.type.value.replace("_", " ")
    rows = [("question", question.text), *_options(question, example)]
    if example.error is not None:
        rows.append(("failed", example.error))
    else:
        rows.append(("answer", example.text))
        rows += [] if example.cited is None else [("cites", _cited(bench, example.cited))]
    rows.append(("in the photo", _named(bench, bench.photos[question.photo])))
    if example.seen:
        rows.append(("recognised", _recognised(bench, example.seen)))
    return Card(
        f"{question.id} ({kind}, {question.topic}, {question.refers}): {verdict}",
        _drawn(bench, question, example.seen),
        tuple(rows),
        (("what was sent", example.sent),) if example.sent else (),
    )


def _options(question: BenchQuestion, example: Example) -> Iterator[tuple[str, str]]:
    for index, option in enumerate(question.options):
        marks = ["right"] * (index == question.answer) + ["picked"] * (index == example.picked)
        said = f" ({', '.join(marks)})" if marks else ""
        yield string.ascii_uppercase[index], f"{option}{said}"


def _cited(bench: Bench, cited: Sequence[str]) -> str:
    """Names instead of ids; a mark that nobody has stays as it is."""
    return ", ".join(bench.entities[one].name if one in bench.entities else one for one in cited)


def _numbers(photo: BenchPhoto) -> list[int | None]:
    """A number for each known entity in a photo, from 1; None for strangers."""
    count = itertools.count(1)
    return [None if region.entity is None else next(count) for region in photo.regions]


def _named(bench: Bench, photo: BenchPhoto) -> str:
    names = (
        "a stranger" if region.entity is None else f"{number} {bench.entities[region.entity].name}"
        for number, region in zip(_numbers(photo), photo.regions, strict=True)
    )
    return ", ".join(names)


def _recognised(bench: Bench, seen: Sequence[Seen]) -> str:
    told = []
    for one in sorted(seen, key=lambda one: one.box):
        entity = bench.entities.get(one.entity) if one.entity is not None else None
        similarity = "" if one.similarity is None else f" {one.similarity:.2f}"
        told.append(f"{'nobody' if entity is None else entity.name} ({one.decision}{similarity})")
    return ", ".join(told)


def _drawn(bench: Bench, question: BenchQuestion, seen: Sequence[Seen]) -> bytes:
    """The photo with the gold boxes and those that were found, small; empty where it cannot be read."""
    told = bench.photos[question.photo]
    try:
        photo = Photo.open(bench.folder / told.file)
    except UserError:
        return b""
    scale = min(1.0, _WIDTH / photo.size[0])
    size = max(1, round(photo.size[0] * scale)), max(1, round(photo.size[1] * scale))
    image = Image.fromarray(photo.pixels).resize(size)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=12)
    for one in seen:
        draw.rectangle([edge * scale for edge in one.box], outline=_SEEN, width=1)
    for number, region in zip(_numbers(told), told.regions, strict=True):
        colour = _STRANGER if number is None else _KNOWN
        left, top, right, bottom = (edge * scale for edge in region.box.as_list())
        draw.rectangle((left, top, right, bottom), outline=colour, width=2)
        above = max(0.0, top - 15)  # within the picture
        draw.rectangle((left, above, left + 14, above + 15), fill=colour)
        draw.text((left + 3, above), "?" if number is None else f"{number}", font=font, fill="white")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
