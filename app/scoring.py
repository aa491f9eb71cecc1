"""The command that scores descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from app.benching import answer_settings, opened_generator, progress, provenance, word
from app.settings import Settings
from evaluation.bench.bench import Bench, content_hash
from evaluation.bench.files import read_bench
from evaluation.rcid.corruptions import Corruption
from evaluation.rcid.judge import Judge, WordJudge
from evaluation.rcid.report import Described, corruption_report, means_of, report_of
from evaluation.rcid.run import corruption_means, read_descriptions, scored, write_descriptions
from vision.errors import UserError


class JudgeKind(StrEnum):
    """Who decides what a text says."""

    WORDS = "words"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Scoring:
    """What `placard eval score` was asked to do."""

    bench: Path
    descriptions: Path | None
    judge: str
    out: Path | None
    corruptions: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """Descriptions by the id of their photo."""

    out: Path  # where the report goes
    texts: Mapping[str, str]
    author: str
    failed: Mapping[str, str] = field(default_factory=dict)  # why a generator wrote none


def score_descriptions(settings: Settings, asked: Scoring) -> None:
    """Score descriptions, or corrupted ones, and write the report."""
    judge = _judge(settings, word(JudgeKind, asked.judge, "--judge"))
    bench = read_bench(asked.bench)
    if asked.corruptions:
        _corruptions(bench, judge, asked.out or asked.bench / "runs" / "corruptions")
        return
    given = _descriptions(settings, asked, bench)
    with progress("descriptions", len(bench.photos)) as told:
        found = scored(bench, given.texts, judge, told=told)
    described = [replace(one, error=given.failed.get(one.photo, one.error)) for one in found]
    made = provenance(0, bench.data_hash, {"judge": judge.name, "descriptions": given.author})
    page = report_of(described, made, title=f"RCIDScore: {bench.name}, {given.author}").write(given.out)
    print("\n".join(_lines(described)))
    print(f"Report: {page}")


def _descriptions(settings: Settings, asked: Scoring, bench: Bench) -> _Given:
    if asked.descriptions is not None:
        author = asked.descriptions.stem
        out = asked.out or asked.bench / "runs" / f"score-{author}"
        return _Given(out, read_descriptions(asked.descriptions), author)
    generator = opened_generator(settings)
    out = asked.out or asked.bench / "runs" / f"score-{generator.name}"
    depends = [bench.data_hash, generator.name, generator.note, answer_settings(settings)]
    path = out / f"descriptions-{content_hash(depends)[:12]}.jsonl"
    with progress("photos", len(bench.photos)) as told:
        failed = write_descriptions(bench, generator, path, told=told)
    return _Given(out, read_descriptions(path), generator.name, failed)


def _corruptions(bench: Bench, judge: Judge, out: Path) -> None:
    with progress("corruptions", len(Corruption)) as told:
        means = corruption_means(bench, judge, seed=0, told=told)
    page = corruption_report(means, provenance(0, bench.data_hash, {"judge": judge.name})).write(out)
    for corruption, values in means.items():
        print(f"{corruption.value:<32} {_figures(values)}")
    print(f"Report: {page}")


def _lines(described: list[Described]) -> list[str]:
    scores = [one.score for one in described if one.score is not None]
    failed = sum(one.error is not None for one in described)
    lines = [_figures(means_of(scores))]
    if failed:
        lines.append(f"{failed} descriptions are missing or failed; the report says why.")
    return lines


def _figures(values: dict[str, float | None]) -> str:
    return ", ".join(f"{name} {'-' if value is None else f'{value:.3f}'}" for name, value in values.items())


def _judge(settings: Settings, kind: JudgeKind) -> Judge:
    if kind is JudgeKind.WORDS:
        return WordJudge()
    if not settings.server:
        raise UserError("--judge server needs the server's URL; give --server http://host:port/v1.")
    from evaluation.rcid.chat_judge import ChatJudge
    from generation.sampling import Sampling
    from generation.server.openai import Server, base_url, chat_model

    server = Server(base_url(settings.server), settings.server_key.get_secret_value(), settings.timeout_s)
    name = server.chosen(settings.model or None)
    return ChatJudge(chat_model(server, name, Sampling(settings.max_new_tokens, temperature=0)), name)
